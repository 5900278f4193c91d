/** What stands over the empty bars of a strip: the question before anything is written, the edge while it is. */

import { barAt, barsUntil } from "../core/bars";
import type { PageClock } from "../core/clock";
import { element } from "../core/dom";
import type { Life } from "../core/life";
import type { NoteStore } from "../core/notes";
import type { Strip } from "./strip";

const QUESTION = "Sing it. How would you go on?";

export function emptyBars(life: Life, clock: PageClock, notes: NoteStore, strip: Strip): void {
  const words = element("div", { class: "mnb-strip-ask", hidden: true });
  const edge = element("div", { class: "mnb-strip-front", hidden: true, "aria-hidden": "true" });
  const { band } = clock;
  const show = () => {
    const { axis, writing } = band.facts;
    const { table, bars } = notes;
    const end = table.lastEnd();
    const room = strip.room > end + 1e-6;
    words.hidden = !axis || !room || !table.length;
    edge.hidden = !axis || !writing || !room;
    if (!axis || !room) return;
    const x = axis.lineAt(end) + axis.scroll;
    const [top, bottom] = [strip.staves[0]?.[0] ?? 0, strip.staves.at(-1)?.[1] ?? 0];
    words.textContent = writing ? writingWords() : QUESTION;
    words.style.left = `${x + 24}px`;
    words.style.top = `${(top + bottom) / 2}px`;
    edge.style.left = `${x}px`;
    function writingWords(): string {
      const all = barsUntil(bars, writing);
      const now = barAt(all, end + 1e-6)?.[2] ?? 1;
      return `writing bar ${now} of ${all.at(-1)?.[2] ?? now}`;
    }
  };
  const again = life.frame(show);
  strip.onArrange(again);
  notes.onChange(life, again);
  band.on(["writing", "axis"], life, again);
  strip.row.append(words, edge);
}
