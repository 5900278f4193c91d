// Written by `python -m musenb.widgets.wire.typescript` from musenb/widgets/wire/. Do not edit.

import type { MidiPitch, Quarters, Seconds } from "./units";

export const NOTE_BYTES = 24;

export const GENERATED = 1;

export const FERMATA = 2;

export const DIFFERS = 4;

export const LOCKED = 8;

export const NAMED = 16;

export const STREAM_RATE = 30;

export const CHUNK_BYTES = 1000000;

/** One bar; `number` is 0 for an anacrusis. */
export type Bar = readonly [onset: Quarters, end: Quarters, number: number, beats: number, unit: number, beat: Quarters];

/** `count` bars that follow each other, all like the first; an anacrusis is alone. */
export type BarRun = readonly [onset: Quarters, end: Quarters, number: number, beats: number, unit: number, beat: Quarters, count: number];

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

/** A passage that is played again and again; `end` is above `start`. */
export type Loop = readonly [start: Quarters, end: Quarters];

export type RollUnits = "bars" | "seconds";

/** The traits that every view has. */
export type ViewState = {
  error: string;
  description: string;
  clock_id: string;
};

/** The traits of a view of notes; `version` counts the changes of the table `notes`, `seq` the batches in it. */
export type NotesState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  squeezed: boolean;
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
  soundfont: string;
  engine: string;
};

/** The traits of a piano roll; with another `edition` the edits before are history. `snap`: quarters, 0 for none. */
export type RollState = {
  error: string;
  description: string;
  clock_id: string;
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

/** Kernel to page: show the whole piece from its beginning. */
export type Fit = {
  kind: "fit";
};

export type AttentionWhat = "weights" | "content" | "relative";

export type AttentionLevel = "tokens" | "notes";

export type AttentionOrder = "time" | "voice";

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

/** One page: its bars, half-open, and those that begin a line. Places among the bars of the piece, from 0. */
export type SheetPage = readonly [first: number, stop: number, lines: readonly number[]];

/** How the piece is laid out, for `width` pixels at zoom 1; `edition` counts. `error`: why there are no pages. */
export type SheetPlan = {
  edition: number;
  width: number;
  pages: readonly SheetPage[];
  error: string;
};

/** A notehead in units of its page: left edge, middle, width; its line and staff; '' as name when it is tied to. */
export type SheetHead = readonly [id: string, x: number, y: number, width: number, line: number, staff: number, name: string];

/** A line of music: top and bottom of its staves; bar lines, and the quarters at which the bars begin and end. */
export type SheetLine = {
  staves: readonly (readonly [number, number])[];
  edges: readonly number[];
  times: readonly Quarters[];
};

/** An engraved page; `key` is the same for the same drawing. `svg` has no style and no script. */
export type SheetPlate = {
  edition: number;
  page: number;
  key: string;
  svg: string;
  width: number;
  height: number;
  heads: readonly SheetHead[];
  lines: readonly SheetLine[];
  error: string;
};

/** A value that is shown under a note. */
export type TintRow = readonly [id: string, value: number];

/** The traits of a sheet; `plates` holds its first pages (gzip of JSON), `plates_version` counts its changes. */
export type SheetState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  engine: string;
  zoom: number;
  transpose: number;
  staves: "each" | "two";
  colours: boolean;
  tint: readonly TintRow[];
  tint_name: string;
  plan: SheetPlan;
  plates: DataView;
  plates_version: number;
};

/** A page that is looked at, and the key of the drawing that the view has of it. */
export type WantedPlate = readonly [page: number, key: string];

/** Page to kernel: engrave these pages. */
export type WantPlates = {
  kind: "plates";
  edition: number;
  pages: readonly WantedPlate[];
};

/** Kernel to page: gzip of a SheetPlate in the only buffer; none where the view has that drawing already. */
export type PlateReply = {
  kind: "plate";
  edition: number;
  page: number;
  key: string;
};

/** Page to kernel: lay the piece out for so many pixels at zoom 1. */
export type FitSheet = {
  kind: "fit";
  width: number;
};

/** One head; both are counted from 0. */
export type HeadId = readonly [layer: number, head: number];

