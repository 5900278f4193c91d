/** What a score view draws on: pages below each other, or a strip. */

import type { PageClock } from "../core/clock";
import type { NoteStore } from "../core/notes";
import type { Note } from "../core/table";
import type { Theme } from "../core/theme";
import type { Quarters } from "../core/units";
import type { Tint } from "../marks/sheet-overlay";
import type { Head } from "../marks/sheet-places";
import type { ArcLayer } from "./arc-layer";
import type { Placed } from "./chord-words";
import type { PlateStore } from "./plates";

/** What it is drawn from. */
export interface PageSource {
  readonly notes: NoteStore;
  readonly plates: PlateStore;
  readonly clock: PageClock;
  zoom(): number;
  /** Quarters up to which a strip has bars, empty ones too. */
  room(): number;
  theme(): Theme;
}

export interface Drawing {
  /** All that is drawn. */
  readonly frame: HTMLElement;
  /** What scrolls, and has the keyboard. */
  readonly scroll: HTMLElement;
  /** What scrolls with the music: what stands at its notes goes in here. */
  readonly ground: HTMLElement;
  readonly arcs: ArcLayer;
  tint: Tint;
  /** There is a line of words below the music. */
  below: boolean;
  /** Return where on that line a quarter stands; undefined while it is not drawn. */
  wordPlace(quarter: number): Placed | undefined;
  /** Call whenever it stands at another place or another scale. */
  onArrange(call: () => unknown): void;
  /** Bring it in line with the layout. */
  arrange(): void;
  /** Draw what is in sight. */
  look(): void;
  notesChanged(): void;
  redraw(): void;
  follow(playhead: Quarters): void;
  reveal(note: Note): void;
  nameOf(id: string): string | undefined;
  arcUnder(event: PointerEvent | MouseEvent): string;
  under(
    event: PointerEvent | MouseEvent,
  ): { head: Head | undefined; quarter: Quarters } | undefined;
}
