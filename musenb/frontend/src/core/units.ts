/** Branded number types: a number of quarters is not a number of pixels. The constructors cost nothing at run time. */

declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Time in the score, from the beginning of the piece. */
export type Quarters = Unit<"quarters">;
/** Time in the score as it sounds at the score's own tempo, or on a clock. */
export type Seconds = Unit<"seconds">;
/** CSS pixels. */
export type Pixels = Unit<"pixels">;
/** 0..127; middle C is 60. */
export type MidiPitch = Unit<"pitch">;

export const quarters = (value: number): Quarters => value as Quarters;
export const seconds = (value: number): Seconds => value as Seconds;
export const pixels = (value: number): Pixels => value as Pixels;
export const midiPitch = (value: number): MidiPitch => value as MidiPitch;

/** By how many semitones the names of C, C♯, D, E♭ ... are altered where no key says otherwise. */
export const PLAIN_ALTERS: readonly number[] = [0, 1, 0, -1, 0, 0, 1, 0, 1, 0, -1, 0];

/** Return a pitch by its name that is altered so: 68 is "G♯4" for 1 and "A♭4" for -1. */
export function alteredName(pitch: number, alter: number): string {
  const natural = pitch - alter;
  const letter = "C D EF G A B"[(natural + 12) % 12];
  const sign = ["♭♭", "♭", "", "♯", "♯♯"][alter + 2];
  return `${letter}${sign}${Math.floor(natural / 12 - 1)}`;
}

/** Return a pitch as it is called in a key: 60 is "C4". `alters`: one for each pitch class, C first. */
export const pitchName = (pitch: number, alters = PLAIN_ALTERS): string =>
  alteredName(pitch, alters[pitch % 12] ?? 0);
