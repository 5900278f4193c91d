/**
 * Canvas renderer of the roll's notes. A voice has a colour and a letter; a note that was given is filled (below a
 * score in the score's ink), one that a model wrote is hollow. A note that is locked is hatched. Where notes differ
 * from another take, these are framed and the others pale. So nothing is told by colour alone.
 */

import { screenDensity } from "../core/dom";
import type { Theme } from "../core/theme";
import type { RollIndex } from "./roll-index";
import { DIFFERS, LOCKED } from "../core/wire/notes";
import { rightOf, xAt, yAt, type Viewport } from "./roll-view";

export interface NoteLook {
  readonly theme: Theme;
  /** A letter or two for each voice. */
  readonly letters: readonly string[];
  readonly selected: ReadonlySet<number>;
  /** The voice in front, the others pale; none: all alike. */
  readonly front: number | undefined;
  /** Rows not drawn here: they are being dragged. */
  readonly lifted?: ReadonlySet<number>;
  /** Given notes have the colour of ink, as on a score in one line; below one it needs no saying. */
  readonly inked?: boolean;
  /** Velocities that are being dragged, in place of the table's, by row. */
  readonly louder?: ReadonlyMap<number, number>;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const VOICES = 8;
// A hollow bar too low to be hollow is a line of at least so many pixels.
const THINNEST = 1.5;
// A note no wider than this is left out where its pixel is covered already.
const SPECK = 2;
// With more notes in view, letters would be a blur and cost time.
const MOST_LETTERS = 500;

/** Return where a note is drawn, in pixels of the note area. */
export function boxOf(view: Viewport, onset: number, duration: number, pitch: number): Box {
  const height = Math.max(1, view.perPitch - gapOf(view));
  return { x: xAt(view, onset), y: yAt(view, pitch), width: widthOf(view, duration, onset), height };
}

const gapOf = (view: Viewport): number => (view.perPitch >= 6 ? 1 : 0);
const widthOf = (view: Viewport, duration: number, onset = view.left): number => {
  const wide = view.axis
    ? xAt(view, onset + duration) - xAt(view, onset)
    : duration * view.perQuarter;
  return Math.max(1.5, wide - gapOf(view));
};

/** Specks of one voice and pitch that touch, drawn as one rectangle. */
interface Run {
  readonly key: number;
  readonly box: Box;
  readonly voice: number;
  readonly generated: boolean;
  right: number;
}

/**
 * Draw the notes in view; return how many rectangles that took. At a small scale notes that touch are drawn together,
 * and those that lie behind others of their colour are skipped.
 */
export function drawNotes(
  context: CanvasRenderingContext2D,
  view: Viewport,
  index: RollIndex,
  look: NoteLook,
): number {
  const { table } = index;
  const { theme } = look;
  // The pixel up to which a pitch is already covered by a voice: at a small scale most notes fall on drawn pixels.
  const covered = new Float64Array(128 * VOICES * 2).fill(-Infinity);
  const differs = table.flags.some((flag) => flag & DIFFERS);
  const runs: (Run | undefined)[] = [];
  const density = screenDensity();
  let drawn = 0;
  let alpha = 1;
  const paint = (box: Box, voice: number, generated: boolean, flags = 0) => {
    const pale =
      (look.front !== undefined && look.front !== voice) || (differs && !(flags & DIFFERS))
        ? 0.25
        : 1;
    if (pale !== alpha) context.globalAlpha = alpha = pale;
    const colour = colourOf(view, look, voice, generated);
    drawNote(context, box, colour, generated, theme);
    if (flags & LOCKED) drawHatching(context, box, generated ? colour : theme.paper);
    drawn++;
  };
  const finish = (run: Run) =>
    paint({ ...run.box, width: run.right - run.box.x }, run.voice, run.generated);
  index.each(view.left, rightOf(view), (row) => {
    const pitch = table.pitch[row] ?? 0;
    const y = yAt(view, pitch);
    if (y + view.perPitch < 0 || y > view.height || look.lifted?.has(row)) return;
    const voice = table.voice[row] ?? 0;
    const generated = table.generated(row);
    const chosen = look.selected.has(row);
    const key = (pitch * VOICES + (voice % VOICES)) * 2 + Number(generated);
    const x = xAt(view, table.onset[row] ?? 0);
    const right = x + widthOf(view, table.duration[row] ?? 0, table.onset[row] ?? 0);
    const flags = table.flags[row] ?? 0;
    const speck = right - x <= SPECK && !chosen && !(flags & DIFFERS);
    if (speck && right <= (covered[key] ?? 0)) return;
    covered[key] = Math.ceil(right * density) / density;
    const run = runs[pitch];
    if (run) {
      if (speck && run.key === key && x <= run.right + 0.5) {
        run.right = Math.max(run.right, right);
        return;
      }
      finish(run);
      runs[pitch] = undefined;
    }
    const whole = boxOf(view, table.onset[row] ?? 0, table.duration[row] ?? 0, pitch);
    const box = inUnison(index, row, look)
      ? { ...whole, y: whole.y + whole.height / 2, height: whole.height / 2 }
      : whole;
    if (speck) runs[pitch] = { key, box, voice, generated, right };
    else paint(box, voice, generated, flags);
    if (chosen || flags & DIFFERS) drawFrame(context, box, theme.ink, chosen ? 0 : 1);
  });
  for (const run of runs) if (run) finish(run);
  context.globalAlpha = 1;
  return drawn;
}

/** Return the colour of a note. */
function colourOf(view: Viewport, look: NoteLook, voice: number, generated: boolean): string {
  const { theme } = look;
  if (!generated && (look.inked || view.axis)) return theme.ink;
  return theme.voices[voice % theme.voices.length] ?? theme.ink;
}

/** Return whether another voice has the same note: it is drawn first, and this one over its lower half only. */
function inUnison({ table }: RollIndex, row: number, look: NoteLook): boolean {
  const { onset, pitch } = table;
  for (let other = row - 1; other >= 0 && onset[other] === onset[row]; other--) {
    if (pitch[other] === pitch[row] && !look.lifted?.has(other)) return true;
  }
  return false;
}

function drawNote(
  context: CanvasRenderingContext2D,
  box: Box,
  colour: string,
  generated: boolean,
  theme: Theme,
): void {
  const { x, y, width, height } = box;
  context.fillStyle = colour;
  if (!generated) {
    context.fillRect(x, y, width, height);
    return;
  }
  if (width < 5 || height < 4) {
    const thick = Math.max(Math.min(height, THINNEST), height * 0.4);
    context.fillRect(x, y + (height - thick) / 2, width, thick);
    return;
  }
  context.fillStyle = theme.paper;
  context.fillRect(x, y, width, height);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5);
}

