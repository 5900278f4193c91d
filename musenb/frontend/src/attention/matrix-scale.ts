/** Colour legend below the matrix: which colour is how much, and which is which voice. */

import { percent, valueText } from "../core/words";
import { element } from "../core/dom";
import type { Matrix } from "../marks/matrix";
import { gradient } from "../marks/ramp";
import { rampOf } from "../marks/matrix-image";
import type { NoteStore } from "../core/notes";
import type { Theme } from "../core/theme";

/** Return the signs that explain a matrix of weights, or of logits when `signed`. */
export function scaleOf(
  matrix: Matrix,
  signed: boolean,
  theme: Theme,
  notes?: NoteStore,
): (HTMLElement | string)[] {
  const sign = element("i");
  sign.style.width = "80px";
  sign.style.background = gradient(rampOf(matrix, theme.dark, signed));
  const most = matrix.offset + 254 * matrix.scale;
  const [low, high] = signed
    ? [valueText(matrix.offset, "content"), valueText(most, "content")]
    : ["0 %", percent(most)];
  return [
    element("span", {}, `${low} `, sign, high),
    element("span", {}, "rows look at columns"),
    ...voices(theme, notes),
  ];
}

function voices(theme: Theme, notes: NoteStore | undefined): HTMLElement[] {
  return (notes?.piece.voices ?? []).map((name, voice) => {
    const sign = element("i");
    sign.style.background = theme.voices[voice % theme.voices.length] ?? "";
    return element("span", {}, sign, name);
  });
}
