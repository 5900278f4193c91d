// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.notes. Do not edit.

import type { Quarters } from "../units";

export const NOTE_BYTES = 24;

export const GENERATED = 1;

export const FERMATA = 2;

export const DIFFERS = 4;

export const LOCKED = 8;

export const NAMED = 16;

export const STREAM_RATE = 30;

/** One bar; `number` is 0 for an anacrusis. */
export type Bar = readonly [
  onset: Quarters,
  end: Quarters,
  number: number,
  beats: number,
  unit: number,
  beat: Quarters,
];

/** `count` bars that follow each other, all like the first; an anacrusis is alone. */
export type BarRun = readonly [
  onset: Quarters,
  end: Quarters,
  number: number,
  beats: number,
  unit: number,
  beat: Quarters,
  count: number,
];

/** Quarters a minute from `onset` on. */
export type TempoRow = readonly [onset: Quarters, qpm: number];

/** Sharps (negative: flats) from `onset` on. */
export type KeyRow = readonly [onset: Quarters, fifths: number];

/** What a view needs to know of a score beside its notes. Names are user text: never HTML. */
export type Piece = {
  title: string;
  voices: readonly string[];
  bars: readonly BarRun[];
  tempos: readonly TempoRow[];
  keys: readonly KeyRow[];
  alters?: readonly number[];
  end: Quarters;
};

/** The traits of a view of notes; `version` counts the changes of the table `notes`, `seq` the batches in it. */
export type NotesState = {
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
};

/** Kernel to page: notes that come after those of the trait; the table is the only buffer. */
export type Append = {
  kind: "append";
  seq: number;
};

/** Page to kernel: batch `seq` and those behind it have not come. */
export type Resend = {
  kind: "resend";
  seq: number;
};
