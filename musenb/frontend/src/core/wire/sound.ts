// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.sound. Do not edit.

import type { Piece } from "./notes";

/** The traits of a player. Voices are numbered as in the note table; `volume` is 0..1. */
export type SoundState = {
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
  volume: number;
  muted: readonly number[];
  soloed: readonly number[];
  metronome: boolean;
  count_in: number;
  programs: readonly number[];
  strip: boolean;
  soundfont: string;
  engine: string;
};

/** The sound engine, once a notebook: its code (gzip) and the soundfont of the piano. */
export type EngineState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  code: DataView;
  soundfont: DataView;
};

/** Page to kernel: the engine's model cannot be reached, send it as a message. */
export type EngineRequest = {
  kind: "engine";
};

/** Kernel to page: two buffers, the code (gzip) and the soundfont. */
export type EngineReply = {
  kind: "engine";
};

/** Page to kernel: the user's soundfont, please. */
export type SoundfontRequest = {
  kind: "soundfont";
};

/** Kernel to page: one of `parts` pieces of the soundfont, in the only buffer. */
export type SoundfontPart = {
  kind: "soundfont";
  part: number;
  parts: number;
};
