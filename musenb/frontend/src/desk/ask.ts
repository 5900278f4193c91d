/** Buttons that open a question about the chosen take, below the desk in place of the score. */

import { button, element } from "../core/dom";
import type { AskTake, AskWhat } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

const QUESTIONS: readonly (readonly [AskWhat, string, string])[] = [
  [
    "heard",
    "What did it listen to?",
    "Ask the model about the chosen take: what it listened to, what else it could have played, what if …",
  ],
  [
    "motif",
    "What became of the motif?",
    "Where the motif returns in the chosen take, and how it is changed",
  ],
  [
    "guess",
    "Guess the next note",
    "The chosen take stops before a note: say what comes, then see what the model says",
  ],
];

export function askPart(view: DeskView): HTMLElement {
  const { life, model, clock, say } = view;
  const words = element("p", {
    class: "mnb-desk-reading",
    "aria-label": "Which take is asked about",
  });
  const close = button("Back to the score", "Back to the score: close the question", {
    class: "mnb-desk-main",
  });
  const questions = QUESTIONS.map(([what, text, title]) => {
    const one = button(text, title, { "aria-label": text });
    life.on(one, "click", () => ask(model.get("asked") === what ? "" : what));
    return one;
  });
  const ask = (what: AskTake["what"]) => {
    clock.pause();
    model.post<AskTake>({ kind: "ask", what });
  };
  life.on(close, "click", () => ask(""));
  let before = "";
  show(view, ["asked", "asked_words", "selected", "running"], () => {
    const asked = model.get("asked") ?? "";
    questions.forEach((one, place) => {
      one.setAttribute("aria-pressed", String(QUESTIONS[place]![0] === asked));
      one.disabled = !model.get("selected") || (model.get("running") ?? false);
    });
    const focused = (close.getRootNode() as ShadowRoot | Document).activeElement === close;
    close.hidden = !asked;
    words.textContent = model.get("asked_words") ?? "";
    words.hidden = !asked;
    const place = QUESTIONS.findIndex(([what]) => what === before);
    if (focused && !asked) questions[place]?.focus();
    if (before && !asked) say("The score is shown again");
    else if (asked && asked !== before) say(QUESTIONS.find(([what]) => what === asked)?.[1] ?? "");
    before = asked;
  });
  return element(
    "fieldset",
    { class: "mnb-desk-part" },
    element("legend", {}, "Ask about the chosen take"),
    element("div", { class: "mnb-bar" }, ...questions, close),
    words,
  );
}
