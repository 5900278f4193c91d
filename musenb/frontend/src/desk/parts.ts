/** Shared view type and listeners of the desk. */

import type { View } from "../core/mount";
import type { DeskAct, DeskState } from "../core/wire/desk";

export type DeskView = View<DeskState, undefined>;
type Name = keyof DeskState & string;

/** Call now and whenever one of the traits changes. */
export function show({ model, life }: DeskView, names: readonly Name[], call: () => unknown): void {
  for (const name of names) model.on(`change:${name}`, life, call);
  life.guard(call)();
}

export function act({ model }: DeskView, name: DeskAct): void {
  model.post({ kind: "act", act: name });
}

/** Return the number in a field within its range, or undefined. */
export function numberIn(field: HTMLInputElement): number | undefined {
  const value = field.valueAsNumber;
  if (!Number.isFinite(value) || value < Number(field.min) || value > Number(field.max))
    return undefined;
  return value;
}
