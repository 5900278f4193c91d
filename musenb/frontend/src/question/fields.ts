/** Answer inputs of a question: options, words, piano keys. Each shows an answer and tells when another is given. */

import { element, fitCanvas } from "../core/dom";
import type { Life } from "../core/life";
import { drawKeyboard, keyAt, KEYS_HEIGHT, layoutKeys, type Key } from "../marks/keyboard";
import type { Theme } from "../core/theme";

/** An answer is text: an option, words, a MIDI pitch as digits. Empty: none. */
export interface Field {
  readonly element: HTMLElement;
  value(): string;
  show(answer: string): void;
}

const named = (prefix: string): string => `mnb-${prefix}-${Math.random().toString(36).slice(2)}`;

export function choiceField(
  ask: string,
  options: readonly string[],
  life: Life,
  changed: () => void,
): Field {
  const name = named("choice");
  const radios = options.map((option) => element("input", { type: "radio", name, value: option }));
  const rows = radios.map((radio, place) =>
    element(
      "label",
      { class: "mnb-question-option" },
      radio,
      element("span", {}, options[place] ?? ""),
    ),
  );
  const group = element("fieldset", { "aria-label": ask }, ...rows);
  life.on(group, "change", changed);
  return {
    element: group,
    value: () => radios.find((radio) => radio.checked)?.value ?? "",
    show(answer) {
      for (const radio of radios) radio.checked = radio.value === answer;
    },
  };
}

export function textField(
  label: string,
  rows: number,
  life: Life,
  changed: () => void,
): Field & { element: HTMLTextAreaElement } {
  const area = element("textarea", { "aria-label": label, rows, maxlength: 10_000 });
  life.on(area, "input", changed);
  return {
    element: area,
    value: () => area.value.trim(),
    show(answer) {
      if (area.value.trim() !== answer) area.value = answer;
    },
  };
}

export interface Keys extends Field {
  repaint(theme: Theme): void;
}

/** Piano keys of which one is chosen; `sound` plays it. Arrows move by a semitone, with Shift by an octave. */
export function keysField(
  low: number,
  high: number,
  life: Life,
  sound: (pitch: number) => void,
  changed: () => void,
  nameOf: (pitch: number) => string,
): Keys {
  const canvas = element("canvas", {
    tabindex: 0,
    role: "slider",
    "aria-label": "Your note",
    "aria-valuemin": low,
    "aria-valuemax": high,
    "aria-keyshortcuts": "ArrowLeft ArrowRight Enter",
  });
  const shown = element("div", { class: "mnb-question-note" });
  const box = element("div", { class: "mnb-question-keys" }, canvas, shown);
  let [width, pitch]: [number, number | undefined] = [600, undefined];
  let theme: Theme | undefined;
  let keys: Key[] = [];
  const redraw = life.frame(() => {
    if (!theme) return;
    const size = { width, height: KEYS_HEIGHT * 0.7 };
    keys = layoutKeys(low, high, width, size.height);
    const context = fitCanvas(canvas, size.width, size.height);
    const sounding = new Map(pitch === undefined ? [] : [[pitch, -1]]);
    if (context)
      drawKeyboard(
        context,
        keys,
        { sounding, chosen: new Set(), shares: new Map(), letters: new Map(), cursor: undefined },
        size,
        theme,
      );
  });
  const name = () => {
    canvas.setAttribute("aria-valuenow", String(pitch ?? low));
    canvas.setAttribute("aria-valuetext", pitch === undefined ? "no note chosen" : nameOf(pitch));
    shown.textContent =
      pitch === undefined ? "Click the key that you expect." : `Your note: ${nameOf(pitch)}`;
    redraw();
  };
  const choose = (next: number) => {
    pitch = Math.min(high, Math.max(low, next));
    sound(pitch);
    name();
    changed();
  };
  life.on(canvas, "pointerdown", (event) => {
    const key = keyAt(keys, event.offsetX, event.offsetY);
    if (key) choose(key.pitch);
  });
  life.on(canvas, "keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const from = pitch ?? Math.round((low + high) / 24) * 12;
    if (step) choose(pitch === undefined ? from : from + step * (event.shiftKey ? 12 : 1));
    else if (event.key === "Enter" || event.key === " ") choose(from);
    else return;
    event.preventDefault();
  });
  life.size(box, (wide) => {
    if (wide < 40) return;
    width = Math.min(Math.round(wide), 900);
    redraw();
  });
  name();
  return {
    element: box,
    value: () => (pitch === undefined ? "" : String(pitch)),
    show(answer) {
      pitch = answer === "" ? undefined : Number(answer);
      name();
    },
    repaint(next) {
      theme = next;
      redraw();
    },
  };
}
