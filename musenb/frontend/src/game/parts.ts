/** Shared view type and lookups of the game. */

import type { View } from "../core/mount";
import type { NoteStore } from "../core/notes";
import type { Player } from "../sound/player";
import { pitchName } from "../core/units";
import type { GameState, RevealRow, RoundRow } from "../core/wire/game";

export interface GameStore {
  readonly notes: NoteStore;
  readonly player: Player;
}

export type GameView = View<GameState, GameStore>;
type Name = keyof GameState & string;

/** Call now and whenever one of the traits changes. */
export function show({ model, life }: GameView, names: readonly Name[], call: () => unknown): void {
  for (const name of names) model.on(`change:${name}`, life, call);
  life.guard(call)();
}

/** Return a pitch as it is called in the key of the piece. */
export const nameIn = ({ store }: GameView, pitch: number): string =>
  pitchName(pitch, store.notes.piece.alters);

export const roundOf = ({ model }: GameView): RoundRow | undefined =>
  model.get("rounds")?.[model.get("current") ?? 0];

export const revealOf = ({ model }: GameView): RevealRow | undefined =>
  model.get("reveals")?.find(([round]) => round === (model.get("current") ?? 0));

/** Return the first round without an answer, or the number of rounds when all have one. */
export function nextRound({ model }: GameView): number {
  const done = new Set((model.get("reveals") ?? []).map(([round]) => round));
  const count = model.get("rounds")?.length ?? 0;
  return (
    Array.from({ length: count }, (_, round) => round).find((round) => !done.has(round)) ?? count
  );
}
