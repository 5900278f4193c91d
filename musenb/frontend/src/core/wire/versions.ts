// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.versions. Do not edit.

import type { Piece } from "./notes";
import type { Quarters } from "../units";

/** A figure of both versions and how far they are apart, in words; empty where there is none. */
export type VersionRow = readonly [label: string, before: string, after: string, change: string];

/** The traits of two versions of a piece; both note tables stand on the time of `piece`. */
export type VersionsState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  engine: string;
  piece: Piece;
  first: DataView;
  second: DataView;
  names: readonly [string, string];
  differ: readonly [readonly string[], readonly string[]];
  parts: Quarters | null;
  heading: string;
  words: readonly string[];
  rows: readonly VersionRow[];
  version: number;
};
