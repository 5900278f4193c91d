/** Audio scheduling arithmetic: which notes and clicks fall into a stretch of the audio clock. Pure. */

import type { NoteTable } from "./table";
import type { TempoMap } from "./tempo";
import { quarters, seconds, type Seconds } from "./units";
import type { Bar } from "./wire/notes";

/**
 * Where the playhead stood at a moment of the audio clock, and how it goes on. `place`, `loop` and `end`: seconds of
 * the score.
 */
export interface Timeline {
  readonly place: Seconds;
  readonly moment: Seconds;
  readonly factor: number;
  readonly loop: readonly [Seconds, Seconds] | null;
  readonly end: Seconds;
}

/** A stretch of the score without a jump, and the moment at which it begins to sound. */
interface Passage {
  readonly from: number;
  readonly to: number;
  readonly moment: number;
}

export interface Strike {
  readonly row: number;
  readonly time: Seconds;
  readonly until: Seconds;
}

export interface Click {
  readonly time: Seconds;
  readonly strong: boolean;
}

/** Yield the passages of the score that sound between two moments; a loop is unrolled. */
export function* passages(timeline: Timeline, since: number, until: number): Generator<Passage> {
  const { place, moment, factor, loop, end } = timeline;
  const start = Math.max(since, moment);
  if (start >= until) return;
  const looped = loop && place < loop[1] ? loop : null;
  let from: number = place;
  let to: number = looped ? looped[1] : end;
  let begins: number = moment;
  while (begins < until && to > from) {
    const ends = begins + (to - from) / factor;
    if (ends > start) {
      const left = Math.max(start, begins);
      const right = Math.min(until, ends);
      yield {
        from: from + (left - begins) * factor,
        to: Math.min(to, from + (right - begins) * factor),
        moment: left,
      };
    }
    if (!looped) return;
    begins = ends;
    [from, to] = looped;
  }
}

/** Yield the notes that begin between two moments; none sounds beyond the end of a loop. */
export function* strikes(
  timeline: Timeline,
  tempo: TempoMap,
  table: NoteTable,
  since: number,
  until: number,
): Generator<Strike> {
  const { factor, loop, place } = timeline;
  const stop = loop && place < loop[1] ? loop[1] : Infinity;
  for (const { from, to, moment } of passages(timeline, since, until)) {
    const first = table.firstFrom(tempo.quartersAt(seconds(from)) - 1e-9);
    for (let row = first; row < table.length; row++) {
      const onset = tempo.secondsAt(quarters(table.onset[row] ?? 0));
      if (onset >= to - 1e-9) break;
      const release = Math.min(tempo.secondsAt(table.end(row)), stop);
      const time = moment + (onset - from) / factor;
      yield {
        row,
        time: seconds(time),
        until: seconds(time + Math.max(0.02, (release - onset) / factor)),
      };
    }
  }
}

/** Yield the notes that sound at the beginning of the timeline but began before it: for a start in the middle. */
export function* held(timeline: Timeline, tempo: TempoMap, table: NoteTable): Generator<Strike> {
  const { place, moment, factor } = timeline;
  const at = tempo.quartersAt(place);
  const first = table.firstFrom(at - 1e-9);
  for (let row = first - 1; row >= 0 && row > first - 512; row--) {
    const left = tempo.secondsAt(table.end(row)) - place;
    if (left > 0.1) yield { row, time: moment, until: seconds(moment + left / factor) };
  }
}

/** Yield the clicks of the metronome between two moments. */
export function* clicks(
  timeline: Timeline,
  tempo: TempoMap,
  bars: readonly Bar[],
  since: number,
  until: number,
): Generator<Click> {
  for (const { from, to, moment } of passages(timeline, since, until)) {
    for (const [onset, end, , , , beat] of bars) {
      if (tempo.secondsAt(end) <= from) continue;
      if (tempo.secondsAt(onset) >= to) break;
      // Beats are counted from the bar line at the end, so that those of an anacrusis fall right.
      const count = Math.ceil((end - onset) / beat - 1e-9);
      for (let back = count; back >= 1; back--) {
        const quarter = end - back * beat;
        const at = tempo.secondsAt(quarters(quarter));
        if (quarter < onset - 1e-9 || at < from - 1e-9 || at >= to - 1e-9) continue;
        yield {
          time: seconds(moment + (at - from) / timeline.factor),
          strong: Math.abs(quarter - onset) < 1e-9,
        };
      }
    }
  }
}

/** Return how long a count-in of `count` bars takes before a quarter, and its clicks from 0 on. */
export function countIn(
  tempo: TempoMap,
  bars: readonly Bar[],
  from: number,
  count: number,
  factor: number,
): { readonly seconds: Seconds; readonly clicks: readonly Click[] } {
  const bar = bars.find(([, end, number]) => end > from && number > 0) ?? bars.at(-1);
  if (!bar || count <= 0) return { seconds: seconds(0), clicks: [] };
  const [onset, end, , , , beat] = bar;
  const perBar = Math.max(1, Math.round((end - onset) / beat));
  const at = quarters(from);
  const length = (tempo.secondsAt(quarters(from + beat)) - tempo.secondsAt(at)) / factor;
  const made = Array.from({ length: perBar * count }, (_, beatNumber) => ({
    time: seconds(beatNumber * length),
    strong: beatNumber % perBar === 0,
  }));
  return { seconds: seconds(made.length * length), clicks: made };
}
