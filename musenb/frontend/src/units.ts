/** Units as types: a number of quarters is not a number of pixels. The constructors cost nothing at run time. */

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

const SHARPS = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"] as const;

/** Return a pitch as people say it: 60 is "C4". */
export function pitchName(pitch: number): string {
  return `${SHARPS[((pitch % 12) + 12) % 12]}${Math.floor(pitch / 12) - 1}`;
}
