// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.question. Do not edit.

import type { Piece } from "./notes";
import type { MidiPitch } from "../units";

export type QuestionKind = "choice" | "text" | "note" | "compare";

export type Verdict = "" | "right" | "wrong" | "told";

/** Music to hear beside a question; `notes` is a note table. */
export type Heard = {
  label: string;
  notes: DataView;
  piece: Piece;
};

/** The traits of a question. */
export type QuestionState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  engine: string;
  key: string;
  ask: string;
  kind: "choice" | "text" | "note" | "compare";
  options: readonly string[];
  music: readonly Heard[];
  low: MidiPitch;
  high: MidiPitch;
  why: boolean;
  given: string;
  given_why: string;
  changes: number;
  kept: string;
  kept_at: string;
  draft: string;
  draft_why: string;
  verdict: "" | "right" | "wrong" | "told";
  told: string;
  live: boolean;
  solution: string;
};

/** Page to kernel: write this answer down. */
export type GiveAnswer = {
  kind: "answer";
  answer: string;
  why: string;
};

/** Page to kernel: hand over the file with all answers. */
export type AskForAnswers = {
  kind: "answers";
};

/** Kernel to page: the file, in the only buffer. */
export type AnswersFile = {
  kind: "answers";
  name: string;
};
