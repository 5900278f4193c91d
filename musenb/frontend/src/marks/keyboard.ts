/** Canvas renderer of piano keys with bars of probabilities, and their layout: pure. */

import { percent } from "../core/words";
import type { Theme } from "../core/theme";
import { pitchName } from "../core/units";
import type { Box } from "./matrix-view";

export interface Key extends Box {
  readonly pitch: number;
  readonly black: boolean;
}

/** What lies on the keys. */
export interface KeyMarks {
  /** The voice (or -1 for played by hand) of every pitch that sounds. */
  readonly sounding: ReadonlyMap<number, number>;
  /** How likely each pitch is, 0..1. */
  readonly shares: ReadonlyMap<number, number>;
  /** Pitches of selected notes: they get a frame. */
  readonly chosen: ReadonlySet<number>;
  readonly cursor: number | undefined;
  /** The letters of the computer's keys. */
  readonly letters: ReadonlyMap<number, string>;
}

export const KEYS_HEIGHT = 130;
/** The strip above the keys where shares stand. */
export const SHARES_HEIGHT = 58;
const BLACK_HEIGHT = 0.62;
const BLACK = new Set([1, 3, 6, 8, 10]);

export const isBlack = (pitch: number): boolean => BLACK.has(pitch % 12);

/** Return the keys from one pitch to another below `top`, the white ones first, so that the black lie on top. */
export function layoutKeys(
  low: number,
  high: number,
  width: number,
  height = KEYS_HEIGHT,
  top = 0,
): Key[] {
  const pitches = Array.from({ length: high - low + 1 }, (_, place) => low + place);
  const whites = pitches.filter((pitch) => !isBlack(pitch));
  // A black key at either end hangs over the edge by half.
  const spare = (isBlack(low) ? 0.35 : 0) + (isBlack(high) ? 0.35 : 0);
  const wide = width / Math.max(1, whites.length + spare);
  let x = isBlack(low) ? 0.35 * wide : 0;
  const white: Key[] = [];
  const black: Key[] = [];
  for (const pitch of pitches) {
    if (isBlack(pitch)) {
      black.push({
        pitch,
        black: true,
        x: x - 0.31 * wide,
        y: top,
        width: 0.62 * wide,
        height: height * BLACK_HEIGHT,
      });
      continue;
    }
    white.push({ pitch, black: false, x, y: top, width: wide, height });
    x += wide;
  }
  return [...white, ...black];
}

/** Return the key under a point; above the keys the one whose bar would stand there. */
export function keyAt(keys: readonly Key[], x: number, y: number): Key | undefined {
  if (y >= 0 && y < (keys[0]?.y ?? 0))
    return keys.findLast((key) => Math.abs(x - middleOf(key)) <= barWidth(keys) / 2);
  const inside = (key: Key) =>
    x >= key.x && x < key.x + key.width && y >= key.y && y < key.y + key.height;
  return keys.findLast(inside);
}

/** Draw keys and what lies on them. */
export function drawKeyboard(
  context: CanvasRenderingContext2D,
  keys: readonly Key[],
  marks: KeyMarks,
  size: { width: number; height: number },
  theme: Theme,
): void {
  context.clearRect(0, 0, size.width, size.height);
  for (const key of keys) drawKey(context, key, marks, theme);
  if (marks.shares.size) drawShares(context, keys, marks.shares, theme);
  for (const key of keys) if (marks.chosen.has(key.pitch)) outline(context, key, theme.accent, 2);
  for (const key of keys) if (key.pitch === marks.cursor) outline(context, key, theme.accent, 2.5);
}

function drawKey(context: CanvasRenderingContext2D, key: Key, marks: KeyMarks, theme: Theme): void {
  const voice = marks.sounding.get(key.pitch);
  const sounds = voice !== undefined;
  context.fillStyle = sounds
    ? voice < 0
      ? theme.accent
      : (theme.voices[voice % theme.voices.length] ?? theme.accent)
    : key.black
      ? "#2b2b30"
      : theme.dark
        ? "#d8d8dc"
        : "#fff";
  context.fillRect(key.x + 0.5, key.y, key.width - 1, key.height - 1);
  outline(context, key, key.black ? "#000" : "#8a8a90", 1);
  const ink = key.black || sounds ? "#fff" : "#3c3c42";
  context.fillStyle = ink;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const middle = key.x + key.width / 2;
  if (sounds) {
    // Seen without colour too.
    context.beginPath();
    context.arc(
      middle,
      key.y + key.height - (key.black ? 12 : 30),
      Math.min(4.5, key.width / 4),
      0,
      2 * Math.PI,
    );
    context.fill();
  }
  const letter = marks.letters.get(key.pitch);
  if (letter && key.width >= 10) {
    context.font = `bold 10px ${theme.font}`;
    context.fillText(letter, middle, key.y + key.height - (key.black ? 22 : 44));
  }
  if (!key.black && key.pitch % 12 === 0 && key.width >= 12) {
    context.font = `10px ${theme.font}`;
    context.fillText(pitchName(key.pitch), middle, key.y + key.height - 6);
  }
}

const LINE = 11;
const middleOf = (key: Key): number => key.x + key.width / 2;
const barWidth = (keys: readonly Key[]): number =>
  Math.min(16, 0.5 * Math.max(...keys.map((key) => key.width)));

/**
 * Draw a bar above every key, 100 % as high as the strip; the likeliest first are said in words while there is room.
 */
function drawShares(
  context: CanvasRenderingContext2D,
  keys: readonly Key[],
  shares: ReadonlyMap<number, number>,
  theme: Theme,
): void {
  const foot = keys[0]?.y ?? 0;
  const wide = barWidth(keys);
  const shown = keys
    .map((key) => ({ key, share: shares.get(key.pitch) ?? 0 }))
    .filter(({ share }) => share > 0);
  shown.sort((one, other) => other.share - one.share);
  const tallOf = (share: number) => Math.max(1.5, share * (foot - 15));
  const taken: [left: number, right: number, line: number][] = [];
  context.font = `10px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const { key, share } of shown) {
    const tall = tallOf(share);
    const middle = middleOf(key);
    context.fillStyle = theme.likely;
    context.fillRect(middle - wide / 2, foot - 1 - tall, wide, tall);
    const words = percent(share);
    const half = context.measureText(words).width / 2 + 1;
    const line = foot - 4 - tall;
    const hidden = shown.some(
      (other) =>
        other.key !== key &&
        Math.abs(middleOf(other.key) - middle) < half + wide / 2 &&
        foot - 1 - tallOf(other.share) < line,
    );
    const crossed = taken.some(
      ([left, right, y]) =>
        middle + half > left && middle - half < right && Math.abs(line - y) < LINE,
    );
    if (hidden || crossed) continue;
    taken.push([middle - half, middle + half, line]);
    context.fillStyle = theme.ink;
    context.fillText(words, middle, line);
  }
}

function outline(context: CanvasRenderingContext2D, key: Key, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(key.x + width / 2, key.y + width / 2, key.width - width, key.height - width);
  context.lineWidth = 1;
}
