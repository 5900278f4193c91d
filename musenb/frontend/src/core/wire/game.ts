// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.game. Do not edit.

import type { Piece } from "./notes";
import type { MidiPitch, Quarters } from "../units";

export type GamePlayer = "student" | "composer" | "model" | "counts";

/** A place before which the piece stops: where it is, in words, and the voices that are asked for. */
export type RoundRow = readonly [onset: Quarters, place: string, voices: readonly string[]];

/** Which pitches a voice may be asked for. */
export type RangeRow = readonly [voice: string, low: MidiPitch, high: MidiPitch];

/** What one player said in a round: pitches by voice, and bits in all (0 for what stands in the piece). */
export type AnswerRow = readonly [
  player: "student" | "composer" | "model" | "counts",
  pitches: readonly MidiPitch[],
  bits: number,
  hits: number,
  name: string,
  title: string,
  said: string,
  hear: string,
];

/** A round that was answered. `under` are the pitches of the other voices, `ids` the notes that were asked for. */
export type RevealRow = readonly [
  round: number,
  answers: readonly AnswerRow[],
  under: readonly MidiPitch[],
  ids: readonly string[],
  confidence: number,
  words: string,
  figures: string,
];

/** One student's result: rounds answered, pitches named rightly of those asked, bits a pitch of all players. */
export type ClassRow = readonly [
  student: string,
  rounds: number,
  hits: number,
  asked: number,
  sure: string,
  student_bits: number,
  model_bits: number,
  counts_bits: number,
];

/** The traits of a game; the notes are those that may be heard now. */
export type GameState = {
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
  rounds: readonly RoundRow[];
  reveals: readonly RevealRow[];
  ranges: readonly RangeRow[];
  current: number;
  entered: readonly number[];
  confidence: number;
  even: number;
  busy: boolean;
  result: string;
  recorded: string;
  class_rows: readonly ClassRow[];
};

/** Page to kernel: the student's answer to a round. */
export type Guess = {
  kind: "guess";
  round: number;
  pitches: readonly MidiPitch[];
  confidence: number;
};

/** Page to kernel: gather the results of the class. */
export type AskClass = {
  kind: "class";
};
