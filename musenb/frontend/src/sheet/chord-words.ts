/** Chord labels in words and signs: pure. */

import { element } from "../core/dom";
import type { ChordRow } from "../core/wire/sheet";
import { SPACE } from "../marks/sheet-places";

/** Where a label stands: pixels from the corner of what scrolls, and the size of its letters. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Units of a page that the letters are high. */
const LETTER = 1.7 * SPACE;
const [SMALLEST, LARGEST] = [11, 30];
/** Height of the line in letters, and in units of the page. */
export const LINE_LETTERS = 2.7;
export const LINE_UNITS = LINE_LETTERS * LETTER;

/** Pixels of the letters on a page of a scale, in pixels a unit. */
export const letterSize = (scale: number): number =>
  Math.min(LARGEST, Math.max(SMALLEST, Math.round(LETTER * scale)));

const SIGNS: Readonly<Record<string, string>> = { o: "°", "%": "ø" };
const NUMERAL = /^([b#]?[IViv]+)(o|%|\+|maj)?((?:\d\/)?\d)?(?:\/([b#]?[IViv]+))?$/;

/** Return a numeral as it is read: "ii%6/5" in its parts. */
export function parseNumeral(
  numeral: string,
): { degree: string; sign: string; figures: string[]; applied: string } | undefined {
  const found = NUMERAL.exec(numeral);
  if (!found) return undefined;
  const [, degree = "", sign = "", figures = "", applied = ""] = found;
  return { degree, sign: SIGNS[sign] ?? sign, figures: figures.split("/").filter(Boolean), applied };
}

/**
 * Return which labels of a line stand in one another's way and give in: of two that overlap the less sure one, the
 * earlier of equals. Labels are given as they stand, from left to right, with their right edge and how sure they are.
 */
export function crowded(labels: readonly { left: number; right: number; sure: number }[]): Set<number> {
  const hidden = new Set<number>();
  let before = -1;
  for (const [place, label] of labels.entries()) {
    const other = labels[before];
    if (!other || other.right <= label.left) before = place;
    else if (other.sure > label.sure) hidden.add(place);
    else {
      hidden.add(before);
      before = place;
    }
  }
  return hidden;
}

/** Return what a label shows: the degree, figures above each other, a question mark where it is unsure. */
export function numeralParts(row: ChordRow): Node[] {
  if (row[7] === "unknown") return [document.createTextNode("·")];
  const parsed = parseNumeral(row[2]);
  if (!parsed) return [document.createTextNode(row[2])];
  const { degree, sign, figures, applied } = parsed;
  const parts: Node[] = [document.createTextNode(degree + sign)];
  if (figures.length) {
    const stack = figures.map((figure) => element("span", {}, figure));
    parts.push(element("span", { class: "mnb-figures" }, ...stack));
  }
  if (applied) parts.push(document.createTextNode(`/${applied}`));
  if (row[7] === "unsure") parts.push(document.createTextNode("?"));
  return parts;
}

/** Return a key as textbooks write it below the music: "D minor" as "d", "Bb major" as "B♭". */
export function keySign(key: string): string {
  const [name = "", mode] = key.split(" ");
  const letter = mode === "minor" ? name[0]!.toLowerCase() : name[0]!;
  return letter + name.slice(1).replace("#", "♯").replace("b", "♭");
}

/** Return a label in a sentence: for those who do not see it, and under the pointer. */
export function chordWords(row: ChordRow, bar: number | undefined, fixed = false): string {
  const [, , numeral, key, , cadence, confidence, , [second, secondKey], overruled] = row;
  const parts = [`${bar === undefined ? "" : `bar ${bar}: `}${numeral} in ${key}`];
  if (cadence) parts.push(`${cadence} cadence`);
  if (overruled) parts.push("named by you");
  else parts.push(`${Math.round(confidence * 100)} % sure`);
  if (second) parts.push(`${overruled ? "in place of" : "or"} ${second} in ${secondKey}`);
  return parts.join(", ") + (fixed ? "" : ". Enter names it otherwise");
}
