// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.clock. Do not edit.

import type { TempoRow } from "./notes";
import type { Quarters } from "../units";

/** A passage that is played again and again; `end` is above `start`. */
export type Loop = readonly [start: Quarters, end: Quarters];

/** The traits of a clock; `playhead` is written by the page while it stands still. */
export type ClockState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  playhead: Quarters;
  playing: boolean;
  factor: number;
  loop: Loop | null;
  selection: readonly string[];
  tempos: readonly TempoRow[];
  end: Quarters;
};

/** Kernel to page: move the playhead. */
export type Seek = {
  kind: "seek";
  playhead: Quarters;
};

/** Kernel to page: start or stop. */
export type Play = {
  kind: "play";
  playing: boolean;
};

/** Kernel to page: select these notes and no others. */
export type Select = {
  kind: "select";
  ids: readonly string[];
};

export type ClockCommand = Seek | Play | Select;
