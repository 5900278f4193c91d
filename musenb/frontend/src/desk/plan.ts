/** Drawer Plan: where the motif comes back, as blocks in lanes; what cannot stand says why, and where it could. */

import { button, element } from "../core/dom";
import { rove } from "../core/rove";
import type { PlanAct, PlanRow, PlanWhat } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

const MOST_BARS = 64;
/** Pixels of a lane. */
const LANE = 30;
const SHORT: Readonly<Record<string, string>> = {
  "as it is": "motif",
  sequence: "seq.",
  answer: "answer",
  "tonal answer": "answer",
  inversion: "inv.",
  retrograde: "retro.",
  augmented: "slow",
  diminished: "fast",
  head: "head",
  tail: "tail",
  return: "return",
};
/** The colour of a form: its place among those of the voices' palette. */
const TINTS = ["as it is", "sequence", "answer", "inversion", "retrograde", "head"];

/** Return a statement in words: "2. sequence +1, alto, bar 5". */
export function statementWords([form, voice, bar, beat, steps, key]: PlanRow, place: number): string {
  const moved = steps ? ` ${steps > 0 ? "+" : "−"}${Math.abs(steps)}` : "";
  const at = beat ? `, beat ${beat}` : "";
  return `${place + 1}. ${form}${moved}${key ? ` in ${key}` : ""}, ${voice}, bar ${bar}${at}`;
}

/** Return the tint of a form, 0 to 5. */
export function tintOf(form: string): number {
  const usual = form === "return" ? "as it is" : form === "tonal answer" ? "answer" : form;
  const found = TINTS.indexOf(usual === "tail" ? "head" : usual);
  return found < 0 ? 4 : found;
}

/** Return rows of which one is moved by bars and voices; undefined where it would leave the piece or the voices. */
export function movedRow(
  rows: readonly PlanRow[],
  at: number,
  by: { bars?: number; voices?: number },
  bars: number,
  voices: readonly string[],
): PlanRow[] | undefined {
  const row = rows[at];
  if (!row) return undefined;
  const bar = row[2] + (by.bars ?? 0);
  const voice = voices.indexOf(row[1]) + (by.voices ?? 0);
  if (bar < 1 || bar > bars || voice < 0 || voice >= voices.length) return undefined;
  const moved: PlanRow = [row[0], voices[voice]!, bar, row[3], row[4], row[5], row[6]];
  return rows.map((one, place) => (place === at ? moved : one));
}

/** Return where a statement of so many bars has room: behind the others first, then anywhere; undefined for nowhere. */
export function freePlace(
  rows: readonly PlanRow[],
  length: number,
  bars: number,
  voices: readonly string[],
): { voice: string; bar: number } | undefined {
  const behind = Math.max(1, ...rows.map((row) => row[2] + Math.ceil(row[6])));
  const last = bars - Math.ceil(length) + 1;
  const places = Array.from({ length: Math.max(last, 0) }, (_, at) => at + 1);
  const ordered = [...places.filter((bar) => bar >= behind), ...places.filter((bar) => bar < behind)];
  for (const bar of ordered)
    for (const voice of voices)
      if (rows.every((row) => row[1] !== voice || row[2] >= bar + length || row[2] + row[6] <= bar))
        return { voice, bar };
  return undefined;
}

