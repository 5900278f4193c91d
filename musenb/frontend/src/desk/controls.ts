/** Generation settings of the desk: few controls, in plain words. */

import { button, element, setSign } from "../core/dom";
import { quarters } from "../core/units";
import type { DeskState, GoOnFrom } from "../core/wire/desk";
import { locksRow } from "./locks";
import { act, numberIn, show, type DeskView } from "./parts";

type NumberName = "bars" | "temperature" | "top_p" | "seed";

const LARGEST_SEED = 2 ** 32 - 1;
// A kernel hears of Stop in a moment, unless it runs another cell.
const HEARD_MS = 1500;
const UNHEARD = "stopping… another cell is running: ■ above the notebook stops both";
const WORDS: readonly (readonly [number, string])[] = [
  [0.55, "very careful"],
  [0.85, "careful"],
  [1.1, "as learned"],
  [1.35, "bold"],
  [Infinity, "wild"],
];

/** What the button says that keeps everything up to a note. */
export const HERE =
  "Go on from here: keep everything up to the selected note, write on from its end";

export const adventure = (temperature: number): string =>
  WORDS.find(([limit]) => temperature < limit)![1];

/** What the desk's buttons tell its counter: that Stop was clicked a while ago and is not heard yet. */
interface Stopping {
  unheard: boolean;
  changed(): void;
}

export function controlsPart(view: DeskView): HTMLElement {
  const stopping: Stopping = { unheard: false, changed: () => undefined };
  const part = element("fieldset", { class: "mnb-desk-part" }, element("legend", {}, "Go on"));
  const more = element("details", {}, element("summary", {}, "more"));
  more.append(element("div", { class: "mnb-bar" }, topP(view), model(view)));
  part.append(
    element("div", { class: "mnb-bar" }, ...buttons(view, stopping), counter(view, stopping)),
    element(
      "div",
      { class: "mnb-bar" },
      length(view),
      oneBar(view),
      candidates(view),
      listening(view),
    ),
    element("div", { class: "mnb-bar" }, temperature(view), ...seed(view)),
    locksRow(view),
    more,
  );
  return part;
}

/**
 * Return what a button that begins to write calls within its click: what is written then sounds from its first note
 * on.
 */
function listener({ model, clock, life }: DeskView): () => void {
  let wanted = false;
  const begin = () => {
    if (!wanted || !model.get("running") || !model.get("written")) return;
    wanted = false;
    if (clock.playing) return;
    clock.seek(quarters(model.get("began") ?? 0));
    clock.play();
  };
  model.on("change:written", life, begin);
  model.on("change:running", life, () => (model.get("running") ? begin() : (wanted = false)));
  return () => {
    wanted = model.get("listen") ?? true;
    if (wanted) clock.driver?.ready?.();
  };
}

function buttons(view: DeskView, stopping: Stopping): HTMLElement[] {
  const { life, model, clock } = view;
  const listen = listener(view);
  const go = button("▶ Continue", "Continue", { class: "mnb-desk-main" });
  const from = button("⤷ Go on from here", HERE);
  const again = button("↻ Another way", "Another way: the same beginning, another seed");
  const stop = button("■ Stop", "Stop and keep what is there");
  const undo = button("↶", "Undo");
  const redo = button("↷", "Redo");
  life.on(go, "click", () => {
    listen();
    act(view, model.get("one_bar") ? "more" : "continue");
  });
  life.on(from, "click", () => {
    listen();
    model.post<GoOnFrom>({ kind: "from", ids: [...clock.selection] });
  });
  life.on(again, "click", () => {
    listen();
    act(view, "again");
  });
  life.on(stop, "click", () => {
    act(view, "stop");
    clock.pause();
    life.after(HEARD_MS, () => {
      stopping.unheard = model.get("running") ?? false;
      stopping.changed();
    });
  });
  life.on(undo, "click", () => act(view, "undo"));
  life.on(redo, "click", () => act(view, "redo"));
  const able = () => {
    from.disabled =
      (model.get("running") ?? false) || !model.get("takes")?.length || !clock.selection.size;
    from.title = clock.selection.size
      ? HERE
      : `${HERE}. Select a note first, in the score or on the roll`;
  };
  clock.on("selection", life, able);
  show(
    view,
    ["running", "takes", "can_undo", "can_redo", "one_bar", "locked_voices", "locked_bars"],
    () => {
      const running = model.get("running") ?? false;
      const takes = model.get("takes") ?? [];
      const locked = Boolean(model.get("locked_voices")?.length || model.get("locked_bars"));
      able();
      const focus = (go.getRootNode() as ShadowRoot | Document).activeElement;
      go.disabled = running || !takes.length;
      setSign(go, model.get("one_bar") ? "▶ One bar more" : "▶ Continue");
      again.disabled = running || !takes.length || (!locked && !takes.some(([, parent]) => parent));
      stop.disabled = !running;
      undo.disabled = running || !model.get("can_undo");
      redo.disabled = running || !model.get("can_redo");
      if (running && focus === go) stop.focus();
      else if (!running && focus === stop) go.focus();
    },
  );
  return [go, stop, from, again, undo, redo];
}

