/** Acts at a chosen note of a strip: ask about it, go on from it, write its bar anew. */

import { barAt } from "../core/bars";
import type { PageClock } from "../core/clock";
import { element } from "../core/dom";
import type { Life } from "../core/life";
import type { NoteStore } from "../core/notes";
import type { Strip } from "./strip";

/** Put the acts at the note whenever one is chosen; they go with the choice. */
export function noteBubble(life: Life, clock: PageClock, notes: NoteStore, strip: Strip): void {
  const { band } = clock;
  const act = (words: string, call: (note: string) => unknown) => {
    const made = element("button", { type: "button" }, words);
    life.on(made, "click", () => {
      const [note] = clock.selection;
      if (note) call(note);
    });
    return made;
  };
  const ask = act("Ask", (note) => band.wish({ kind: "ask", note }));
  const from = act("Go on from here", (note) => band.wish({ kind: "from", note }));
  const anew = act("", (note) => {
    const bar = barOf(note);
    if (bar) band.wish({ kind: "anew", bar });
  });
  const bubble = element(
    "div",
    { class: "mnb-bubble", role: "group", "aria-label": "The chosen note", hidden: true },
    ...[ask, from, anew],
  );
  const barOf = (note: string): number => {
    const row = notes.table.row(note);
    return row < 0 ? 0 : (barAt(notes.bars, notes.table.onset[row] ?? 0)?.[2] ?? 0);
  };
  const show = () => {
    const [note] = clock.selection;
    const place = note && strip.placeOf(note);
    const { axis, writable, writing, asked } = band.facts;
    bubble.hidden = !place || !axis || !writable || writing > 0 || asked;
    if (!note || !place || !axis || bubble.hidden) return;
    const bar = barOf(note);
    anew.hidden = !bar;
    anew.textContent = `Write bar ${bar} anew`;
    const left = Math.min(Math.max(place.x - axis.scroll - 20, 4), Math.max(axis.width - 300, 4));
    bubble.style.left = `${left}px`;
    bubble.style.top = `${Math.max(place.y - 58, -8)}px`;
  };
  const again = life.frame(show);
  clock.on("selection", life, again);
  band.on(["axis", "writable", "writing", "asked"], life, again);
  notes.onChange(life, again);
  strip.frame.append(bubble);
  again();
}
