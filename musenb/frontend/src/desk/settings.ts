/** Second line of the desk: how many bars, a close, how adventurous, how many ways, which seed; undo and redo. */

import { button, element } from "../core/dom";
import { signOf } from "../core/icons";
import { rove } from "../core/rove";
import type { DeskState, Lock } from "../core/wire/desk";
import { act, numberIn, show, type DeskView } from "./parts";

type NumberName = "bars" | "top_p" | "seed";

const LARGEST_SEED = 2 ** 32 - 1;
const MOST_BARS = 64;
const WORDS: readonly (readonly [number, string])[] = [
  [0.55, "very careful"],
  [0.85, "careful"],
  [1.1, "as learned"],
  [1.25, "bold"],
  [1.45, "very bold"],
  [Infinity, "wild"],
];

/** How much the motif is held to, in words. */
export const hold = (guidance: number): string =>
  guidance === 0 ? "free" : guidance <= 1 ? "held" : "held fast";

export const adventure = (temperature: number): string =>
  WORDS.find(([limit]) => temperature < limit)![1];

export function settingsPart(view: DeskView): HTMLElement {
  const row = element(
    "div",
    { class: "mnb-desk-settings", role: "toolbar", "aria-label": "How it goes on" },
    folded(view),
    length(view),
    close(view),
    style(view),
    temperature(view),
    guidance(view),
    ways(view),
    seedChip(view),
    element("span", { class: "mnb-spring" }),
    more(view),
    ...history(view),
  );
  rove(view.life, row);
  return row;
}

/** Where there is little room all settings are one button that says them, and opens them. */
function folded(view: DeskView): HTMLElement {
  const { model, life } = view;
  const made = element("button", {
    type: "button",
    class: "mnb-settings-folded",
    "aria-expanded": "false",
  });
  life.on(made, "click", () => {
    const open = made.parentElement?.toggleAttribute("data-open") ?? false;
    made.setAttribute("aria-expanded", String(open));
  });
  const said = ["bars", "closing", "can_close", "temperature", "candidates"] as const;
  show(view, [...said, "style", "guidance", "most_guidance"], () => {
    const [bars, ways] = [model.get("bars") ?? 4, model.get("candidates") ?? 1];
    const words = [`${bars} bar${bars === 1 ? "" : "s"}`];
    if (model.get("can_close") && model.get("closing")) words.push("with a close");
    const chosen = model.get("style");
    if (chosen) words.push(chosen);
    words.push(adventure(model.get("temperature") ?? 1));
    if (model.get("most_guidance")) words.push(hold(model.get("guidance") ?? 0));
    if (ways > 1) words.push(`${ways} ways`);
    made.textContent = `${words.join(", ")} ⌄`;
  });
  return made;
}

