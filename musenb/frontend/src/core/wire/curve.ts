// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.curve. Do not edit.

import type { Piece } from "./notes";

/** One value for each row of the note table, null where there is none; `name` tells lines apart. */
export type CurveLine = {
  name: string;
  values: readonly (number | null)[];
};

/** The traits of a curve along the piece; `unit` is that of the values, such as 'bits'. */
export type CurveState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  lines: readonly CurveLine[];
  unit: string;
  height: number;
};
