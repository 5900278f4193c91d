// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.motif. Do not edit.

import type { Piece } from "./notes";
import type { Quarters } from "../units";

/** The motif or one of its returns; `voices` are the numbers of those it passes through, `words` a sentence. */
export type ReturnRow = readonly [
  onset: Quarters,
  end: Quarters,
  voices: readonly number[],
  form: string,
  interval: string,
  words: string,
  confidence: number,
  expected: number,
  ids: readonly string[],
];

/** One form: its name, what it means, how often it was found, and how often by chance (-1: not counted yet). */
export type LaneRow = readonly [form: string, words: string, found: number, by_chance: number];

/** How one head looks at the places of return: its mean weight, what distance alone would give, and the p-value. */
export type LookingRow = readonly [layer: number, head: number, looking: number, recency: number, p_value: number];

/** The traits of a motif view; `selected` is the number of a return, -1 for none. */
export type MotifState = {
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
  motif: ReturnRow | null;
  returns: readonly ReturnRow[];
  lanes: readonly LaneRow[];
  selected: number;
  verdict: string;
  side: number;
  likeness: DataView;
  likeness_scale: number;
  attention: DataView;
  attention_scales: readonly number[];
  heads: number;
  looking: readonly LookingRow[];
  looking_words: string;
  matrices: number;
};
