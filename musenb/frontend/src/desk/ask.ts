/** Drawer Ask: questions about the chosen take; what is answered about a note stands below, beside the music. */

import { button, element } from "../core/dom";
import type { AskTake, AskWhat } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

const QUESTIONS: readonly (readonly [AskWhat, string, string, string])[] = [
  [
    "heard",
    "What did it listen to?",
    "A note",
    "Ask about a note: what the model listened to, what else it could have played, what if …",
  ],
  [
    "motif",
    "What became of the motif?",
    "The motif",
    "Where the motif returns in the chosen take, and how it is changed",
  ],
  [
    "guess",
    "Guess the next note",
    "Guess",
    "The chosen take stops before a note: say what comes, then see what the model says",
  ],
];
export const CLOSE = "Close the question";

export function askPart(view: DeskView): HTMLElement {
  const { life, model, clock, say } = view;
  const words = element("p", {
    class: "mnb-desk-reading",
    "aria-label": "Which take is asked about",
  });
  const close = button("✕", CLOSE);
  const questions = QUESTIONS.map(([what, text, short, title]) => {
    const one = button(short, title, { "aria-label": text });
    life.on(one, "click", () => ask(model.get("asked") === what ? "" : what));
    return one;
  });
  const ask = (what: AskTake["what"]) => {
    clock.pause();
    model.post<AskTake>({ kind: "ask", what });
  };
  life.on(close, "click", () => ask(""));
  let before = "";
  const tell = () => {
    const asked = model.get("asked") ?? "";
    const { writable } = clock.band.facts;
    questions.forEach((one, place) => {
      one.setAttribute("aria-pressed", String(QUESTIONS[place]![0] === asked));
      one.disabled = !writable || !model.get("selected") || (model.get("running") ?? false);
    });
    const focused = (close.getRootNode() as ShadowRoot | Document).activeElement === close;
    close.hidden = !asked;
    words.textContent = model.get("asked_words") || "Choose a note in the score, and press Ask.";
    const place = QUESTIONS.findIndex(([what]) => what === before);
    if (focused && !asked) questions[place]?.focus();
    if (before && !asked) say("The question is closed");
    else if (asked && asked !== before) say(QUESTIONS.find(([what]) => what === asked)?.[1] ?? "");
    before = asked;
  };
  show(view, ["asked", "asked_words", "selected", "running"], tell);
  clock.band.on("writable", life, tell);
  return element(
    "div",
    { class: "mnb-desk-ask", role: "group", "aria-label": "Ask about the chosen take" },
    element("div", { class: "mnb-bar" }, ...questions, close),
    words,
  );
}