function drawFrame(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
  ink: string,
  by: number,
): void {
  context.lineWidth = 2;
  context.strokeStyle = ink;
  context.strokeRect(x - by, y - by, width + 2 * by, height + 2 * by);
}

function drawHatching(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
  colour: string,
): void {
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.beginPath();
  for (let at = 3; at < width + height; at += 5) {
    context.moveTo(x + Math.min(at, width), y + Math.max(0, at - width));
    context.lineTo(x + Math.max(0, at - height), y + Math.min(at, height));
  }
  context.stroke();
}

/** Return the rows that are wide enough for a letter; none where there would be too many. */
function rowsWithLetters(view: Viewport, index: RollIndex, look: NoteLook): number[] {
  const { table } = index;
  const rows: number[] = [];
  // Below a score the letters stand before the voices' first notes: in the notes there are names or nothing.
  const lowest = view.axis ? 11 : 7;
  if (widthOf(view, index.longest) < 11 || view.perPitch - gapOf(view) < lowest) return rows;
  index.each(view.left, rightOf(view), (row) => {
    if (
      rows.length > MOST_LETTERS ||
      widthOf(view, table.duration[row] ?? 0, table.onset[row] ?? 0) < 11 ||
      look.lifted?.has(row)
    )
      return;
    const y = yAt(view, table.pitch[row] ?? 0);
    if (y + view.perPitch >= 0 && y <= view.height) rows.push(row);
  });
  return rows.length > MOST_LETTERS ? [] : rows;
}

