/** Key map from the computer's keys to piano keys, by where they lie on the board, whatever is printed on them. */

const ROW = [
  "KeyA",
  "KeyW",
  "KeyS",
  "KeyE",
  "KeyD",
  "KeyF",
  "KeyT",
  "KeyG",
  "KeyY",
  "KeyH",
  "KeyU",
  "KeyJ",
  "KeyK",
  "KeyO",
  "KeyL",
  "KeyP",
  "Semicolon",
  "Quote",
] as const;
const SIGNS = "A W S E D F T G Y H U J K O L P ; '".split(" ");

/** Return the pitch of a key's code, or undefined; `octave` is that of the A key, 4 for middle C. */
export function pitchOfCode(code: string, octave: number): number | undefined {
  const place = (ROW as readonly string[]).indexOf(code);
  const pitch = 12 * (octave + 1) + place;
  return place < 0 || pitch > 127 ? undefined : pitch;
}

/** Return the letters that stand on pitches. */
export function lettersOf(octave: number): Map<number, string> {
  return new Map(SIGNS.map((sign, place) => [12 * (octave + 1) + place, sign]));
}

/** Return by how much a key shifts the octave: Z down, X up. */
export function octaveShift(code: string): number {
  return code === "KeyZ" ? -1 : code === "KeyX" ? 1 : 0;
}