/** The traits of an attention view. */
export type AttentionState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  layers: number;
  heads: number;
  tokens: readonly [number, number];
  kinds: readonly ("weights" | "content" | "relative")[];
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  order: "time" | "voice";
  query: "mean" | "first" | "last";
  overview: DataView;
  overview_shape: readonly number[];
  overview_scales: readonly number[];
  overview_level: "tokens" | "notes";
  query_notes: DataView;
  key_notes: DataView;
  labels: readonly string[];
  query_labels: readonly string[] | null;
  arc_heads: readonly HeadId[];
  top_k: number;
  threshold: number;
  shared_arcs: boolean;
  revision: number;
  live: boolean;
};

/** Page to kernel: one head; rows and columns are half-open ranges, shrunk to at most `size` cells a side. */
export type AttentionRequest = {
  kind: "matrix";
  request: number;
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  order: "time" | "voice";
  rows: readonly [number, number];
  columns: readonly [number, number];
  size: number;
};

/** Kernel to page: a matrix, uint8 row by row in the only buffer: 0 is nothing, else offset + scale * (byte - 1). */
export type AttentionReply = {
  kind: "matrix";
  request: number;
  layer: number;
  head: number;
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  order: "time" | "voice";
  rows: readonly [number, number];
  columns: readonly [number, number];
  shape: readonly [number, number];
  scale: number;
  offset: number;
};

/** Page to kernel: whole rows of some heads as they are, in the order of time. */
export type AttentionRowsRequest = {
  kind: "rows";
  request: number;
  heads: readonly HeadId[];
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  rows: readonly number[];
};

/** Kernel to page: float32 [heads, rows, columns] in the only buffer; NaN is nothing. */
export type AttentionRowsReply = {
  kind: "rows";
  request: number;
  heads: readonly HeadId[];
  what: "weights" | "content" | "relative";
  level: "tokens" | "notes";
  rows: readonly number[];
  columns: number;
};

