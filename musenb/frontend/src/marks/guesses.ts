/** Canvas renderer of the logit lens: what each layer would say, as a strip of cells below the keys. Pure. */

import { isBlack, type Key } from "./keyboard";
import type { Theme } from "../core/theme";

export const STRIP = 15;

export interface GuessRow {
  readonly label: string;
  readonly shares: ReadonlyMap<number, number>;
}

/** Return where the cell of a pitch lies in a row, or undefined for a pitch without a key. */
export function cellOf(
  keys: readonly Key[],
  pitch: number,
  row: number,
): { x: number; y: number; width: number; height: number } | undefined {
  const key = keys.find((one) => one.pitch === pitch);
  if (!key) return undefined;
  const wide =
    Math.min(...keys.filter((one) => one.black === false).map((one) => one.width), 40) * 0.56;
  const middle = key.x + key.width / 2;
  return { x: middle - wide / 2, y: row * STRIP, width: wide, height: STRIP - 2 };
}

/** Draw the rows, the first above; the stronger the colour the likelier, the likeliest pitch of a row is framed. */
export function drawGuesses(
  context: CanvasRenderingContext2D,
  keys: readonly Key[],
  rows: readonly GuessRow[],
  size: { width: number; height: number },
  theme: Theme,
): void {
  context.clearRect(0, 0, size.width, size.height);
  context.font = `10px ${theme.font}`;
  context.textBaseline = "middle";
  rows.forEach(({ label, shares }, row) => {
    context.fillStyle = theme.grid;
    context.globalAlpha = 0.5;
    for (const key of keys) {
      const cell = cellOf(keys, key.pitch, row);
      if (cell && !isBlack(key.pitch)) context.fillRect(cell.x, cell.y, cell.width, cell.height);
    }
    context.globalAlpha = 1;
    const best = [...shares].sort((one, other) => other[1] - one[1])[0]?.[0];
    for (const [pitch, share] of shares) {
      const cell = cellOf(keys, pitch, row);
      if (!cell) continue;
      context.fillStyle = theme.likely;
      context.globalAlpha = Math.sqrt(Math.min(1, share));
      context.fillRect(cell.x, cell.y, cell.width, cell.height);
      context.globalAlpha = 1;
      if (pitch !== best) continue;
      context.strokeStyle = theme.ink;
      context.lineWidth = 1.5;
      context.strokeRect(cell.x, cell.y, cell.width, cell.height);
    }
    context.fillStyle = theme.faint;
    context.textAlign = "left";
    context.fillText(label, 0, row * STRIP + STRIP / 2 - 1);
  });
}
