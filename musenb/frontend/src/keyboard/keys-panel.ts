/** Piano keys controller: pointers, computer keys and MIDI press them, the clock's piece lights them up. */

import { lettersOf, octaveShift, pitchOfCode } from "./computer-keys";
import { element, fitCanvas } from "../core/dom";
import type { Life } from "../core/life";
import {
  drawKeyboard,
  isBlack,
  keyAt,
  KEYS_HEIGHT,
  layoutKeys,
  SHARES_HEIGHT,
  type Key,
} from "../marks/keyboard";
import type { NoteTable } from "../core/table";
import type { Theme } from "../core/theme";
import { pitchName } from "../core/units";

/** White keys are never narrower than this: fewer are shown instead. */
const NARROWEST = 15;
// As many notes back as can still sound.
const LOOK_BACK = 512;

export interface KeysHost {
  readonly life: Life;
  theme(): Theme;
  range(): readonly [low: number, high: number];
  octave(): number;
  shiftOctave(by: number): void;
  velocity(): number;
  shares(): ReadonlyMap<number, number>;
  /** What a pitch is called; by default as where no key is known. */
  nameOf?(pitch: number): string;
  /** A key went down or up, whoever pressed it. */
  down(pitch: number, velocity: number): void;
  up(pitch: number): void;
  say(text: string): void;
}

/** Return which pitches sound at a quarter, with their voices. */
export function soundingAt(table: NoteTable, quarter: number): Map<number, number> {
  const found = new Map<number, number>();
  const next = table.firstFrom(quarter + 1e-9);
  for (let row = next - 1; row >= 0 && row > next - LOOK_BACK; row--) {
    if (table.end(row) > quarter + 1e-9) found.set(table.pitch[row] ?? 0, table.voice[row] ?? 0);
  }
  return found;
}

/** Return the pitches of notes, by their ids. */
export function pitchesOf(table: NoteTable, ids: ReadonlySet<string>): Set<number> {
  const rows = [...ids].map((id) => table.row(id)).filter((row) => row >= 0);
  return new Set(rows.map((row) => table.pitch[row] ?? 0));
}

/** Return the keys that fit into a width, with the middle of the computer's keys among them. */
export function fittingRange(
  low: number,
  high: number,
  width: number,
  octave: number,
): readonly [number, number] {
  const room = Math.max(8, Math.floor(width / NARROWEST));
  const span = Math.floor((room * 12) / 7) - 1;
  if (high - low <= span) return [low, high];
  let from = Math.min(Math.max(low, 12 * (octave + 1) - 2), high - span);
  if (isBlack(from)) from += from > low ? -1 : 1;
  return [from, Math.min(high, from + span)];
}

export class KeysPanel {
  readonly canvas = element("canvas", {
    tabindex: 0,
    role: "application",
    "aria-label": "Piano keys",
    "aria-keyshortcuts": "ArrowLeft ArrowRight Enter Z X",
  });
  readonly #host: KeysHost;
  readonly #redraw: () => void;
  /** Who holds which pitch: pointers, codes of computer keys, MIDI. */
  readonly #held = new Map<string, number>();
  #playing: ReadonlyMap<number, number> = new Map();
  #chosen: ReadonlySet<number> = new Set();
  #keys: Key[] = [];
  #width = 600;
  #cursor: number | undefined;

