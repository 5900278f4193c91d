/**
 * Bar numbers above a strip: a button a bar, with what can be done with the bar. The arrow keys go there from the
 * score's upper voice, and back.
 */

import type { Axis } from "../core/band";
import { barsIn, barsUntil } from "../core/bars";
import type { PageClock } from "../core/clock";
import { button, element } from "../core/dom";
import type { Life } from "../core/life";
import type { NoteStore } from "../core/notes";
import { rove } from "../core/rove";
import type { Quarters } from "../core/units";
import type { Strip } from "./strip";

export interface BarNumbers {
  readonly row: HTMLElement;
  /** Focus the number of the bar at a quarter; return whether one is in sight. */
  focus(quarter: number): boolean;
}

export function barNumbers(
  life: Life,
  clock: PageClock,
  notes: NoteStore,
  strip: Strip,
): BarNumbers {
  const row = element("div", {
    class: "mnb-numbers",
    role: "toolbar",
    "aria-label": "Bars",
  });
  const settle = rove(life, row, false);
  const { band } = clock;
  const places = new Map<Element, readonly [number, Quarters, Quarters]>();
  let open: HTMLElement | undefined;
  const close = () => {
    open?.remove();
    open = undefined;
  };
  const menu = (number: number, from: Quarters, to: Quarters, at: HTMLElement) => {
    close();
    const doing = (words: string, title: string, call: () => unknown) => {
      const made = element("button", { type: "button", title }, words);
      life.on(made, "click", () => {
        call();
        close();
        at.focus();
      });
      return made;
    };
    const acts = [
      doing("Repeat", `Play bar ${number} again and again`, () => {
        clock.setLoop([from, to]);
        clock.seek(from);
      }),
    ];
    if (clock.loop) acts.push(doing("No repeat", "Play on", () => clock.setLoop(null)));
    if (band.facts.writable && number > 0) {
      const kept = barsIn(band.facts.lockedBars).has(number);
      acts.unshift(
        doing(kept ? "Unlock" : "Lock", `Keep bar ${number} as it is`, () =>
          band.wish({ kind: "lock-bar", bar: number }),
        ),
        doing("Write anew", `Write bar ${number} anew; the others stay`, () =>
          band.wish({ kind: "anew", bar: number }),
        ),
      );
    }
    open = element(
      "div",
      { class: "mnb-bubble", role: "group", "aria-label": `Bar ${number}` },
      ...acts,
    );
    open.style.left = at.style.left;
    life.on(open, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
      at.focus();
    });
    row.after(open);
    acts[0]?.focus();
  };
  const build = () => {
    const { axis } = band.facts;
    if (!axis) return;
    const kept = barsIn(band.facts.lockedBars);
    const within = (row.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
    const focused = within && row.contains(within) ? within.dataset.bar : undefined;
    let last = -Infinity;
    const made: HTMLElement[] = [];
    places.clear();
    barsUntil(notes.bars, strip.room).forEach(([onset, end, number]) => {
      const x = axis.lineAt(onset);
      if (!number || x < -8 || x > axis.width - 12 || x < last + 22) return;
      last = x;
      const locked = kept.has(number);
      const one = button(locked ? `🔒 ${number}` : String(number), `Bar ${number}`, {
        "data-bar": number,
        "aria-haspopup": "true",
      });
      one.style.left = `${Math.round(x)}px`;
      places.set(one, [number, onset, end]);
      made.push(one);
    });
    row.replaceChildren(...made, ...motifWords(notes, axis, made));
    settle();
    if (focused) row.querySelector<HTMLElement>(`[data-bar="${focused}"]`)?.focus();
  };
  life.on(row, "click", (event) => {
    const one = (event.target as Element).closest<HTMLElement>("button");
    const place = one && places.get(one);
    if (one && place) {
      if (open) close();
      else menu(...place, one);
    }
  });
  life.on(row, "keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    strip.scroll.focus();
  });
  const again = life.frame(build);
  strip.onArrange(again);
  band.on(["axis", "lockedBars"], life, again);
  notes.onChange(life, () => notes.streaming || again());
  const focus = (quarter: number): boolean => {
    const before = [...places].filter(([, [, onset]]) => onset <= quarter + 1e-6).at(-1);
    const at = (before?.[0] ?? places.keys().next().value) as HTMLElement | undefined;
    at?.focus();
    return at !== undefined;
  };
  return { row, focus };
}

const MOTIF_WIDTH = 70;

/** Return "your motif" above the first given note, once a model wrote others; nothing where a number is in the way. */
function motifWords(
  notes: NoteStore,
  axis: Axis,
  numbers: readonly HTMLElement[],
): HTMLElement[] {
  const { table } = notes;
  const rows = Array.from({ length: table.length }, (_, row) => row);
  const given = rows.find((row) => !table.generated(row));
  if (given === undefined || rows.every((row) => !table.generated(row))) return [];
  const x = Math.round(axis.at(table.onset[given] ?? 0)) - 8;
  const blocked = numbers.some(({ style }) => {
    const left = Number.parseFloat(style.left);
    return left > x - 14 && left < x + MOTIF_WIDTH;
  });
  if (x < 0 || x > axis.width - MOTIF_WIDTH || blocked) return [];
  const words = element("span", { class: "mnb-motif-words", "aria-hidden": "true" }, "your motif");
  words.style.left = `${x}px`;
  return [words];
}
