// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.roll. Do not edit.

import type { Piece } from "./notes";
import type { MidiPitch, Quarters } from "../units";

export type RollUnits = "bars" | "seconds";

/** The traits of a piano roll; with another `edition` the edits before are history. `snap`: quarters, 0 for none. */
export type RollState = {
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
  editable: boolean;
  edition: number;
  units: "bars" | "seconds";
  follow: boolean;
  snap: number;
  velocity_lane: boolean;
  height: number;
  strip: boolean;
};

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

/** Kernel to page: show the whole piece from its beginning. */
export type Fit = {
  kind: "fit";
};
