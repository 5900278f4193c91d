// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.choice. Do not edit.

import type { Piece } from "./notes";
import type { Quarters } from "../units";

/** The traits of one of several takes that are written side by side, the `number`th of them. */
export type ChoiceState = {
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
  engine: string;
  number: number;
  name: string;
  votes: number;
  seed: number;
  writing: boolean;
  current: boolean;
  begins: Quarters;
  shown_from: Quarters;
  shown_to: Quarters;
};

/** Page to kernel: somebody prefers this one; `by` is -1 for a hand that is taken back. */
export type RaiseHand = {
  kind: "vote";
  by: number;
};

/** Page to kernel: go on from this one. */
export type Choose = {
  kind: "choose";
};
