/** Bar and beat lookup, counted as people count them. */

import { quarters } from "./units";
import type { Bar, BarRun } from "./wire/notes";

/** Return every bar of the runs. */
export function barsOf(runs: readonly BarRun[]): Bar[] {
  return runs.flatMap(([onset, end, number, beats, unit, beat, count = 1]) =>
    Array.from({ length: count }, (_, n): Bar => {
      const shift = n * (end - onset);
      return [quarters(onset + shift), quarters(end + shift), number + n, beats, unit, beat];
    }),
  );
}

/** Return the bar that a quarter falls into: the first for what lies before, the last for what lies behind. */
export function barAt(bars: readonly Bar[], quarter: number): Bar | undefined {
  let [low, high] = [0, bars.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((bars[middle]?.[0] ?? 0) <= quarter + 1e-9) low = middle;
    else high = middle - 1;
  }
  return bars[low];
}

/** Return the beat in its bar, from 1; in an anacrusis it is counted as if the bar were whole. */
export function beatAt(bar: Bar, quarter: number): number {
  const [onset, end, number, beats, unit, beat] = bar;
  const start = number === 0 ? end - (4 * beats) / unit : onset;
  return Math.floor((quarter - start) / beat + 1e-9) + 1;
}

/** Return the bars up to a quarter: behind the last one they go on as long as it. */
export function barsUntil(bars: readonly Bar[], end: number): Bar[] {
  const all = [...bars];
  let last = all.at(-1);
  while (last && last[1] < end - 1e-6 && all.length < 4000) {
    const [, from, number, beats, unit, beat] = last;
    last = [from, quarters(from + (4 * beats) / unit), number + 1, beats, unit, beat];
    all.push(last);
  }
  return all;
}

/** Return a place as "bar 3, beat 2" (or "upbeat, beat 4"). */
export function placeName(bars: readonly Bar[], quarter: number): string {
  const bar = barAt(barsUntil(bars, quarter + 1e-6), quarter);
  if (!bar) return `quarter ${quarter.toFixed(2)}`;
  return `${bar[2] ? `bar ${bar[2]}` : "upbeat"}, beat ${beatAt(bar, quarter)}`;
}

/** Return the bars that a text such as "3, 5-6" names. */
export function barsIn(text: string): Set<number> {
  const bars = new Set<number>();
  for (const [, from, to] of text.matchAll(/(\d+)(?:\s*[-–]\s*(\d+))?/g))
    for (let bar = Number(from); bar <= Math.min(Number(to ?? from), Number(from) + 999); bar++)
      bars.add(bar);
  return bars;
}
