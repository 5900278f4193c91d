// Written by `python -m musenb.widgets.wire.typescript` from musenb.widgets.wire.desk. Do not edit.

import type { Quarters } from "../units";

export type DrawerName = "begin" | "takes" | "ask" | "plan" | "keep";

export type BeginTab = "famous" | "type" | "play" | "file" | "earlier";

export type KeySource = "" | "motif" | "file" | "asked";

export type PrimeSource = "text" | "shelf" | "corpus" | "roll";

export type DeskAct = "continue" | "again" | "stop" | "undo" | "redo" | "more" | "save_all";

export type TakeAct = "select" | "rename" | "delete" | "vote" | "compare";

export type AskWhat = "heard" | "motif" | "guess";

export type PlanWhat = "preset" | "change" | "suggest" | "write";

export type PartLine = "" | "top" | "bottom";

export type KeepForm = "mid" | "musicxml" | "wav" | "pdf" | "png" | "svg" | "brf" | "html";

export const SKETCH_GENERATED = 128;

/** One take of the tree; `parent` is empty for a prime. `name` is user text: never HTML. */
export type TakeRow = readonly [
  id: string,
  parent: string,
  name: string,
  about: string,
  votes: number,
  sketch: string,
];

/** One part of a file; `name` is user text. `lines` counts the notes that sound together where most do. */
export type PartRow = readonly [number: number, name: string, about: string, lines: number, likely: boolean];

/** One statement of a plan; `beat` as '3' or '5/2', empty where the motif has it; `key` empty for its own. */
export type PlanRow = readonly [
  form: string,
  voice: string,
  bar: number,
  beat: string,
  steps: number,
  key: string,
  bars: number,
];

/** Something to choose from a list; `label` may be user text. */
export type Choice = readonly [id: string, label: string];

/** The traits of the desk. */
export type DeskState = {
  error: string;
  description: string;
  clock_id: string;
  own_id: string;
  bars: number;
  temperature: number;
  top_p: number;
  seed: number;
  seed_locked: boolean;
  candidates: number;
  one_bar: boolean;
  listen: boolean;
  model: string;
  style: string;
  guidance: number;
  prime_bars: number;
  prime_voice: string;
  prime_octave: number;
  drawer: "begin" | "takes" | "ask" | "plan" | "keep" | "";
  begin_tab: "famous" | "type" | "play" | "file" | "earlier";
  closing: boolean;
  can_close: boolean;
  styles: readonly string[];
  most_guidance: number;
  motif: string;
  key: string;
  key_source: "" | "motif" | "file" | "asked";
  metre: string;
  key_choices: readonly string[];
  metre_choices: readonly string[];
  takes: readonly TakeRow[];
  selected: string;
  compared: string;
  comparison: string;
  asked: "heard" | "motif" | "guess" | "";
  asked_words: string;
  running: boolean;
  written: number;
  began: Quarters;
  ends: Quarters;
  locked_voices: readonly string[];
  locked_bars: string;
  saved_at: number;
  idle_minutes: number;
  reading: string;
  file_name: string;
  file_parts: readonly PartRow[];
  file_words: string;
  file_chosen: string;
  kept: string;
  saving: string;
  plan_presets: readonly Choice[];
  plan_forms: readonly Choice[];
  plan_voices: readonly string[];
  plan_name: string;
  plan_rows: readonly PlanRow[];
  plan_bars: number;
  plan_words: string;
  plan_fault: number;
  plan_better: readonly PlanRow[];
  plan_suggested: readonly PlanRow[];
  can_undo: boolean;
  can_redo: boolean;
  shelf: readonly Choice[];
  models: readonly string[];
  voices: readonly string[];
  sessions: readonly Choice[];
  forms: readonly ("mid" | "musicxml" | "wav" | "pdf" | "png" | "svg" | "brf" | "html")[];
  read_only: boolean;
};

/** Page to kernel: begin with notes as text, the id of a shelf's motif, a corpus name, or what is on the roll. */
export type PrimeFrom = {
  kind: "prime";
  source: "text" | "shelf" | "corpus" | "roll";
  text: string;
};

/** Page to kernel: a piece of a file in the only buffer, at most CHUNK_BYTES; the last one makes it the prime. */
export type FilePart = {
  kind: "file";
  file: string;
  name: string;
  part: number;
  parts: number;
};

/** Page to kernel: begin with this part of the file, counted from 1 (0: all), and of its chords with this line. */
export type ChoosePart = {
  kind: "part";
  number: number;
  line: "" | "top" | "bottom";
};

/** Page to kernel: a button was pressed. */
export type Act = {
  kind: "act";
  act: "continue" | "again" | "stop" | "undo" | "redo" | "more" | "save_all";
};

/** Page to kernel: keep the selected take up to the end of the last of these notes, and write on from there. */
export type GoOnFrom = {
  kind: "from";
  ids: readonly string[];
};

/** Page to kernel: keep these voices and bars (as '3, 5-6') when the model writes, and no others. */
export type Lock = {
  kind: "lock";
  voices: readonly string[];
  bars: string;
};

/** Page to kernel: something is to be done with a take; `text` is its new name. */
export type OnTake = {
  kind: "take";
  act: "select" | "rename" | "delete" | "vote" | "compare";
  id: string;
  text: string;
};

/** Page to kernel: write a bar of the selected take anew, and keep all others. */
export type WriteAnew = {
  kind: "anew";
  bar: number;
};

/** Page to kernel: another key or metre for the motif; empty: as the motif says. */
export type Wish = {
  kind: "wish";
  what: "key" | "metre";
  value: string;
};

/** Page to kernel: take a preset by `name`, take these rows, look for statements to add, or write the plan. */
export type PlanAct = {
  kind: "plan";
  act: "preset" | "change" | "suggest" | "write";
  name: string;
  rows: readonly PlanRow[];
  bars: number;
};

/** Page to kernel: is somebody there? */
export type Hello = {
  kind: "hello";
};

/** Kernel to page: yes. */
export type Here = {
  kind: "here";
};

/** Page to kernel: open a question about the selected take below the desk; empty: close the one that is open. */
export type AskTake = {
  kind: "ask";
  what: "heard" | "motif" | "guess" | "";
};

/** Page to kernel: hand over the selected take as a file. */
export type Keep = {
  kind: "keep";
  form: "mid" | "musicxml" | "wav" | "pdf" | "png" | "svg" | "brf" | "html";
};

/** Kernel to page: the file, in pieces of at most CHUNK_BYTES in the only buffer. */
export type Kept = {
  kind: "kept";
  name: string;
  type: string;
  part: number;
  parts: number;
};

/** Page to kernel: which pieces of the corpus are there; replies are told apart by `text`. */
export type Search = {
  kind: "search";
  text: string;
};

/** Kernel to page: the first names that were found, and how many there are in all. */
export type Found = {
  kind: "found";
  text: string;
  names: readonly string[];
  count: number;
};

/** Page to kernel: bring back an earlier session. */
export type Recover = {
  kind: "recover";
  id: string;
};
