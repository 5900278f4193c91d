// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.keyboard. Do not edit.

import type { Piece } from "./notes";
import type { MidiPitch, Quarters, Seconds } from "../units";

/** How likely a pitch is, 0..1. */
export type PitchShare = readonly [pitch: MidiPitch, share: number];

/** A note of the take. */
export type TakenNote = readonly [onset: Quarters, duration: Quarters, pitch: MidiPitch, velocity: number];

/** The traits of a keyboard. */
export type KeyboardState = {
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
  low: MidiPitch;
  high: MidiPitch;
  octave: number;
  velocity: number;
  qpm: number;
  beats: number;
  metronome: boolean;
  count_in: number;
  grid: "quarter" | "eighth" | "triplet" | "sixteenth" | "thirty-second";
  listening: boolean;
  distribution: readonly PitchShare[];
  distribution_label: string;
  take: readonly TakenNote[];
  live: boolean;
};

/** A key that was held, in seconds from the first beat of the recording. */
export type Press = readonly [start: Seconds, stop: Seconds, pitch: MidiPitch, velocity: number];

/** Page to kernel: what was played while recording. */
export type Recorded = {
  kind: "recorded";
  presses: readonly Press[];
  qpm: number;
  beats: number;
};

/** Page to kernel, while somebody listens: a key went down or up. */
export type Played = {
  kind: "played";
  pitch: MidiPitch;
  velocity: number;
  down: boolean;
};