/** Write the voices' letters into the notes in view, over what `drawNotes` has drawn. */
export function drawLetters(
  context: CanvasRenderingContext2D,
  view: Viewport,
  index: RollIndex,
  look: NoteLook,
): void {
  const { table } = index;
  const size = Math.min(11, Math.max(8, view.perPitch - 3));
  context.font = `600 ${size}px ${look.theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const taken = new Map<number, number>();
  for (const row of rowsWithLetters(view, index, look)) {
    const [pitch, voice] = [table.pitch[row] ?? 0, table.voice[row] ?? 0];
    const box = boxOf(view, table.onset[row] ?? 0, table.duration[row] ?? 0, pitch);
    const generated = table.generated(row);
    const colour = colourOf(view, look, voice, generated);
    const onGiven = colour === look.theme.ink ? look.theme.paper : inkOn(colour);
    context.fillStyle = generated ? look.theme.ink : onGiven;
    const letter = look.letters[voice] ?? String(voice + 1);
    const text =
      box.width >= 30 + 6 * letter.length && box.height >= 11
        ? `${letter} ${table.name(row)}`
        : letter;
    // A note that began before the left edge keeps its letter in view.
    const left = Math.max(box.x, 0) + 3;
    const place = Math.round(left) * 128 + pitch;
    const x = taken.get(place) ?? left;
    taken.set(place, x + 2 + 7 * text.length);
    if (x + 6 * text.length <= box.x + box.width)
      context.fillText(text, x, box.y + box.height / 2 + 0.5);
  }
}

/** Return black or white, whichever reads better on a "#rrggbb" colour. */
export function inkOn(colour: string): string {
  const value = Number.parseInt(colour.slice(1), 16);
  const linear = (shift: number) => (((value >> shift) & 255) / 255) ** 2.2;
  return 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0) > 0.2
    ? "#000000"
    : "#ffffff";
}

/** Return a short name for each voice: the first letter where that tells them apart, else its number. */
export function lettersOf(names: readonly string[]): string[] {
  const firsts = names.map((name) => [...name.trim()][0]?.toUpperCase() ?? "");
  return firsts.map((letter, voice) => {
    const alone = /\p{L}/u.test(letter) && firsts.filter((other) => other === letter).length === 1;
    return alone ? letter : String(voice + 1);
  });
}

/** Return where the stem of a velocity stands: those of several voices beside each other. */
export function stemAt(view: Viewport, onset: number, voice: number, voices: number): number {
  const gap = Math.min(5, view.perQuarter / 4 / Math.max(voices, 1));
  return xAt(view, onset) + (voice % VOICES) * gap;
}

/** Draw how loud the notes are, as stems on the lane, whose upper left corner is the origin. */
export function drawVelocities(
  context: CanvasRenderingContext2D,
  view: Viewport,
  height: number,
  index: RollIndex,
  look: NoteLook,
): void {
  const { table } = index;
  const { theme } = look;
  const covered = new Map<number, number>();
  const before = view.left * view.perQuarter;
  index.each(view.left, rightOf(view), (row) => {
    const voice = table.voice[row] ?? 0;
    const x = stemAt(view, table.onset[row] ?? 0, voice, look.letters.length);
    if (x < -3) return;
    const velocity = Math.min(Math.max(look.louder?.get(row) ?? table.velocity[row] ?? 0, 0), 127);
    const tall = (velocity / 127) * (height - 6);
    const place = Math.round((x + before) / 2) * VOICES + (voice % VOICES);
    const chosen = look.selected.has(row);
    if (!chosen && (covered.get(place) ?? 0) >= tall) return;
    covered.set(place, tall);
    context.globalAlpha = look.front !== undefined && look.front !== voice ? 0.25 : 1;
    context.fillStyle = chosen
      ? theme.ink
      : (theme.voices[voice % theme.voices.length] ?? theme.ink);
    context.fillRect(x, height - tall, chosen ? 3 : 2, tall);
    const knob = chosen ? 7 : 5;
    context.fillRect(x + 1 - knob / 2, height - tall - knob / 2, knob, knob);
    if (!table.generated(row) || chosen) return;
    context.fillStyle = theme.panel;
    context.fillRect(x + 1 - knob / 2 + 1, height - tall - knob / 2 + 1, knob - 2, knob - 2);
  });
  context.globalAlpha = 1;
}
