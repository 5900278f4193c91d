/** Note descriptions for a sheet, such as "soprano G4, bar 7 beat 3". */

import { barAt, beatAt } from "../core/bars";
import type { Note } from "../core/table";
import { pitchName } from "../core/units";
import type { Bar } from "../core/wire/notes";

const PARTS: Record<string, string> = {
  "0.25": "¼",
  "0.33": "⅓",
  "0.5": "½",
  "0.67": "⅔",
  "0.75": "¾",
};

/** Return a place as "bar 7 beat 3½"; bars that are not known yet are counted on from the last. */
export function placeWords(bars: readonly Bar[], quarter: number): string {
  const bar = barAt(bars, quarter);
  if (!bar) return `quarter ${Math.round(quarter * 100) / 100}`;
  const [onset, end, number, beats, unit, beat] = bar;
  const length = (4 * beats) / unit;
  const later =
    number > 0 && quarter >= end - 1e-9 ? Math.floor((quarter - onset) / length + 1e-9) : 0;
  const from = number === 0 ? end - length : onset + later * length;
  const counted = later ? Math.floor((quarter - from) / beat + 1e-9) + 1 : beatAt(bar, quarter);
  const part = (quarter - from) / beat - (counted - 1);
  const rest =
    part > 0.01 ? (PARTS[String(Math.round(part * 100) / 100)] ?? part.toFixed(2).slice(1)) : "";
  return `${number ? `bar ${number + later}` : "upbeat"} beat ${counted}${rest}`;
}

export interface NoteWords {
  readonly voices: readonly string[];
  readonly bars: readonly Bar[];
  /** How the note is spelled on the sheet; the plain name when it is not drawn. */
  readonly name?: string | undefined;
  readonly tint?: string | undefined;
}

/** Return a note as it is spoken. */
export function noteWords(note: Note, { voices, bars, name, tint }: NoteWords): string {
  const voice = voices[note.voice] ?? `voice ${note.voice + 1}`;
  const parts = [`${voice} ${name || pitchName(note.pitch)}`, placeWords(bars, note.onset)];
  if (note.fermata) parts.push("fermata");
  if (note.generated) parts.push("generated");
  if (tint) parts.push(tint);
  return parts.join(", ");
}
