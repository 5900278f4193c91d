// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.asking. Do not edit.

import type { Piece } from "./notes";
import type { MidiPitch } from "../units";

export type AskTab = "else" | "heard" | "if" | "heads";

export type IfAct = "head" | "layer" | "relative" | "rest" | "move" | "change";

export type IfScope = "note" | "bar";

/** One thing that could come, in words, with its probability; `pitch` is null for what does not sound. */
export type ChoiceRow = readonly [
  words: string,
  probability: number,
  pitch: MidiPitch | null,
  begins: boolean,
  mark: string,
];

/** What a voice might do, the likeliest first; `words` say what it did and how unsure the model was. */
export type VoiceNext = {
  voice: string;
  choices: readonly ChoiceRow[];
  held: MidiPitch | null;
  entropy: number;
  words: string;
};

/** What a layer would say if it were the last; the first row is that of the input alone. */
export type LayerGuess = {
  name: string;
  choices: readonly ChoiceRow[];
};

/** An earlier note: the mean share of the heads' looks, and what its absence changes in bits; null: not tested. */
export type HeardRow = {
  id: string;
  name: string;
  pitch: MidiPitch;
  looked: number;
  mattered: number | null;
};

/** What the silence of a head costs on the piece, in bits a token, with its 95 % interval; null: not asked. */
export type HeadCell = {
  change: number | null;
  low: number | null;
  high: number | null;
  kl: number | null;
  job: string;
};

/** The traits of the panel of questions. */
export type AskingState = {
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
  tab: "else" | "heard" | "if" | "heads";
  every_head: boolean;
  engine: string;
  note: string;
  place: string;
  voice: number;
  voices: readonly VoiceNext[];
  lowest: MidiPitch;
  highest: MidiPitch;
  guesses: readonly LayerGuess[];
  bits: number | null;
  heard: readonly HeardRow[];
  verdict: string;
  by_layer: readonly (number | null)[];
  layers: number;
  heads: number;
  relative: boolean;
  cells: readonly HeadCell[];
  map_words: string;
  prime: string;
  running: string;
  done: number;
  total: number;
  said: string;
  model: string;
};

/** Page to kernel: ask about this note. */
export type AskNote = {
  kind: "ask";
  id: string;
};

/** Page to kernel: let this voice take another pitch at the note that is asked about, and go on from there. */
export type Branch = {
  kind: "branch";
  voice: number;
  pitch: MidiPitch;
};

/** Page to kernel: what if? `layer` and `head` count from 0; `amount` is in semitones, or the new MIDI pitch. */
export type AskIf = {
  kind: "if";
  act: "head" | "layer" | "relative" | "rest" | "move" | "change";
  scope: "note" | "bar";
  layer: number;
  head: number;
  amount: number;
};

/** Page to kernel: test the attention by taking notes away, map the heads, or stop what runs. */
export type AskJob = {
  kind: "test" | "map" | "stop";
};
