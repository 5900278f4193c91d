/** Matrix as a small canvas, one pixel a cell. */

import { element } from "../core/dom";
import { matrixPixels, type Matrix } from "./matrix";
import { signedRamp, weightRamp, type Ramp } from "./ramp";

/** Return the colours of a matrix: of logits, or of weights. */
export const rampOf = (matrix: Matrix, dark: boolean, signed: boolean): Ramp =>
  signed ? signedRamp(dark, matrix.scale, matrix.offset) : weightRamp(dark);

/** Return a small canvas with one pixel a cell. */
export function imageOf(matrix: Matrix, dark: boolean, signed: boolean): HTMLCanvasElement {
  const [height, width] = matrix.shape;
  const canvas = element("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const picture = context?.createImageData(width, height);
  picture?.data.set(matrixPixels(matrix, rampOf(matrix, dark, signed)));
  if (picture) context?.putImageData(picture, 0, 0);
  return canvas;
}