  constructor(host: KeysHost) {
    this.#host = host;
    this.#redraw = host.life.frame(() => this.#draw());
    this.#pointers();
    host.life.on(this.canvas, "keydown", (event) => this.#navigate(event));
    host.life.on(this.canvas, "blur", () => {
      this.#cursor = undefined;
      this.#redraw();
    });
    host.life.atEnd(() => this.releaseAll());
  }

  resize(width: number): void {
    if (width < 40) return;
    this.#width = Math.round(width);
    this.#redraw();
  }

  repaint(): void {
    this.#redraw();
  }

  /** Pitches that the clock's piece sounds now. */
  setPlaying(playing: ReadonlyMap<number, number>): void {
    const same =
      playing.size === this.#playing.size &&
      [...playing].every(([pitch, voice]) => this.#playing.get(pitch) === voice);
    this.#playing = playing;
    if (!same) this.#redraw();
  }

  /** Pitches of the notes that are selected. */
  setChosen(chosen: ReadonlySet<number>): void {
    this.#chosen = chosen;
    this.#redraw();
  }

  press(who: string, pitch: number, velocity = this.#host.velocity()): void {
    if (this.#held.get(who) === pitch) return;
    this.release(who);
    const fresh = ![...this.#held.values()].includes(pitch);
    this.#held.set(who, pitch);
    if (fresh) this.#host.down(pitch, velocity);
    this.#redraw();
  }

  release(who: string): void {
    const pitch = this.#held.get(who);
    if (pitch === undefined) return;
    this.#held.delete(who);
    if (![...this.#held.values()].includes(pitch)) this.#host.up(pitch);
    this.#redraw();
  }

  releaseAll(): void {
    for (const who of [...this.#held.keys()]) this.release(who);
  }

  /** Take the computer's keys that reach an element, unless something is being typed. */
  listen(root: HTMLElement): void {
    const { life } = this.#host;
    const typing = (event: Event) =>
      event.target instanceof HTMLInputElement &&
      !["range", "checkbox"].includes(event.target.type);
    life.on(root, "keydown", (event) => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        typing(event) ||
        event.target instanceof HTMLSelectElement
      )
        return;
      const shift = octaveShift(event.code);
      const pitch = pitchOfCode(event.code, this.#host.octave());
      if (!shift && pitch === undefined) return;
      event.preventDefault();
      if (event.repeat) return;
      if (shift) this.#host.shiftOctave(shift);
      else if (pitch !== undefined) this.press(event.code, pitch);
    });
    life.on(root, "keyup", (event) => this.release(event.code));
    life.on(root, "focusout", (event) => {
      if (!root.contains(event.relatedTarget as Node | null)) this.releaseAll();
    });
  }

  #pointers(): void {
    const { life } = this.#host;
    const at = (event: PointerEvent) => {
      const frame = this.canvas.getBoundingClientRect();
      return keyAt(this.#keys, event.clientX - frame.left, event.clientY - frame.top);
    };
    life.on(this.canvas, "pointerdown", (event) => {
      if (event.button > 0) return;
      event.preventDefault();
      this.canvas.focus({ preventScroll: true });
      this.canvas.setPointerCapture?.(event.pointerId);
      const key = at(event);
      if (!key) return;
      this.#cursor = undefined;
      this.press(`pointer ${event.pointerId}`, key.pitch);
    });
    life.on(this.canvas, "pointermove", (event) => {
      const who = `pointer ${event.pointerId}`;
      if (!this.#held.has(who)) return;
      const key = at(event);
      if (key) this.press(who, key.pitch);
      else this.release(who);
    });
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      life.on(this.canvas, type, (event) => this.release(`pointer ${event.pointerId}`));
    }
  }

  #navigate(event: KeyboardEvent): void {
    const [low, high] = this.#host.range();
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowDown: -12,
      ArrowUp: 12,
      Home: -128,
      End: 128,
    };
    const move = moves[event.key];
    if (move) {
      const from = this.#cursor ?? Math.max(low, Math.min(high, 60)) - Math.sign(move);
      this.#cursor = Math.max(low, Math.min(high, from + move));
      const share = this.#host.shares().get(this.#cursor);
      this.#host.say(
        `${(this.#host.nameOf ?? pitchName)(this.#cursor)}${share ? `, ${Math.round(100 * share)} %` : ""}`,
      );
      this.#redraw();
    } else if ((event.key === "Enter" || event.key === " ") && this.#cursor !== undefined) {
      if (!event.repeat) this.press(event.code, this.#cursor);
    } else if (event.key === "Escape") this.canvas.blur();
    else return;
    event.preventDefault();
  }

  #draw(): void {
    const shares = this.#host.shares();
    const top = shares.size ? SHARES_HEIGHT : 0;
    const context = fitCanvas(this.canvas, this.#width, KEYS_HEIGHT + top);
    if (!context) return;
    const [low, high] = this.#host.range();
    this.#keys = layoutKeys(
      ...fittingRange(low, high, this.#width, this.#host.octave()),
      this.#width,
      KEYS_HEIGHT,
      top,
    );
    const sounding = new Map(this.#playing);
    for (const pitch of this.#held.values()) sounding.set(pitch, -1);
    const marks = {
      sounding,
      shares,
      chosen: this.#chosen,
      cursor: this.#cursor,
      letters: lettersOf(this.#host.octave()),
    };
    drawKeyboard(
      context,
      this.#keys,
      marks,
      { width: this.#width, height: KEYS_HEIGHT + top },
      this.#host.theme(),
    );
  }
}
