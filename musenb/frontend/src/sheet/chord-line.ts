/** Chord line below the music: numerals, keys and cadences; a click or Enter on a label names the chord otherwise. */

import { barAt } from "../core/bars";
import type { PageClock } from "../core/clock";
import { element } from "../core/dom";
import type { Life } from "../core/life";
import type { Model } from "../core/model";
import type { NoteStore } from "../core/notes";
import { rove } from "../core/rove";
import type { ChordRow, OverruleChord, SheetState } from "../core/wire/sheet";
import { chordForm } from "./chord-form";
import { chordWords, crowded, keySign, numeralParts, type Placed } from "./chord-words";
import type { Drawing } from "./drawing";

interface Around {
  readonly life: Life;
  readonly model: Model<SheetState>;
  readonly clock: PageClock;
  readonly notes: NoteStore;
  say(text: string): void;
}

export function chordLine({ life, model, clock, notes, say }: Around, pages: Drawing): void {
  const line = element("div", { class: "mnb-chords", role: "toolbar", "aria-label": "Chords" });
  const settle = rove(life, line);
  const rows = new Map<Element, ChordRow>();
  let open: HTMLElement | undefined;
  const close = () => {
    open?.remove();
    open = undefined;
  };
  const shown = () => (model.get("chords") ? (model.get("chord_rows") ?? []) : []);

  const label = (row: ChordRow, place: Placed): HTMLElement[] => {
    const bar = barAt(notes.bars, row[0])?.[2];
    const words = chordWords(row, bar, model.get("chords_fixed"));
    const made = element(
      "button",
      { type: "button", "aria-label": words, title: words, "data-onset": row[0] },
      ...numeralParts(row),
    );
    made.dataset.trust = row[7];
    if (row[9]) made.dataset.overruled = "";
    rows.set(made, row);
    return [at(made, place.x, place.y, place.size)];
  };
  const aside = (words: string, kind: string, place: Placed): HTMLElement => {
    const made = element("span", { class: kind, "aria-hidden": "true" }, words);
    return at(made, place.x, place.y + 1.45 * place.size, place.size);
  };
  const draw = () => {
    const had = (line.getRootNode() as ShadowRoot | Document).activeElement;
    const focused = had && line.contains(had) ? (had as HTMLElement).dataset.onset : undefined;
    rows.clear();
    const found = shown();
    pages.below = found.length > 0;
    const made = found.flatMap((row) => {
      const place = pages.below ? pages.wordPlace(row[0]) : undefined;
      if (!place) return [];
      const all = label(row, place);
      if (row[4]) all.push(aside(`${keySign(row[3])}:`, "mnb-chord-key", place));
      const end = row[5] && pages.wordPlace(row[1]);
      if (row[5]) all.push(aside(row[5], "mnb-cadence", cadencePlace(place, end)));
      return all;
    });
    line.replaceChildren(...made);
    line.hidden = !made.length;
    giveRoom();
    settle();
    if (focused) line.querySelector<HTMLElement>(`[data-onset="${focused}"]`)?.focus();
  };

  /** Where labels would stand in one another's way the less sure one is a dot. */
  const giveRoom = () => {
    const lines = new Map<string, HTMLElement[]>();
    for (const one of line.querySelectorAll<HTMLElement>("button")) {
      const there = lines.get(one.style.top) ?? [];
      lines.set(one.style.top, [...there, one]);
    }
    for (const labels of lines.values()) {
      const hidden = crowded(
        labels.map((one) => ({
          left: one.offsetLeft,
          right: one.offsetLeft + one.offsetWidth - 2,
          sure: rows.get(one)?.[6] ?? 0,
        })),
      );
      for (const place of hidden) labels[place]!.replaceChildren("·");
    }
  };

  const edit = (on: HTMLElement) => {
    const row = rows.get(on);
    close();
    if (!row) return;
    const inner = life.child();
    const done = (back: boolean) => {
      inner.end();
      close();
      if (back) line.querySelector<HTMLElement>(`[data-onset="${row[0]}"]`)?.focus();
    };
    open = chordForm(inner, row, {
      leave: () => done(true),
      name: (numeral, key) => {
        model.post<OverruleChord>({ kind: "overrule", onset: row[0], numeral, key });
        say(numeral ? `Named ${numeral}` : "Taken back");
        done(true);
      },
    });
    open.style.left = on.style.left;
    open.style.top = on.style.top;
    pages.ground.append(open);
    open.querySelector<HTMLInputElement>("input")?.select();
  };
  life.on(line, "click", (event) => {
    event.stopPropagation();
    const on = (event.target as Element).closest<HTMLElement>("button");
    const row = on && rows.get(on);
    if (!on || !row) return;
    if (!clock.playing) clock.seek(row[0]);
    if (model.get("chords_fixed")) say(on.title);
    else edit(on);
  });
  // The score's own keys are not those of its chords.
  life.on(line, "keydown", (event) => {
    if (event.key !== "Escape" && event.key !== " ") event.stopPropagation();
  });
  life.atEnd(close);

  const again = life.frame(draw);
  for (const name of ["chords", "chord_rows"] as const) model.on(`change:${name}`, life, again);
  pages.onArrange(again);
  pages.ground.append(line);
  again();
}

function at(made: HTMLElement, x: number, y: number, size: number): HTMLElement {
  made.style.left = `${x.toFixed(1)}px`;
  made.style.top = `${y.toFixed(1)}px`;
  made.style.fontSize = `${size}px`;
  return made;
}

/** A cadence's name ends where its chord does, when that stands on the same line. */
function cadencePlace(begin: Placed, end: Placed | undefined | ""): Placed {
  return end && end.y === begin.y ? { ...begin, x: end.x - 4 } : { ...begin, x: begin.x + 40 };
}
