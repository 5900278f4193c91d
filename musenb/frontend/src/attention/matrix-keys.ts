/** Keyboard shortcuts of a matrix: arrows walk its cells, plus and minus zoom, brackets turn to other heads. */

import type { Life } from "../core/life";

export interface Keyed {
  /** Move the cursor by rows and columns. */
  walk(rows: number, columns: number): void;
  /** Select the note of the cursor's row, with the others when `add`. */
  select(add: boolean): void;
  zoom(factor: number): void;
  home(): void;
  /** Go to the head before or after. */
  turn(by: number): void;
}

const [LEAP, PAGE, ALL] = [8, 16, 1e9];

export function bindKeys(canvas: HTMLCanvasElement, life: Life, keyed: Keyed): void {
  life.on(canvas, "keydown", (event) => {
    const action = actionOf(event, keyed, () => canvas.blur());
    if (!action) return;
    action();
    event.preventDefault();
    event.stopPropagation();
  });
}

function actionOf(event: KeyboardEvent, keyed: Keyed, leave: () => void): (() => void) | undefined {
  const step = event.shiftKey ? LEAP : 1;
  const actions: Record<string, () => void> = {
    ArrowUp: () => keyed.walk(-step, 0),
    ArrowDown: () => keyed.walk(step, 0),
    ArrowLeft: () => keyed.walk(0, -step),
    ArrowRight: () => keyed.walk(0, step),
    PageUp: () => keyed.walk(-PAGE, 0),
    PageDown: () => keyed.walk(PAGE, 0),
    Home: () => keyed.walk(0, -ALL),
    End: () => keyed.walk(0, ALL),
    "+": () => keyed.zoom(2),
    "=": () => keyed.zoom(2),
    "-": () => keyed.zoom(0.5),
    "0": () => keyed.home(),
    Enter: () => keyed.select(event.shiftKey),
    " ": () => keyed.select(event.shiftKey),
    "[": () => keyed.turn(-1),
    "]": () => keyed.turn(1),
    Escape: leave,
  };
  return actions[event.key];
}
