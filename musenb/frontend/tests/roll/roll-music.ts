/** Music, bars and a viewport that the tests of the roll's marks share. */

import type { Viewport } from "../../src/marks/roll-view";
import { encodeNotes, type NoteTable } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { Bar } from "../../src/core/wire/notes";

export type Line = readonly [
  onset: number,
  duration: number,
  pitch: number,
  voice?: number,
  generated?: boolean,
];

export function tableOf(lines: readonly Line[]): NoteTable {
  return encodeNotes(
    lines.map(([onset, duration, pitch, voice = 0, generated = false]) => {
      return {
        onset: quarters(onset),
        duration: quarters(duration),
        pitch,
        voice,
        generated,
        velocity: 80,
        fermata: false,
      };
    }),
  );
}

export const BARS = [0, 1, 5, 9].map((onset, number) => {
  return [onset, onset + (number ? 4 : 1), number, 4, 4, 1].map((value) =>
    quarters(value),
  ) as unknown as Bar;
});
export const VIEW: Viewport = { left: 0, perQuarter: 60, top: 78, perPitch: 14, width: 640, height: 350 };

/** Given melody, generated continuation, a unison of two voices, a chord. */
export const MUSIC = tableOf([
  ...([
    [0, 1, 72],
    [1, 0.5, 74],
    [1.5, 0.5, 76],
    [2, 2, 77],
  ] as const),
  ...([
    [0, 1, 60, 1],
    [1, 3, 64, 1],
    [4, 1, 65, 1],
    [4, 1, 65, 2],
  ] as const),
  ...([
    [5, 1, 72, 0, true],
    [6, 0.5, 71, 0, true],
    [6.5, 0.05, 69, 0, true],
    [5, 2, 57, 1, true],
  ] as const),
]);