function counter(view: DeskView, stopping: Stopping): HTMLElement {
  const shown = element("output", { class: "mnb-place", "aria-label": "Progress" });
  stopping.changed = () => {
    const running = view.model.get("running") ?? false;
    stopping.unheard &&= running;
    const writing = `writing… ${view.model.get("written") ?? 0} notes`;
    shown.textContent = stopping.unheard ? UNHEARD : running ? writing : "";
  };
  show(view, ["running", "written"], () => stopping.changed());
  return shown;
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

const length = (view: DeskView) =>
  element(
    "label",
    {},
    field(view, "bars", { min: 1, max: 64, step: 1, "aria-label": "Length in bars" }),
    "bars",
  );

function toggle(
  view: DeskView,
  name: "one_bar" | "seed_locked" | "listen",
  text: string,
  title: string,
): HTMLElement {
  const box = element("input", { type: "checkbox", "aria-label": title });
  show(view, [name], () => (box.checked = view.model.get(name) ?? false));
  view.life.on(box, "change", () => view.model.set({ [name]: box.checked } as Partial<DeskState>));
  return element("label", { title }, box, text);
}

const oneBar = (view: DeskView) => toggle(view, "one_bar", "one at a time", "One bar at a time");
const listening = (view: DeskView) =>
  toggle(view, "listen", "listen along", "Play the notes while they are written");

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
  return element("label", {}, "adventurousness", slider, word);
}

function seed(view: DeskView): HTMLElement[] {
  const input = field(view, "seed", { min: 0, max: LARGEST_SEED, step: 1, "aria-label": "Seed" });
  input.classList.add("mnb-desk-seed");
  view.life.on(input, "change", () => view.model.set({ seed_locked: true }));
  return [
    element("label", { title: "The same seed writes the same notes" }, "seed", input),
    toggle(view, "seed_locked", "keep", "Keep this seed"),
  ];
}

const topP = (view: DeskView) =>
  element(
    "label",
    { title: "Draw among the likeliest notes that together have this share" },
    "likeliest share (top-p)",
    field(view, "top_p", { min: 0.05, max: 1, step: 0.05, "aria-label": "Likeliest share" }),
  );

/** How many takes are written at the same time, to choose from. */
function candidates(view: DeskView): HTMLElement {
  const { model, life } = view;
  const choice = element("select", { "aria-label": "Candidates at once" });
  for (const count of [1, 2, 3, 4])
    choice.append(element("option", { value: count }, String(count)));
  show(view, ["candidates"], () => (choice.value = String(model.get("candidates") ?? 1)));
  life.on(choice, "change", () => model.set({ candidates: Number(choice.value) }));
  return element(
    "label",
    { title: "Write up to four takes side by side, and choose one" },
    choice,
    "ways at once",
  );
}

function model(view: DeskView): HTMLElement {
  const choice = element("select", { "aria-label": "Model" });
  show(view, ["models", "model"], () => {
    choice.replaceChildren(
      ...(view.model.get("models") ?? []).map((name) => element("option", { value: name }, name)),
    );
    choice.value = view.model.get("model") ?? "";
  });
  view.life.on(choice, "change", () => view.model.set({ model: choice.value }));
  return element("label", {}, "model", choice);
}
