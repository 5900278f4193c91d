// Written by `python -m musenb.widgets.wire` from musenb/widgets/wire.py. Do not edit.

import type { MidiPitch, Quarters } from "./units";

export const NOTE_BYTES = 24;

export const GENERATED = 1;

export const FERMATA = 2;

export const STREAM_RATE = 30;

export const CHUNK_BYTES = 1000000;

/** One bar; `number` is 0 for an anacrusis. */
export type Bar = readonly [onset: Quarters, end: Quarters, number: number, beats: number, unit: number, beat: Quarters];

/** Quarters a minute from `onset` on. */
export type TempoRow = readonly [onset: Quarters, qpm: number];

/** Sharps (negative: flats) from `onset` on. */
export type KeyRow = readonly [onset: Quarters, fifths: number];

/** What a view needs to know of a score beside its notes. Names are user text: never HTML. */
export type Piece = {
  title: string;
  voices: readonly string[];
  bars: readonly Bar[];
  tempos: readonly TempoRow[];
  keys: readonly KeyRow[];
  end: Quarters;
};

/** A passage that is played again and again; `end` is above `start`. */
export type Loop = readonly [start: Quarters, end: Quarters];

export type RollUnits = "bars" | "seconds";

/** The traits that every view has. */
export type ViewState = {
  error: string;
  description: string;
  clock_id: string;
};

/** The traits of a view of notes; `notes` is a note table, `version` counts its changes, `seq` the batches in it. */
export type NotesState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
};

/** The traits of a clock; `playhead` is written by the page while it stands still. */
export type ClockState = {
  error: string;
  description: string;
  clock_id: string;
  playhead: Quarters;
  playing: boolean;
  factor: number;
  loop: Loop | null;
  selection: readonly string[];
  tempos: readonly TempoRow[];
  end: Quarters;
};

/** The traits of a player. Voices are numbered as in the note table; `volume` is 0..1. */
export type SoundState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
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
  soundfont: string;
  engine: string;
};

/** The traits of a piano roll; `edition` counts the scores shown: with another one the edits before are history. */
export type RollState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  editable: boolean;
  edition: number;
  units: "bars" | "seconds";
  follow: boolean;
  snap: number;
  velocity_lane: boolean;
  height: number;
};

/** The sound engine, once a notebook: its code (gzip) and the soundfont of the piano. */
export type EngineState = {
  error: string;
  description: string;
  clock_id: string;
  code: DataView;
  soundfont: DataView;
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

/** A new note; its id must be free. `like` names a note, perhaps a deleted one, whose origin and fermata it has. */
export type AddNote = {
  op: "add";
  id: string;
  voice: number;
  onset: Quarters;
  duration: Quarters;
  pitch: MidiPitch;
  velocity: number;
  like?: string;
};

/** A note at another onset or pitch; what is not named stays. (The voice is part of the id: delete and add.) */
export type MoveNote = {
  op: "move";
  id: string;
  onset?: Quarters;
  pitch?: MidiPitch;
};

/** A note with another duration, and perhaps another onset. */
export type ResizeNote = {
  op: "resize";
  id: string;
  duration: Quarters;
  onset?: Quarters;
};

/** A note played louder or softer. */
export type SetVelocity = {
  op: "velocity";
  id: string;
  velocity: number;
};

/** A note taken away. */
export type DeleteNote = {
  op: "delete";
  id: string;
};

export type EditOp = AddNote | MoveNote | ResizeNote | SetVelocity | DeleteNote;

/** Page to kernel: operations that belong together (one undo step); `page` tells the pages of one view apart. */
export type Edit = {
  kind: "edit";
  page: string;
  seq: number;
  ops: readonly (AddNote | MoveNote | ResizeNote | SetVelocity | DeleteNote)[];
};

/** Kernel to page: edit `seq` was taken, or why not; the notes themselves come in the trait. */
export type Edited = {
  kind: "edited";
  page: string;
  seq: number;
  error: string;
};

export type AttentionWhat = "weights" | "content" | "relative";

export type AttentionLevel = "tokens" | "notes";

/** Page to kernel: one head; rows and columns are half-open ranges, shrunk to at most `size` cells a side. */
export type AttentionRequest = {
  kind: "attention";
  request: number;
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  rows: readonly [number, number];
  columns: readonly [number, number];
  size: number;
};

/** Kernel to page: the matrix as uint8 in the only buffer, row by row; value = offset + scale * byte. */
export type AttentionReply = {
  kind: "attention";
  request: number;
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  rows: readonly [number, number];
  columns: readonly [number, number];
  shape: readonly [number, number];
  scale: number;
  offset: number;
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
