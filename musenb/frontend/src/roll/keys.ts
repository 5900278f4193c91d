/** Keyboard shortcuts of the roll. */

import type { Life } from "../core/life";
import { quarters } from "../core/units";
import type { RollEditor } from "./editor";
import type { Direction } from "./neighbour";
import type { Stage } from "./stage";

export interface KeyOptions {
  /** Start or stop. */
  toggle(): void;
  toggleFollow(): void;
  toggleDrawing(): void;
  /** Forget what is being dragged; return whether there was something. */
  cancelDrag(): boolean;
  say(text: string): void;
}

/** Keys and what they do, for the help and for `aria-keyshortcuts`. */
export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["← →", "previous, next note of the voice"],
  ["↑ ↓", "note above, below"],
  ["Shift + arrow", "the same, and keep what is selected"],
  ["Alt + ← →", "move the selected notes by the grid"],
  ["Alt + ↑ ↓", "transpose by a semitone; with Shift by an octave"],
  ["Alt + Shift + ← →", "shorter, longer"],
  [", .", "softer, louder"],
  ["1 … 9", "put the selected notes into a voice"],
  ["N", "new note at the playhead"],
  ["D", "draw with the pointer, or select"],
  ["Delete", "delete the selected notes"],
  ["Ctrl + A C X V", "all, copy, cut, paste at the playhead"],
  ["Ctrl + Z, Ctrl + Y", "undo, redo"],
  ["Space", "play, pause"],
  ["Home, End", "playhead to the beginning, the end"],
  ["L", "loop the selected notes, or no loop"],
  ["F", "follow the playhead"],
  ["Page Up, Page Down", "earlier, later"],
  ["+ − 0", "zoom in, out, show all pitches"],
  ["Escape", "select nothing; then leave"],
];

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export function listenToKeys(
  life: Life,
  stage: Stage,
  leave: () => void,
  options: KeyOptions,
): void {
  const { editor } = stage;
  life.on(stage.canvas, "keydown", (event) => {
    const direction = ARROWS[event.key];
    const handled = direction
      ? arrow(direction, event, stage)
      : event.ctrlKey || event.metaKey
        ? command(event, editor)
        : event.altKey
          ? false
          : plain(event, stage, leave, options);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
    stage.redraw();
  });
}

function arrow(direction: Direction, event: KeyboardEvent, stage: Stage): boolean {
  const { editor } = stage;
  if (event.ctrlKey || event.metaKey) return false;
  if (!event.altKey) editor.step(direction, event.shiftKey);
  else {
    const by = direction === "right" || direction === "up" ? 1 : -1;
    if (direction === "up" || direction === "down") editor.move(0, by * (event.shiftKey ? 12 : 1));
    else if (event.shiftKey) editor.lengthen(by);
    else editor.nudge(by);
  }
  showCursor(stage);
  return true;
}

function showCursor(stage: Stage): void {
  const { table } = stage.editor.store;
  const row = stage.editor.cursorRow;
  if (row >= 0) stage.show(table.onset[row] ?? 0, table.pitch[row] ?? 60);
}

function command(event: KeyboardEvent, editor: RollEditor): boolean {
  const key = event.key.toLowerCase();
  if (key === "a") editor.selectAll();
  else if (key === "c") editor.copy();
  else if (key === "x") editor.cut();
  else if (key === "v") editor.paste();
  else if (key === "y" || (key === "z" && event.shiftKey)) editor.redo();
  else if (key === "z") editor.undo();
  else return false;
  return true;
}

function plain(
  event: KeyboardEvent,
  stage: Stage,
  leave: () => void,
  options: KeyOptions,
): boolean {
  const { editor } = stage;
  const { clock } = editor;
  const page = (stage.view?.width ?? 0) * 0.8;
  const actions: Record<string, () => unknown> = {
    Delete: () => editor.remove(),
    Backspace: () => editor.remove(),
    " ": () => options.toggle(),
    Home: () => clock.seek(quarters(0)),
    End: () => clock.seek(clock.end),
    PageUp: () => stage.pan(-page, 0),
    PageDown: () => stage.pan(page, 0),
    ",": () => editor.louder(-8),
    ".": () => editor.louder(8),
    "+": () => stage.zoom(1.25),
    "=": () => stage.zoom(1.25),
    "-": () => stage.zoom(0.8),
    "0": () => stage.fit(),
    n: () => editor.addAtPlayhead(),
    d: () => options.toggleDrawing(),
    l: () => loopSelected(editor, options.say),
    f: () => options.toggleFollow(),
    Escape: () => {
      if (options.cancelDrag()) return;
      if (clock.selection.size) clock.select([]);
      else leave();
    },
  };
  const voice = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : undefined;
  const action =
    voice === undefined
      ? actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      : () => editor.revoice(voice);
  if (!action) return false;
  action();
  return true;
}

/** Loop from the first selected note to the end of the last; nothing selected: no loop. */
export function loopSelected(editor: RollEditor, say: (text: string) => void): void {
  const { clock, selected } = editor;
  const { table } = editor.store;
  if (!selected.size || clock.loop) {
    clock.setLoop(null);
    return say("No loop");
  }
  let [from, to] = [Infinity, 0];
  for (const row of selected) {
    from = Math.min(from, table.onset[row] ?? 0);
    to = Math.max(to, table.end(row));
  }
  clock.setLoop([quarters(from), quarters(to)]);
  say("Loop over the selected notes");
}