/** The traits of a keyboard. */
export type KeyboardState = {
  error: string;
  description: string;
  clock_id: string;
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

/** How likely a pitch is, 0..1. */
export type PitchShare = readonly [pitch: MidiPitch, share: number];

/** A note of the take. */
export type TakenNote = readonly [onset: Quarters, duration: Quarters, pitch: MidiPitch, velocity: number];

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

export type PrimeSource = "text" | "shelf" | "corpus" | "roll";

export type DeskAct = "continue" | "again" | "stop" | "undo" | "redo" | "more" | "save_all";

export type TakeAct = "select" | "rename" | "delete" | "vote" | "compare";

export type AskWhat = "heard" | "motif" | "guess";

export type KeepForm = "mid" | "musicxml" | "wav" | "pdf" | "png" | "svg" | "brf" | "html";

/** One take of the tree; `parent` is empty for a prime. `name` is user text: never HTML. */
export type TakeRow = readonly [id: string, parent: string, name: string, about: string, votes: number];

/** Something to choose from a list; `label` may be user text. */
export type Choice = readonly [id: string, label: string];

/** The traits of the desk. */
export type DeskState = {
  error: string;
  description: string;
  clock_id: string;
  bars: number;
  temperature: number;
  top_p: number;
  seed: number;
  seed_locked: boolean;
  candidates: number;
  one_bar: boolean;
  listen: boolean;
  model: string;
  prime_bars: number;
  prime_voice: string;
  takes: readonly TakeRow[];
  selected: string;
  compared: string;
  comparison: string;
  asked: "heard" | "motif" | "guess" | "";
  asked_words: string;
  running: boolean;
  written: number;
  began: Quarters;
  locked_voices: readonly string[];
  locked_bars: string;
  saved_at: number;
  idle_minutes: number;
  reading: string;
  kept: string;
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

/** The traits of one of several takes that are written side by side. */
export type ChoiceState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  engine: string;
  name: string;
  seed: number;
  writing: boolean;
  current: boolean;
  begins: Quarters;
  shown_from: Quarters;
  shown_to: Quarters;
};

/** Page to kernel: go on from this one. */
export type Choose = {
  kind: "choose";
};

/** Page to kernel: something is to be done with a take; `text` is its new name. */
export type OnTake = {
  kind: "take";
  act: "select" | "rename" | "delete" | "vote" | "compare";
  id: string;
  text: string;
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

/** The motif or one of its returns; `voices` are the numbers of those it passes through, `words` a sentence. */
export type ReturnRow = readonly [onset: Quarters, end: Quarters, voices: readonly number[], form: string, interval: string, words: string, confidence: number, expected: number, ids: readonly string[]];

/** One form: its name, what it means, how often it was found, and how often by chance (-1: not counted yet). */
export type LaneRow = readonly [form: string, words: string, found: number, by_chance: number];

/** How one head looks at the places of return: its mean weight, what distance alone would give, and the p-value. */
export type LookingRow = readonly [layer: number, head: number, looking: number, recency: number, p_value: number];

/** The traits of a motif view; `selected` is the number of a return, -1 for none. */
export type MotifState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  motif: ReturnRow | null;
  returns: readonly ReturnRow[];
  lanes: readonly LaneRow[];
  selected: number;
  verdict: string;
  side: number;
  likeness: DataView;
  likeness_scale: number;
  attention: DataView;
  attention_scales: readonly number[];
  heads: number;
  looking: readonly LookingRow[];
  looking_words: string;
  matrices: number;
};

export type GamePlayer = "student" | "composer" | "model" | "counts";

/** A place before which the piece stops: where it is, in words, and the voices that are asked for. */
export type RoundRow = readonly [onset: Quarters, place: string, voices: readonly string[]];

/** Which pitches a voice may be asked for. */
export type RangeRow = readonly [voice: string, low: MidiPitch, high: MidiPitch];

/** What one player said in a round: pitches by voice, and bits in all (0 for the composer). */
export type AnswerRow = readonly [player: "student" | "composer" | "model" | "counts", pitches: readonly MidiPitch[], bits: number, hits: number];

/** A round that was answered. `under` are the pitches of the other voices, `ids` the composer's notes. */
export type RevealRow = readonly [round: number, answers: readonly AnswerRow[], under: readonly MidiPitch[], ids: readonly string[], confidence: number, words: string];

/** One student's result: rounds answered, pitches named rightly of those asked, bits a pitch of all players. */
export type ClassRow = readonly [student: string, rounds: number, hits: number, asked: number, sure: string, student_bits: number, model_bits: number, counts_bits: number];

/** The traits of a game; the notes are those that may be heard now. */
export type GameState = {
  error: string;
  description: string;
  clock_id: string;
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

export type AskTab = "else" | "heard" | "if" | "heads";

export type IfAct = "head" | "layer" | "relative" | "rest" | "move" | "change";

export type IfScope = "note" | "bar";

/** One value for each row of the note table, null where there is none; `name` tells lines apart. */
export type CurveLine = {
  name: string;
  values: readonly (number | null)[];
};

/** The traits of a curve along the piece; `unit` is that of the values, such as 'bits'. */
export type CurveState = {
  error: string;
  description: string;
  clock_id: string;
  notes: DataView;
  squeezed: boolean;
  version: number;
  seq: number;
  streaming: boolean;
  piece: Piece;
  lines: readonly CurveLine[];
  unit: string;
  height: number;
};

/** A figure of both versions and how far they are apart, in words; empty where there is none. */
export type VersionRow = readonly [label: string, before: string, after: string, change: string];

/** The traits of two versions of a piece; both note tables stand on the time of `piece`. */
export type VersionsState = {
  error: string;
  description: string;
  clock_id: string;
  engine: string;
  piece: Piece;
  first: DataView;
  second: DataView;
  names: readonly [string, string];
  differ: readonly [readonly string[], readonly string[]];
  parts: Quarters | null;
  heading: string;
  words: readonly string[];
  rows: readonly VersionRow[];
  version: number;
};

/** What a voice might do in one cell, in shares of 1, the likeliest pitch first. */
export type VoiceNext = {
  voice: string;
  pitches: readonly PitchShare[];
  hold: number;
  rest: number;
  held: MidiPitch | null;
  entropy: number;
  taken: string;
  taken_share: number | null;
  composer: string;
  composer_share: number | null;
};

/** What a layer would say if it were the last; the first row is that of the input alone. */
export type LayerGuess = {
  name: string;
  pitches: readonly PitchShare[];
  hold: number;
  rest: number;
  entropy: number;
};

/** An earlier note: the mean share of the heads' looks, and what its absence changes in bits; null: not tested. */
export type HeardRow = {
  id: string;
  name: string;
  pitch: MidiPitch;
  looked: number;
  mattered: number | null;
};

/** What the silence of a head costs on the piece, in bits a cell, with its 95 % interval; null: not asked. */
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