export function planPart(view: DeskView): HTMLElement {
  const { life, model } = view;
  let chosen = 0;
  const rows = () => model.get("plan_rows") ?? [];
  const bars = () => model.get("plan_bars") || 8;
  const voices = () => model.get("plan_voices") ?? [];
  const send = (act: PlanWhat, more: Partial<PlanAct> = {}) =>
    model.post<PlanAct>({ kind: "plan", act, name: "", rows: [], bars: bars(), ...more });
  const change = (next: readonly PlanRow[], length = bars()) => {
    // The kernel keeps rows in the order of time: the chosen one is found again by what it is.
    const kept = next[chosen];
    const ordered = [...next].sort((a, b) => a[2] - b[2]);
    if (kept) chosen = Math.max(ordered.indexOf(kept), 0);
    send("change", { rows: ordered, bars: length });
  };

  const presets = element("select", { "aria-label": "Plan by name" });
  life.on(presets, "change", () => {
    chosen = 0;
    if (presets.value) send("preset", { name: presets.value });
  });
  const length = element("input", { type: "number", min: 1, max: MOST_BARS, "aria-label": "Bars of the piece" });
  life.on(length, "change", () => {
    const wanted = length.valueAsNumber;
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_BARS) change(rows(), wanted);
    else length.value = String(bars());
  });

  // The lanes

  const lanes = element("div", {
    class: "mnb-plan-lanes",
    role: "group",
    "aria-label": "Statements: arrow keys move the chosen one by bars and voices, Delete takes it away",
  });
  const block = (row: PlanRow, place: number, suggested: boolean): HTMLElement => {
    const words = statementWords(row, place);
    const short = SHORT[row[0]] ?? row[0];
    // A block too narrow for its form shows its number, or that it can be added.
    const pixels = ((lanes.clientWidth || 220) * row[6]) / bars();
    const sign = suggested ? "+" : String(place + 1);
    const shown = pixels > 12 + 6.5 * short.length ? short : sign;
    const made = element(
      "button",
      {
        type: "button",
        class: "mnb-plan-block",
        "data-tint": tintOf(row[0]),
        title: suggested ? `Add: ${words.replace(/^\d+\. /, "")}` : words,
        "aria-label": suggested ? `Add the suggested ${words.replace(/^\d+\. /, "")}` : words,
      },
      element("span", { "aria-hidden": "true" }, shown),
    );
    made.toggleAttribute("data-suggested", suggested);
    if (suggested) made.dataset.add = String(place);
    else {
      made.dataset.at = String(place);
      made.setAttribute("aria-pressed", String(place === chosen));
      made.tabIndex = place === chosen ? 0 : -1;
      made.toggleAttribute("data-fault", model.get("plan_fault") === place + 1);
    }
    const lane = Math.max(voices().indexOf(row[1]), 0);
    made.style.insetInlineStart = `${(100 * (row[2] - 1)) / bars()}%`;
    made.style.width = `${(100 * Math.min(row[6], bars() - row[2] + 1)) / bars()}%`;
    made.style.top = `${lane * LANE + 2}px`;
    return made;
  };
  const draw = () => {
    const inside = lanes.contains((lanes.getRootNode() as Document | ShadowRoot).activeElement);
    chosen = Math.min(chosen, Math.max(rows().length - 1, 0));
    const names = voices().map((voice, lane) => {
      const name = element("span", { class: "mnb-plan-voice" }, voice);
      name.style.top = `${lane * LANE}px`;
      return name;
    });
    const suggested = model.get("plan_suggested") ?? [];
    lanes.style.height = `${voices().length * LANE}px`;
    lanes.style.setProperty("--mnb-plan-bars", String(bars()));
    lanes.replaceChildren(
      ...names,
      ...rows().map((row, place) => block(row, place, false)),
      ...suggested.map((row, place) => block(row, place, true)),
    );
    if (inside) focusChosen();
  };
  const blockAt = (event: Event) =>
    (event.target as HTMLElement).closest<HTMLElement>(".mnb-plan-block[data-at]");
  const focusChosen = () => lanes.querySelector<HTMLElement>(`[data-at="${chosen}"]`)?.focus();
  const choose = (place: number) => {
    chosen = place;
    // The blocks stay: one that is replaced while it gets the focus would lose it.
    for (const one of lanes.querySelectorAll<HTMLElement>("[data-at]")) {
      const now = Number(one.dataset.at) === chosen;
      one.setAttribute("aria-pressed", String(now));
      one.tabIndex = now ? 0 : -1;
    }
    edit();
  };
  const move = (by: { bars?: number; voices?: number }) => {
    const next = movedRow(rows(), chosen, by, bars(), voices());
    if (next) change(next);
    else view.say("It cannot go further");
  };
  const remove = () => {
    const left = rows().filter((_, place) => place !== chosen);
    chosen = Math.max(chosen - 1, 0);
    send("change", { rows: left });
  };
  life.on(lanes, "click", (event) => {
    const found = blockAt(event);
    if (found) return choose(Number(found.dataset.at));
    const added = (event.target as HTMLElement).closest<HTMLElement>("[data-add]");
    const row = (model.get("plan_suggested") ?? [])[Number(added?.dataset.add)];
    if (!added || !row) return;
    chosen = rows().length;
    change([...rows(), row]);
  });
  life.on(lanes, "focusin", (event) => {
    const found = blockAt(event);
    if (found && Number(found.dataset.at) !== chosen) choose(Number(found.dataset.at));
  });
  life.on(lanes, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !blockAt(event)) return;
    const by = {
      ArrowRight: { bars: 1 },
      ArrowLeft: { bars: -1 },
      ArrowDown: { voices: 1 },
      ArrowUp: { voices: -1 },
    }[event.key];
    if (by) move(by);
    else if (event.key === "Delete" || event.key === "Backspace") remove();
    else if (event.key === "PageDown" && chosen < rows().length - 1) choose(chosen + 1);
    else if (event.key === "PageUp" && chosen > 0) choose(chosen - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    focusChosen();
  });
  drags();

  /** Blocks are dragged to another bar and voice. */
  function drags(): void {
    let from: { x: number; y: number; block: HTMLElement } | undefined;
    life.on<PointerEvent>(lanes, "pointerdown", (event) => {
      const found = blockAt(event);
      if (!found || event.button) return;
      chosen = Number(found.dataset.at);
      from = { x: event.clientX, y: event.clientY, block: found };
      found.setPointerCapture?.(event.pointerId);
    });
    const by = (event: PointerEvent) => ({
      bars: Math.round(((event.clientX - from!.x) * bars()) / (lanes.clientWidth || 1)),
      voices: Math.round((event.clientY - from!.y) / LANE),
    });
    life.on<PointerEvent>(lanes, "pointermove", (event) => {
      if (!from) return;
      from.block.style.transform = `translate(${event.clientX - from.x}px, ${event.clientY - from.y}px)`;
    });
    const end = (event: PointerEvent) => {
      if (!from) return;
      const wanted = by(event);
      from.block.style.transform = "";
      from = undefined;
      if (event.type === "pointerup" && (wanted.bars || wanted.voices)) move(wanted);
    };
    life.on<PointerEvent>(lanes, "pointerup", end);
    life.on<PointerEvent>(lanes, "pointercancel", end);
  }

  // The chosen statement

  const form = element("select", { "aria-label": "Form of the statement" });
  const voice = element("select", { "aria-label": "Voice of the statement" });
  const bar = element("input", { type: "number", min: 1, "aria-label": "Bar of the statement" });
  const steps = element("input", {
    type: "number",
    min: -14,
    max: 14,
    "aria-label": "Steps of the scale by which it is moved",
  });
  const away = button("🗑︎", "Take the statement away (Delete)");
  const one = element("div", { class: "mnb-plan-one", role: "group", "aria-label": "The chosen statement" });
  const field = (words: string, input: HTMLElement) => element("label", {}, words, input);
  one.append(field("Form", form), field("Voice", voice), field("Bar", bar), field("Steps", steps), away);
  const edit = () => {
    const row = rows()[chosen];
    one.hidden = !row;
    if (!row) return;
    form.replaceChildren(
      ...(model.get("plan_forms") ?? []).map(([id, label]) => element("option", { value: id, title: label }, id)),
    );
    voice.replaceChildren(...voices().map((name) => element("option", { value: name }, name)));
    [form.value, voice.value, bar.value, steps.value] = [row[0], row[1], String(row[2]), String(row[4])];
    bar.max = String(bars());
  };
  const edited = () => {
    const row = rows()[chosen];
    if (!row) return;
    const [at, moved] = [bar.valueAsNumber, steps.valueAsNumber];
    if (!Number.isInteger(at) || at < 1 || at > bars() || !Number.isInteger(moved) || Math.abs(moved) > 14) {
      edit();
      view.say(`Bars are 1 to ${bars()}, steps −14 to 14`);
      return;
    }
    const beat = at === row[2] && form.value === row[0] ? row[3] : "";
    const next: PlanRow = [form.value, voice.value, at, beat, moved, row[5], row[6]];
    change(rows().map((other, place) => (place === chosen ? next : other)));
  };
  for (const input of [form, voice, bar, steps]) life.on(input, "change", edited);
  life.on(away, "click", remove);

  // What can be added, and what cannot stand

  const add = button("+ Add", "Add a statement where there is room");
  life.on(add, "click", () => {
    const length = rows()[0]?.[6] ?? 1;
    const place = freePlace(rows(), length, bars(), voices());
    if (!place) return view.say("There is no room: take a statement away, or give the piece more bars");
    chosen = rows().length;
    change([...rows(), ["as it is", place.voice, place.bar, "", 0, "", length]]);
  });
  const suggest = button("Suggest", "Look for places where the motif could come back, by what the model makes of them");
  life.on(suggest, "click", () => {
    suggest.disabled = true;
    fault.textContent = "Looking for places…";
    send("suggest");
  });
  const fault = element("p", { class: "mnb-plan-fault", role: "status" });
  const better = button("Move it there", "Move the statement to the place that is named");
  life.on(better, "click", () => {
    const [place] = model.get("plan_better") ?? [];
    const at = (model.get("plan_fault") ?? 0) - 1;
    if (!place || at < 0) return;
    chosen = at;
    change(rows().map((row, number) => (number === at ? place : row)));
  });
  const write = button("Write it", "Have the model write all other notes around these statements", {
    class: "mnb-plan-write",
  });
  life.on(write, "click", () => send("write"));
  const able = () => {
    const running = Boolean(model.get("running"));
    write.disabled = running || !rows().length || Boolean(model.get("plan_fault"));
    suggest.disabled = running || !rows().length || Boolean(model.get("plan_fault"));
    add.disabled = !voices().length;
  };

  const top = element("div", { class: "mnb-plan-top" }, field("Plan", presets), field("Bars", length));
  const tools = element("div", { class: "mnb-bar" }, add, suggest, write);
  const box = element("div", { class: "mnb-plan-box" }, top, lanes, one, fault, better, tools);
  const none = element("p", { class: "mnb-faint" });
  const part = element("div", { class: "mnb-desk-plan", role: "group", "aria-label": "Plan" }, none, box);
  show(view, ["plan_presets", "plan_name"], () => {
    const offered = model.get("plan_presets") ?? [];
    presets.replaceChildren(
      element("option", { value: "" }, "my own"),
      ...offered.map(([id, label]) => element("option", { value: id }, label)),
    );
    presets.value = model.get("plan_name") ?? "";
    if (presets.selectedIndex < 0) presets.value = "";
  });
  show(
    view,
    [
      ...(["plan_rows", "plan_bars", "plan_voices", "plan_forms", "plan_fault"] as const),
      ...(["plan_better", "plan_words", "plan_suggested", "plan_presets", "running"] as const),
    ],
    () => {
      const there = Boolean((model.get("plan_presets") ?? []).length);
      box.hidden = !there;
      none.hidden = there;
      none.textContent = model.get("plan_words") ?? "";
      fault.textContent = there ? (model.get("plan_words") ?? "") : "";
      better.hidden = !(model.get("plan_better") ?? []).length;
      length.value = String(bars());
      draw();
      edit();
      able();
    },
  );
  rove(life, tools);
  return part;
}
