/** Canvas renderer of a take in a list: its notes from the few bytes that the kernel sends of them. Pure. */

import type { Theme } from "../core/theme";
import { SKETCH_GENERATED } from "../core/wire/desk";

const NOTE_BYTES = 4;
const WIDEST = 255;
const FEWEST_ROWS = 24;
const MARGIN = 2;

/** Draw a sketch over a canvas; the given notes have the colour of ink. What is no sketch leaves it empty. */
export function drawSketch(
  context: CanvasRenderingContext2D,
  code: string,
  width: number,
  height: number,
  theme: Theme,
): number {
  const bytes = bytesOf(code);
  const count = Math.floor(bytes.length / NOTE_BYTES);
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, width, height);
  let [low, high] = [127, 0];
  for (let note = 0; note < count; note++) {
    const pitch = bytes[note * NOTE_BYTES + 2] ?? 0;
    [low, high] = [Math.min(low, pitch), Math.max(high, pitch)];
  }
  const row = (height - 2 * MARGIN) / Math.max(high - low + 1, FEWEST_ROWS);
  const middle = (low + high) / 2;
  for (let note = 0; note < count; note++) {
    const [at = 0, long = 1, pitch = 60, voice = 0] = bytes.subarray(
      note * NOTE_BYTES,
      (note + 1) * NOTE_BYTES,
    );
    const number = voice & ~SKETCH_GENERATED;
    const colour = theme.voices[number % theme.voices.length] ?? theme.ink;
    context.fillStyle = voice & SKETCH_GENERATED ? colour : theme.ink;
    const y = height / 2 + (middle - pitch) * row - 1;
    context.fillRect((at / WIDEST) * width, y, Math.max((long / WIDEST) * width - 0.5, 1), 2);
  }
  return count;
}

function bytesOf(code: string): Uint8Array {
  try {
    return Uint8Array.from(atob(code), (sign) => sign.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
