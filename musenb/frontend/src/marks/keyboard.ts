/** Piano keys: where they lie and how they look: pure. */

import { percent } from "../attention_text";
import type { Theme } from "../theme";
import { pitchName } from "../units";
import type { Box } from "./matrix";

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
  readonly cursor: number | undefined;
  /** The letters of the computer's keys. */
  readonly letters: ReadonlyMap<number, string>;
}

export const KEYS_HEIGHT = 130;
const BLACK_HEIGHT = 0.62;
const BLACK = new Set([1, 3, 6, 8, 10]);

export const isBlack = (pitch: number): boolean => BLACK.has(pitch % 12);

/** Return the keys from one pitch to another, the white ones first, so that the black lie on top. */
export function layoutKeys(low: number, high: number, width: number, height = KEYS_HEIGHT): Key[] {
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
      black.push({ pitch, black: true, x: x - 0.31 * wide, y: 0, width: 0.62 * wide, height: height * BLACK_HEIGHT });
      continue;
    }
    white.push({ pitch, black: false, x, y: 0, width: wide, height });
    x += wide;
  }
  return [...white, ...black];
}

/** Return the key under a point. */
export function keyAt(keys: readonly Key[], x: number, y: number): Key | undefined {
  const inside = (key: Key) => x >= key.x && x < key.x + key.width && y >= key.y && y < key.y + key.height;
  return keys.findLast(inside);
}

/** Draw keys and what lies on them. */
export function drawKeyboard(
  context: CanvasRenderingContext2D, keys: readonly Key[], marks: KeyMarks, size: { width: number; height: number }, theme: Theme,
): void {
  context.clearRect(0, 0, size.width, size.height);
  const most = Math.max(...marks.shares.values(), 0);
  for (const key of keys) {
    drawKey(context, key, marks, theme);
    const share = marks.shares.get(key.pitch);
    if (share) drawShare(context, key, share, most, theme);
  }
  for (const key of keys) if (key.pitch === marks.cursor) outline(context, key, theme.accent, 2.5);
}

function drawKey(context: CanvasRenderingContext2D, key: Key, marks: KeyMarks, theme: Theme): void {
  const voice = marks.sounding.get(key.pitch);
  const sounds = voice !== undefined;
  context.fillStyle = sounds
    ? (voice < 0 ? theme.accent : theme.voices[voice % theme.voices.length] ?? theme.accent)
    : key.black ? "#2b2b30" : theme.dark ? "#d8d8dc" : "#fff";
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
    context.arc(middle, key.y + key.height - (key.black ? 12 : 30), Math.min(4.5, key.width / 4), 0, 2 * Math.PI);
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

/** Draw a bar from the key's foot up, the likeliest pitch's as high as a black key, and its share in words. */
function drawShare(context: CanvasRenderingContext2D, key: Key, share: number, most: number, theme: Theme): void {
  const foot = key.y + key.height - (key.black ? 3 : 18);
  const tall = (share / most) * (key.height - (key.black ? 6 : 22)) * 0.9;
  const inset = Math.min(3, key.width / 5);
  context.globalAlpha = 0.85;
  context.fillStyle = key.black ? "#f0a830" : "#d55e00";
  context.fillRect(key.x + inset, foot - tall, key.width - 2 * inset, tall);
  context.globalAlpha = 1;
  if (share < 0.01) return;
  const words = key.width >= 30 ? percent(share) : String(Math.round(100 * share));
  context.font = `9px ${theme.font}`;
  if (context.measureText(words).width > key.width + (key.black ? 6 : 0)) return;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillStyle = key.black ? "#fff" : "#1c1c20";
  context.fillText(words, key.x + key.width / 2, Math.max(key.y + 10, foot - tall - 2));
}

function outline(context: CanvasRenderingContext2D, key: Key, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(key.x + width / 2, key.y + width / 2, key.width - width, key.height - width);
  context.lineWidth = 1;
}
