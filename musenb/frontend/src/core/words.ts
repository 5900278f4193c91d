/** Notes, probabilities and rows of attention in words: pure. */

import { barAt, placeName } from "./bars";
import type { NoteTable } from "./table";
import type { AttentionWhat } from "./wire/attention";
import type { Bar } from "./wire/notes";

/** Return a share as people say it: "31 %", "0.4 %". */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return "0 %";
  if (value >= 0.95) return `${Math.round(value)} %`;
  return value < 0.05 ? "below 0.1 %" : `${value.toFixed(1)} %`;
}

/** Return a value as its kind has it: a share, or a logit with its sign. */
export function valueText(value: number, what: AttentionWhat): string {
  return what === "weights"
    ? percent(value)
    : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

/** Return a note as "G4, bar 7", or with its beat as well. */
export function noteText(
  table: NoteTable,
  bars: readonly Bar[],
  row: number,
  beat = false,
): string {
  if (row < 0 || row >= table.length) return "no note";
  if (beat) return `${table.name(row)}, ${placeName(bars, table.onset[row] ?? 0)}`;
  const bar = barAt(bars, table.onset[row] ?? 0);
  const place = bar
    ? bar[2]
      ? `bar ${bar[2]}`
      : "upbeat"
    : `quarter ${(table.onset[row] ?? 0).toFixed(2)}`;
  return `${table.name(row)}, ${place}`;
}

/** Return (index, value) of the largest values of a row that are above a threshold, the largest first. */
export function topOf(
  row: ArrayLike<number>,
  count: number,
  threshold = -Infinity,
): [number, number][] {
  const best: [number, number][] = [];
  for (let index = 0; index < row.length; index++) {
    const value = row[index] ?? NaN;
    if (
      !(value > threshold) ||
      (best.length === count && !(value > (best.at(-1)?.[1] ?? -Infinity)))
    )
      continue;
    const place = best.findIndex((other) => other[1] < value);
    best.splice(place < 0 ? best.length : place, 0, [index, value]);
    if (best.length > count) best.pop();
  }
  return best;
}

/** Return a row as "note G4, bar 7: 31 % to G4, bar 3; 12 % to D4, bar 6"; beats where two would be called the same. */
export function rowText(
  from: string,
  row: ArrayLike<number>,
  nameOf: (index: number, exact: boolean) => string,
  what: AttentionWhat,
  count = 5,
): string {
  const best = topOf(row, count, what === "weights" ? 0 : -Infinity);
  if (!best.length) return `${from}: looks at nothing`;
  const names = best.map(([index]) => nameOf(index, false));
  const said = best.map(([index, value], place) => {
    const name = names[place] ?? "";
    const alone = names.indexOf(name) === names.lastIndexOf(name);
    return `${valueText(value, what)} to ${alone ? name : nameOf(index, true)}`;
  });
  return `${from}: ${said.join("; ")}`;
}
