/** What the parts of the panel of questions share. */

import { percent } from "../core/words";
import type { Life } from "../core/life";
import type { View } from "../core/mount";
import type { NoteStore } from "../core/notes";
import type { Hand } from "../sound/synth";
import { pitchName } from "../core/units";
import type { AskingState, AskJob, LayerGuess, VoiceNext } from "../core/wire/asking";

export interface AskingView {
  readonly view: View<AskingState, NoteStore>;
  readonly hand: Hand;
  /** Return a pitch as it is called in the key of the piece. */
  nameOf(pitch: number): string;
}

type NameOf = (pitch: number) => string;

type Name = keyof AskingState & string;

/** Call now and whenever one of the traits changes. */
export function show({ view: { model, life } }: AskingView, names: readonly Name[], call: () => unknown): void {
  const later = life.frame(call);
  for (const name of names) model.on(`change:${name}`, life, later);
  life.guard(call)();
}

export function job({ view: { model } }: AskingView, kind: AskJob["kind"]): void {
  model.post<AskJob>({ kind });
}

/** One thing that a voice may do. */
export interface Choice {
  readonly name: string;
  readonly share: number;
  /** -1 for going on or a rest. */
  readonly pitch: number;
  /** The word of the grid. */
  readonly word: string;
}

const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/** Return a pitch as the grid has it: 66 is "F#4". */
export const wordOf = (pitch: number): string => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** Return all that a voice may do, the likeliest first. */
export function choicesOf(next: VoiceNext | LayerGuess, nameOf: NameOf = pitchName): Choice[] {
  const held = "held" in next ? next.held : null;
  const choices: Choice[] = next.pitches.map(([pitch, share]) => ({ name: nameOf(pitch), share, pitch, word: wordOf(pitch) }));
  if (next.hold > 0) choices.push({ name: held === null ? "going on" : `${nameOf(held)} goes on`, share: next.hold, pitch: -1, word: "HOLD" });
  if (next.rest > 0) choices.push({ name: "rest", share: next.rest, pitch: -1, word: "REST" });
  return choices.sort((one, other) => other.share - one.share);
}

/** Return a word of the grid as people say it. */
export function wordText(word: string, held: number | null, nameOf: NameOf = pitchName): string {
  if (word === "HOLD") return held === null ? "a held note" : `a held ${nameOf(held)}`;
  if (word === "REST") return "a rest";
  return nameOf(NAMES.indexOf(word.slice(0, -1)) + 12 * (Number(word.slice(-1)) + 1));
}

/** Return what a voice did, what the composer wrote, and how sure the model was, in words. */
export function voiceText(next: VoiceNext, generated: boolean, nameOf: NameOf = pitchName): string {
  const parts: string[] = [];
  const said = (share: number | null) => (share === null ? "" : ` (${percent(share)})`);
  if (next.taken) parts.push(`${generated ? "It took" : "The piece has"} ${wordText(next.taken, next.held, nameOf)}${said(next.taken_share)}.`);
  if (next.composer) {
    const same = next.composer === next.taken;
    parts.push(same ? "The composer wrote the same." : `The composer wrote ${wordText(next.composer, next.held, nameOf)}${said(next.composer_share)}.`);
  }
  const even = 2 ** next.entropy;
  parts.push(`Uncertainty ${next.entropy.toFixed(2)} bits: as unsure as among ${even < 10 ? even.toFixed(1) : Math.round(even)} equally likely choices.`);
  return parts.join(" ");
}

/** Return a function that gives a new life each time and ends the one before: for what is built again and again. */
export function renewed({ view: { life } }: AskingView): () => Life {
  let inner: Life | undefined;
  return () => {
    inner?.end();
    return (inner = life.child());
  };
}
