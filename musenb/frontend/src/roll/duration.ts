/** Duration names, as musicians have them. */

const DURATIONS: readonly (readonly [quarters: number, name: string])[] = [
  [4, "whole"],
  [3, "dotted half"],
  [2, "half"],
  [1.5, "dotted quarter"],
  [1, "quarter"],
  [0.75, "dotted eighth"],
  [0.5, "eighth"],
  [0.25, "sixteenth"],
  [0.125, "thirty-second"],
];

/** Return a duration as "dotted quarter", or in quarters. */
export function durationName(duration: number): string {
  const named = DURATIONS.find(([value]) => Math.abs(value - duration) < 1e-6);
  return named?.[1] ?? `${Number(duration.toFixed(3))} quarters`;
}
