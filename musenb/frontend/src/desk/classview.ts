/** Class view of the desk, for a projector: the score large, the ways with their hands, one button for what is next. */

import { button, element, setSign } from "../core/dom";
import type { OnTake, TakeRow } from "../core/wire/desk";
import { canGoAnotherWay, goOn, listener } from "./bar";
import { act, show, type DeskView } from "./parts";

type Step = "continue" | "stop" | "result" | "another";

const WORDS: Record<Step, string> = {
  continue: "Continue",
  stop: "Stop",
  result: "Show the result",
  another: "Another way",
};
const COUNTS = ["none", "one", "two", "three", "four"];

/** Return the takes that were begun at the same place as a take; none for a motif. */
export function waysBeside(rows: readonly TakeRow[], id: string): TakeRow[] {
  const parent = rows.find(([one]) => one === id)?.[1];
  return parent ? rows.filter(([, from]) => from === parent) : [];
}

/** Return the way that most hands were raised for; the first of several. */
export function winnerOf(ways: readonly TakeRow[]): TakeRow | undefined {
  return ways.reduce<TakeRow | undefined>(
    (best, way) => (!best || way[4] > best[4] ? way : best),
    undefined,
  );
}

export interface ClassView {
  readonly parts: readonly HTMLElement[];
  enter(): void;
  leave(): void;
  readonly on: boolean;
}

export function classView(view: DeskView, studio: () => HTMLElement | undefined): ClassView {
  const { life, model, clock } = view;
  const listen = listener(view);
  const motif = element("strong", { class: "mnb-class-motif" });
  const question = element("span", {});
  const leaveIt = button("Leave class view (Esc)", "Leave class view");
  const head = element("div", { class: "mnb-class-head" }, motif, question, leaveIt);
  const play = button("▶", "Play", { class: "mnb-play" });
  const words = element("output", { class: "mnb-class-words" });
  const next = element(
    "button",
    { type: "button", class: "mnb-desk-go mnb-class-next" },
    element("span", {}),
  );
  const foot = element("div", { class: "mnb-class-foot" }, play, words, next);
  let before: Element | null = null;
  let result = false;

  const on = () => studio()?.hasAttribute("data-class") ?? false;
  const shown = () => studio()?.querySelectorAll(".mnb-ways-box .mnb-choice").length ?? 0;
  const ways = () => waysBeside(model.get("takes") ?? [], model.get("selected") ?? "");
  const step = (): Step => {
    if (model.get("running")) return "stop";
    if (shown() > 1) return result ? "another" : "result";
    return canGoAnotherWay(view) && ways().length ? "another" : "continue";
  };
  const tell = () => {
    const several = shown();
    const [now, rows] = [step(), ways()];
    motif.textContent = (model.get("motif") ?? "").replace(/[0-9|]+/g, "").replace(/\s+/g, " ");
    question.textContent =
      several > 1
        ? `Which of the ${COUNTS[several] ?? several} would you have written?`
        : "Sing it. How would you go on?";
    setSign(next, WORDS[now]);
    next.setAttribute("aria-label", WORDS[now]);
    next.toggleAttribute("data-running", now === "stop");
    next.disabled = !clock.band.facts.writable && now !== "result";
    const hands = rows.reduce((sum, [, , , , votes]) => sum + votes, 0);
    const place = rows.findIndex(([id]) => id === model.get("selected")) + 1;
    words.textContent =
      several > 1 && place ? `way ${place} is shown · ${hands} hands · keys 1 to ${several} choose` : "";
    studio()?.toggleAttribute("data-result", result);
    setSign(play, clock.playing ? "⏸" : "▶");
    play.setAttribute("aria-label", clock.playing ? "Pause" : "Play");
  };
  life.on(next, "click", () => {
    const now = step();
    if (now === "result") {
      result = true;
      const best = winnerOf(ways());
      if (best) model.post<OnTake>({ kind: "take", act: "select", id: best[0], text: "" });
    } else if (now === "another") {
      result = false;
      listen();
      act(view, "again");
    } else {
      result = false;
      goOn(view, listen);
    }
    tell();
  });
  life.on(play, "click", () => {
    clock.driver?.ready?.();
    clock.toggle();
  });
  clock.on(["play", "pause"], life, tell);
  show(view, ["takes", "selected", "running", "motif"], tell);

  const leave = () => {
    const around = studio();
    if (!around || !on()) return;
    around.removeAttribute("data-class");
    if (document.fullscreenElement === around) void document.exitFullscreen();
    if (around.hasAttribute("popover")) {
      around.hidePopover();
      around.removeAttribute("popover");
    }
    (before as HTMLElement | null)?.focus();
    globalThis.dispatchEvent(new Event("resize"));
  };
  const enter = () => {
    const around = studio();
    if (!around || on()) return;
    before = (around.getRootNode() as Document | ShadowRoot).activeElement;
    result = false;
    around.setAttribute("data-class", "");
    fill(around);
    tell();
    next.focus();
    globalThis.dispatchEvent(new Event("resize"));
  };
  life.on(leaveIt, "click", leave);
  if (typeof document !== "undefined")
    life.on(document, "fullscreenchange", () => {
      const around = studio();
      if (!document.fullscreenElement && around && !around.hasAttribute("popover")) leave();
    });
  life.atEnd(leave);
  return {
    parts: [head, foot],
    enter,
    leave,
    get on() {
      return on();
    },
  };
}

/** Let an element fill the screen, or else the window. */
function fill(element: HTMLElement): void {
  const over = () => {
    if (!element.hasAttribute("data-class") || !element.showPopover) return;
    element.setAttribute("popover", "manual");
    element.showPopover();
  };
  if (!element.requestFullscreen) return over();
  element.requestFullscreen().catch(over);
}
