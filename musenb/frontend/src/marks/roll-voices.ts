/** Canvas renderer of voices as lines on a roll: a voice's notes joined, and its letter before the first one. Pure. */

import type { RollIndex } from "./roll-index";
import type { NoteLook } from "./roll-notes";
import { rightOf, xAt, yAt, type Viewport } from "./roll-view";

// With more notes in view the lines would be a web.
const MOST_JOINED = 600;
const TOUCHING = 1e-6;
const LETTER = 12;

const colourOf = (look: NoteLook, voice: number): string =>
  look.theme.voices[voice % look.theme.voices.length] ?? look.theme.ink;

/** Join each note to the next one of its voice, where it ends as the next begins: to be drawn before the notes. */
export function drawJoins(
  context: CanvasRenderingContext2D,
  view: Viewport,
  index: RollIndex,
  look: NoteLook,
): void {
  const { table } = index;
  const inView = table.firstFrom(rightOf(view)) - table.firstFrom(view.left);
  if (inView > MOST_JOINED) return;
  const before = new Map<number, number>();
  context.lineWidth = 1;
  index.each(view.left - index.longest, rightOf(view), (row) => {
    const voice = table.voice[row] ?? 0;
    const last = before.get(voice);
    before.set(voice, row);
    const onset = table.onset[row] ?? 0;
    if (last === undefined || Math.abs(table.end(last) - onset) > TOUCHING) return;
    const x = Math.round(xAt(view, onset)) - 0.5;
    const middle = (pitch: number) => yAt(view, pitch) + view.perPitch / 2;
    context.strokeStyle = colourOf(look, voice);
    context.globalAlpha = look.front === undefined || look.front === voice ? 0.7 : 0.2;
    context.beginPath();
    context.moveTo(x, middle(table.pitch[last] ?? 0));
    context.lineTo(x, middle(table.pitch[row] ?? 0));
    context.stroke();
  });
  context.globalAlpha = 1;
}

/** Write each voice's letter left of its first note, where there is room; letters of one place stand side by side. */
export function drawVoiceLetters(
  context: CanvasRenderingContext2D,
  view: Viewport,
  index: RollIndex,
  look: NoteLook,
): void {
  const { table } = index;
  const taken: { x: number; y: number }[] = [];
  const seen = new Set<number>();
  context.font = `600 ${LETTER}px ${look.theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let row = 0; row < table.length && seen.size < look.letters.length; row++) {
    const voice = table.voice[row] ?? 0;
    if (seen.has(voice)) continue;
    seen.add(voice);
    const y = yAt(view, table.pitch[row] ?? 0) + view.perPitch / 2;
    let x = xAt(view, table.onset[row] ?? 0) - 6;
    const near = (one: { x: number; y: number }) =>
      Math.abs(one.y - y) < LETTER && Math.abs(one.x - x) < LETTER;
    while (taken.some(near)) x -= LETTER;
    if (x < LETTER || x > view.width) continue;
    taken.push({ x, y });
    context.fillStyle = colourOf(look, voice);
    context.fillText(look.letters[voice] ?? String(voice + 1), x, y + 0.5);
  }
}
