/** Shared state, words and listeners of the panel of questions. */

import type { Life } from "../core/life";
import type { View } from "../core/mount";
import type { NoteStore } from "../core/notes";
import type { Hand } from "../sound/synth";
import type { AskingState, AskJob, ChoiceRow } from "../core/wire/asking";

export interface AskingView {
  readonly view: View<AskingState, NoteStore>;
  readonly hand: Hand;
  /** Return a pitch as it is called in the key of the piece. */
  nameOf(pitch: number): string;
}

type Name = keyof AskingState & string;

/** Call now and whenever one of the traits changes. */
export function show(
  { view: { model, life } }: AskingView,
  names: readonly Name[],
  call: () => unknown,
): void {
  const later = life.frame(call);
  for (const name of names) model.on(`change:${name}`, life, later);
  life.guard(call)();
}

export function job({ view: { model } }: AskingView, kind: AskJob["kind"]): void {
  model.post<AskJob>({ kind });
}

/** Return the pitches on which a note may begin, with their probabilities. */
export const begun = (choices: readonly ChoiceRow[]): Map<number, number> =>
  new Map(
    choices.flatMap(([, probability, pitch, begins]) =>
      begins && pitch !== null ? [[pitch as number, probability] as const] : [],
    ),
  );

/** Return a function that gives a new life each time and ends the one before: for what is built again and again. */
export function renewed({ view: { life } }: AskingView): () => Life {
  let inner: Life | undefined;
  return () => {
    inner?.end();
    return (inner = life.child());
  };
}