function field(
  view: DeskView,
  name: NumberName,
  attributes: Record<string, string | number>,
): HTMLInputElement {
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

function length(view: DeskView): HTMLElement {
  const { model, life } = view;
  const step = (by: number) => {
    const now = model.get("bars") ?? 4;
    model.set({ bars: Math.min(Math.max(now + by, 1), MOST_BARS) });
  };
  const fewer = button("−", "One bar less");
  const longer = button("+", "One bar more");
  life.on(fewer, "click", () => step(-1));
  life.on(longer, "click", () => step(1));
  const count = field(view, "bars", {
    ...{ min: 1, max: MOST_BARS, step: 1 },
    "aria-label": "Length in bars",
  });
  const unit = element("span", {}, "bars");
  show(view, ["bars"], () => (unit.textContent = model.get("bars") === 1 ? "bar" : "bars"));
  return element("span", { class: "mnb-stepper" }, fewer, count, unit, longer);
}

function toggle(
  view: DeskView,
  name: "closing" | "listen",
  text: string,
  title: string,
): HTMLElement {
  const box = element("input", { type: "checkbox", "aria-label": title });
  show(view, [name], () => (box.checked = view.model.get(name) ?? true));
  view.life.on(box, "change", () => view.model.set({ [name]: box.checked } as Partial<DeskState>));
  return element("label", { title }, box, text);
}

/** Shown where the model can be asked for one. */
function close(view: DeskView): HTMLElement {
  const title = "End with a close: the last bar comes to rest";
  const made = toggle(view, "closing", "end with a close", title);
  show(view, ["can_close"], () => {
    made.style.display = view.model.get("can_close") ? "" : "none";
  });
  return made;
}

/** Shown where the model knows several. */
function style(view: DeskView): HTMLElement {
  const { model, life } = view;
  const choice = element("select", { "aria-label": "Style" });
  const made = element("label", { title: "What kind of piece the motif becomes" }, "as", choice);
  show(view, ["styles", "style"], () => {
    const styles = model.get("styles") ?? [];
    const names = styles.map((name) => element("option", { value: name }, name));
    choice.replaceChildren(element("option", { value: "" }, "the motif says"), ...names);
    choice.value = model.get("style") ?? "";
    made.style.display = styles.length > 1 ? "" : "none";
  });
  life.on(choice, "change", () => model.set({ style: choice.value }));
  return made;
}

/** Shown where the model can be held to the motif. */
function guidance(view: DeskView): HTMLElement {
  const { life, model } = view;
  const slider = element("input", {
    ...{ type: "range", min: 0, step: 0.25 },
    "aria-label": "Hold to the motif",
  });
  const word = element("output", { class: "mnb-desk-word" });
  const made = element("label", { class: "mnb-adventure" }, "hold to the motif", slider, word);
  show(view, ["guidance", "most_guidance"], () => {
    const [value, most] = [model.get("guidance") ?? 0, model.get("most_guidance") ?? 0];
    slider.max = String(most);
    slider.value = String(value);
    word.textContent = hold(value);
    slider.setAttribute("aria-valuetext", `${hold(value)}, ${value}`);
    made.style.display = most ? "" : "none";
  });
  life.on(slider, "input", () => model.set({ guidance: Number(slider.value) }));
  return made;
}

function temperature(view: DeskView): HTMLElement {
  const { life, model } = view;
  const slider = element("input", {
    type: "range",
    min: 0.3,
    max: 1.6,
    step: 0.05,
    "aria-label": "Adventurousness",
  });
  const word = element("output", { class: "mnb-desk-word" });
  show(view, ["temperature"], () => {
    const value = model.get("temperature") ?? 1;
    slider.value = String(value);
    word.textContent = adventure(value);
    slider.setAttribute("aria-valuetext", `${adventure(value)}, temperature ${value.toFixed(2)}`);
    slider.title = `temperature ${value.toFixed(2)}`;
  });
  life.on(slider, "input", () => model.set({ temperature: Number(slider.value) }));
  return element("label", { class: "mnb-adventure" }, "adventurous", slider, word);
}

/** How many takes are written at the same time, to choose from. */
function ways(view: DeskView): HTMLElement {
  const { model, life } = view;
  const made = [1, 2, 3, 4].map((count) => {
    const name = count === 1 ? "1 way" : `${count} ways side by side, to choose from`;
    const one = button(String(count), name, { "data-count": count });
    life.on(one, "click", () => model.set({ candidates: count }));
    return one;
  });
  const unit = element("span", { class: "mnb-ways-unit" });
  const group = element(
    "span",
    { class: "mnb-ways", role: "group", "aria-label": "Candidates at once" },
    ...made,
    unit,
  );
  show(view, ["candidates"], () => {
    const count = model.get("candidates") ?? 1;
    for (const one of made)
      one.setAttribute("aria-pressed", String(one.dataset.count === String(count)));
    unit.textContent = count === 1 ? "way" : "ways";
  });
  return group;
}

function seedChip(view: DeskView): HTMLElement {
  const { model, life } = view;
  const words = element("span", { "aria-hidden": "true" });
  const chip = element("button", { type: "button", class: "mnb-seed" }, words);
  life.on(chip, "click", () => model.set({ seed_locked: !model.get("seed_locked") }));
  show(view, ["seed", "seed_locked"], () => {
    const [seed, kept] = [model.get("seed") ?? 0, model.get("seed_locked") ?? false];
    words.replaceChildren(...signOf(`📌 seed ${seed}`));
    chip.setAttribute("aria-pressed", String(kept));
    chip.setAttribute("aria-label", "Keep this seed");
    chip.title = kept
      ? `Seed ${seed} is kept: the same seed writes the same notes`
      : `Seed ${seed}; press to keep it: the same seed writes the same notes`;
  });
  return chip;
}

/** What is seldom changed, folded. */
function more(view: DeskView): HTMLElement {
  const { model, life } = view;
  const seed = field(view, "seed", { min: 0, max: LARGEST_SEED, step: 1, "aria-label": "Seed" });
  seed.classList.add("mnb-desk-seed");
  life.on(seed, "change", () => model.set({ seed_locked: true }));
  const share = field(view, "top_p", {
    ...{ min: 0.05, max: 1, step: 0.05 },
    "aria-label": "Likeliest share",
  });
  const items = element(
    "div",
    { class: "mnb-menu-items" },
    element("label", { title: "The same seed writes the same notes" }, "seed", seed),
    element("label", {}, "model", modelChoice(view)),
    element(
      "label",
      { title: "Draw among the likeliest notes that together have this share" },
      "likeliest share (top-p)",
      share,
    ),
    element("label", {}, "lock bars", lockedBars(view)),
    toggle(view, "listen", "listen along", "Play the notes while they are written"),
  );
  const name = element(
    "summary",
    { "aria-label": "More settings", title: "Seed, model, likeliest share, locked bars" },
    ...signOf("⋯"),
  );
  return element("details", { class: "mnb-menu" }, name, items);
}

function modelChoice(view: DeskView): HTMLElement {
  const choice = element("select", { "aria-label": "Model" });
  show(view, ["models", "model"], () => {
    choice.replaceChildren(
      ...(view.model.get("models") ?? []).map((name) => element("option", { value: name }, name)),
    );
    choice.value = view.model.get("model") ?? "";
  });
  view.life.on(choice, "change", () => view.model.set({ model: choice.value }));
  return choice;
}

function lockedBars(view: DeskView): HTMLElement {
  const { model, life } = view;
  const bars = element("input", {
    type: "text",
    "aria-label": "Lock bars",
    placeholder: "such as 3, 5-6",
    class: "mnb-desk-bars",
    spellcheck: "false",
  });
  show(view, ["locked_bars"], () => (bars.value = model.get("locked_bars") ?? ""));
  life.on(bars, "change", () =>
    model.post<Lock>({
      kind: "lock",
      voices: [...(model.get("locked_voices") ?? [])],
      bars: bars.value,
    }),
  );
  return bars;
}

function history(view: DeskView): HTMLElement[] {
  const { model, life } = view;
  const undo = button("↶", "Undo");
  const redo = button("↷", "Redo");
  life.on(undo, "click", () => act(view, "undo"));
  life.on(redo, "click", () => act(view, "redo"));
  show(view, ["running", "can_undo", "can_redo"], () => {
    const running = model.get("running") ?? false;
    undo.disabled = running || !model.get("can_undo");
    redo.disabled = running || !model.get("can_redo");
  });
  return [undo, redo];
}
