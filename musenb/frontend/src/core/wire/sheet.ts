// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.sheet. Do not edit.

import type { Piece } from "./notes";
import type { Quarters } from "../units";

export type ChordTrust = "sure" | "unsure" | "unknown";

/** One page: its bars, half-open, and those that begin a line. Places among the bars of the piece, from 0. */
export type SheetPage = readonly [first: number, stop: number, lines: readonly number[]];

/** How the piece is laid out, for `width` pixels at zoom 1; `edition` counts. `error`: why there are no pages. */
export type SheetPlan = {
  edition: number;
  width: number;
  pages: readonly SheetPage[];
  voices: readonly (readonly number[])[];
  error: string;
};

/** A notehead in units of its page: left edge, middle, width; its line and staff; '' as name when it is tied to. */
export type SheetHead = readonly [
  id: string,
  x: number,
  y: number,
  width: number,
  line: number,
  staff: number,
  name: string,
];

/** A line of music: top and bottom of its staves; bar lines, and the quarters at which the bars begin and end. */
export type SheetLine = {
  staves: readonly (readonly [number, number])[];
  edges: readonly number[];
  times: readonly Quarters[];
};

/** An engraved page; `key` is the same for the same drawing. `svg` has no style and no script. */
export type SheetPlate = {
  edition: number;
  page: number;
  key: string;
  svg: string;
  width: number;
  height: number;
  heads: readonly SheetHead[];
  lines: readonly SheetLine[];
  error: string;
};

/** A value that is shown under a note. */
export type TintRow = readonly [id: string, value: number];

/** A chord label below the score; texts are for people to read. */
export type ChordRow = readonly [
  onset: Quarters,
  end: Quarters,
  numeral: string,
  key: string,
  key_begins: boolean,
  cadence: string,
  confidence: number,
  trust: "sure" | "unsure" | "unknown",
  second: readonly [string, string],
  overruled: boolean,
];

/** The traits of a sheet; `plates` holds its first pages (gzip of JSON), `plates_version` counts its changes. */
export type SheetState = {
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
  zoom: number;
  transpose: number;
  staves: "each" | "two";
  colours: boolean;
  strip: boolean;
  room: Quarters;
  tint: readonly TintRow[];
  tint_name: string;
  chords: boolean;
  chord_rows: readonly ChordRow[];
  chords_fixed: boolean;
  plan: SheetPlan;
  plates: DataView;
  plates_version: number;
};

/** A page that is looked at, and the key of the drawing that the view has of it. */
export type WantedPlate = readonly [page: number, key: string];

/** Page to kernel: engrave these pages. */
export type WantPlates = {
  kind: "plates";
  edition: number;
  pages: readonly WantedPlate[];
};

/** Kernel to page: gzip of a SheetPlate in the only buffer; none where the view has that drawing already. */
export type PlateReply = {
  kind: "plate";
  edition: number;
  page: number;
  key: string;
};

/** Page to kernel: lay the piece out for so many pixels at zoom 1. */
export type FitSheet = {
  kind: "fit";
  width: number;
};

/** Page to kernel: name the chord that begins at `onset` otherwise; an empty numeral takes a person's label back. */
export type OverruleChord = {
  kind: "overrule";
  onset: Quarters;
  numeral: string;
  key: string;
};
