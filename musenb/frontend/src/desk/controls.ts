/** How to go on: few controls, in plain words. */

import { button, element, setSign } from "../dom";
import type { DeskState } from "../wire";
import { act, numberIn, show, type DeskView } from "./parts";

type NumberName = "bars" | "temperature" | "top_p" | "seed" | "candidates";

const LARGEST_SEED = 2 ** 32 - 1;
const WORDS: readonly (readonly [number, string])[] = [
  [0.55, "very careful"], [0.85, "careful"], [1.1, "as learned"], [1.35, "bold"], [Infinity, "wild"],
];

export const adventure = (temperature: number): string => WORDS.find(([limit]) => temperature < limit)![1];

export function controlsPart(view: DeskView): HTMLElement {
  const part = element("fieldset", { class: "mnb-desk-part" }, element("legend", {}, "Go on"));
  const more = element("details", {}, element("summary", {}, "more"));
  more.append(element("div", { class: "mnb-bar" }, topP(view), candidates(view), model(view)));
  part.append(
    element("div", { class: "mnb-bar" }, ...buttons(view), counter(view)),
    element("div", { class: "mnb-bar" }, length(view), oneBar(view), temperature(view), ...seed(view)),
    more,
  );
  return part;
}

function buttons(view: DeskView): HTMLElement[] {
  const { life, model } = view;
  const go = button("▶ Continue", "Continue", { class: "mnb-desk-main" });
  const again = button("↻ Another way", "Another way: the same beginning, another seed");
  const stop = button("■ Stop", "Stop and keep what is there");
  const undo = button("↶", "Undo");
  const redo = button("↷", "Redo");
  life.on(go, "click", () => act(view, model.get("one_bar") ? "more" : "continue"));
  life.on(again, "click", () => act(view, "again"));
  life.on(stop, "click", () => act(view, "stop"));
  life.on(undo, "click", () => act(view, "undo"));
  life.on(redo, "click", () => act(view, "redo"));
  show(view, ["running", "takes", "can_undo", "can_redo", "one_bar"], () => {
    const running = model.get("running") ?? false;
    const takes = model.get("takes") ?? [];
    const focus = (go.getRootNode() as ShadowRoot | Document).activeElement;
    go.disabled = running || !takes.length;
    setSign(go, model.get("one_bar") ? "▶ One bar more" : "▶ Continue");
    again.disabled = running || !takes.some(([, parent]) => parent);
    stop.disabled = !running;
    undo.disabled = running || !model.get("can_undo");
    redo.disabled = running || !model.get("can_redo");
    if (running && focus === go) stop.focus();
    else if (!running && focus === stop) go.focus();
  });
  return [go, stop, again, undo, redo];
}

function counter(view: DeskView): HTMLElement {
  const shown = element("output", { class: "mnb-place", "aria-label": "Progress" });
  show(view, ["running", "written"], () => {
    const count = view.model.get("written") ?? 0;
    shown.textContent = view.model.get("running") ? `writing… ${count} notes` : "";
  });
  return shown;
}

function field(view: DeskView, name: NumberName, attributes: Record<string, string | number>): HTMLInputElement {
  const { life, model } = view;
  const input = element("input", { type: "number", class: "mnb-desk-number", ...attributes });
  const showIt = () => (input.value = String(model.get(name) ?? input.min));
  show(view, [name], showIt);
  life.on(input, "change", () => {
    const asked = numberIn(input);
    if (asked === undefined) showIt();
    else model.set({ [name]: name === "top_p" ? asked : Math.round(asked) } as Partial<DeskState>);
  });
  return input;
}

const length = (view: DeskView) =>
  element("label", {}, field(view, "bars", { min: 1, max: 64, step: 1, "aria-label": "Length in bars" }), "bars");

function toggle(view: DeskView, name: "one_bar" | "seed_locked", text: string, title: string): HTMLElement {
  const box = element("input", { type: "checkbox", "aria-label": title });
  show(view, [name], () => (box.checked = view.model.get(name) ?? false));
  view.life.on(box, "change", () => view.model.set({ [name]: box.checked } as Partial<DeskState>));
  return element("label", { title }, box, text);
}

const oneBar = (view: DeskView) => toggle(view, "one_bar", "one at a time", "One bar at a time");

function temperature(view: DeskView): HTMLElement {
  const { life, model } = view;
  const slider = element("input", { type: "range", min: 0.3, max: 1.6, step: 0.05, "aria-label": "Adventurousness" });
  const word = element("output", { class: "mnb-desk-word" });
  show(view, ["temperature"], () => {
    const value = model.get("temperature") ?? 1;
    slider.value = String(value);
    word.textContent = adventure(value);
    slider.setAttribute("aria-valuetext", `${adventure(value)}, temperature ${value.toFixed(2)}`);
    slider.title = `temperature ${value.toFixed(2)}`;
  });
  life.on(slider, "input", () => model.set({ temperature: Number(slider.value) }));
  return element("label", {}, "adventurousness", slider, word);
}

function seed(view: DeskView): HTMLElement[] {
  const input = field(view, "seed", { min: 0, max: LARGEST_SEED, step: 1, "aria-label": "Seed" });
  input.classList.add("mnb-desk-seed");
  view.life.on(input, "change", () => view.model.set({ seed_locked: true }));
  return [element("label", { title: "The same seed writes the same notes" }, "seed", input), toggle(view, "seed_locked", "keep", "Keep this seed")];
}

const topP = (view: DeskView) =>
  element(
    "label", { title: "Draw among the likeliest notes that together have this share" },
    "likeliest share (top-p)", field(view, "top_p", { min: 0.05, max: 1, step: 0.05, "aria-label": "Likeliest share" }),
  );

const candidates = (view: DeskView) =>
  element("label", {}, "ways at once", field(view, "candidates", { min: 1, max: 4, step: 1, "aria-label": "Candidates at once" }));

function model(view: DeskView): HTMLElement {
  const choice = element("select", { "aria-label": "Model" });
  show(view, ["models", "model"], () => {
    choice.replaceChildren(...(view.model.get("models") ?? []).map((name) => element("option", { value: name }, name)));
    choice.value = view.model.get("model") ?? "";
  });
  view.life.on(choice, "change", () => view.model.set({ model: choice.value }));
  return element("label", {}, "model", choice);
}
