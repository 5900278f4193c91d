/**
 * The whole piece as the player's slider: a click goes there, a drag repeats a passage, the arrow keys up and down go
 * by beats; those to the sides go from button to button of the row, as in every toolbar.
 */

import { barAt, placeName } from "../core/bars";
import type { PageClock } from "../core/clock";
import { element, fitCanvas } from "../core/dom";
import type { Life } from "../core/life";
import type { NoteStore } from "../core/notes";
import type { Theme } from "../core/theme";
import { quarters, type Quarters } from "../core/units";
import { drawOverview } from "../marks/overview";

const HEIGHT = 32;
// A pointer that has moved less than this has clicked.
const DRAG = 6;

export interface OverviewPlan {
  readonly life: Life;
  readonly clock: PageClock;
  readonly notes: NoteStore;
  theme(): Theme;
  onTheme(call: () => unknown): void;
}

/** Return the place of the playhead in words; behind the last beat it is still the last. */
export function lastPlace(notes: NoteStore, clock: PageClock): string {
  const end = Math.max(clock.end - 1e-3, 0);
  return placeName(notes.bars, Math.min(clock.playhead, end));
}

export function overview({ life, clock, notes, theme, onTheme }: OverviewPlan): HTMLElement {
  const canvas = element("canvas", {
    class: "mnb-overview",
    tabindex: 0,
    role: "slider",
    "aria-label": "Position",
    "aria-valuemin": 0,
    title: "Click, or arrow keys up and down, to go there; drag over a passage to repeat it",
  });
  const mark = element("div", { class: "mnb-overview-mark", "aria-hidden": "true" });
  const frame = element("div", { class: "mnb-overview-frame" }, canvas, mark);
  let width = 0;
  const end = () => Math.max(clock.end, clock.band.facts.writing, 1);
  const draw = life.frame(() => {
    const context = width ? fitCanvas(canvas, width, HEIGHT) : null;
    if (!context) return;
    const shown = { table: notes.table, width, height: HEIGHT, end: end(), loop: clock.loop };
    drawOverview(context, shown, theme());
    canvas.setAttribute("aria-valuemax", String(end()));
    follow();
  });
  let told = "";
  const follow = () => {
    const x = Math.min(Math.max((clock.playhead / end()) * width - 1, 0), width - 2);
    mark.style.transform = `translateX(${x}px)`;
    const words = lastPlace(notes, clock);
    if (words === told) return;
    told = words;
    canvas.setAttribute("aria-valuenow", clock.playhead.toFixed(2));
    canvas.setAttribute("aria-valuetext", words);
  };
  life.size(frame, (room) => {
    width = Math.floor(room);
    draw();
  });
  notes.onChange(life, draw);
  clock.follow(life, follow);
  clock.on(["loop", "end"], life, draw);
  clock.band.on("writing", life, draw);
  onTheme(draw);
  points(life, clock, notes, canvas, end);
  life.on(canvas, "keydown", (event) => {
    const bar = barAt(notes.bars, clock.playhead);
    const beat = bar?.[5] ?? 1;
    const whole = bar ? bar[1] - bar[0] : 4;
    const by: Record<string, number> = {
      ArrowDown: -beat,
      ArrowUp: beat,
      PageUp: -whole,
      PageDown: whole,
      Home: -Infinity,
      End: Infinity,
    };
    const step = by[event.key];
    if (event.key === "Escape" && clock.loop) clock.setLoop(null);
    else if (step === undefined) return;
    else clock.seek(quarters(clock.playhead + step));
    event.preventDefault();
    event.stopPropagation();
  });
  return frame;
}

/** A click and a drag. */
function points(
  life: Life,
  clock: PageClock,
  notes: NoteStore,
  canvas: HTMLCanvasElement,
  end: () => number,
): void {
  let from: number | undefined;
  const at = (event: PointerEvent): number => {
    const box = canvas.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / (box.width || 1), 0), 1) * end();
  };
  let begun = 0;
  life.on(canvas, "pointerdown", (event) => {
    from = at(event);
    begun = event.clientX;
    canvas.setPointerCapture?.(event.pointerId);
  });
  const passage = (to: number): readonly [Quarters, Quarters] => {
    const [low, high] = [Math.min(from ?? 0, to), Math.max(from ?? 0, to)];
    return [
      barAt(notes.bars, low)?.[0] ?? quarters(low),
      barAt(notes.bars, Math.max(high - 1e-3, 0))?.[1] ?? quarters(high),
    ];
  };
  life.on(canvas, "pointermove", (event) => {
    if (from !== undefined && Math.abs(event.clientX - begun) >= DRAG)
      clock.setLoop(passage(at(event)));
  });
  life.on(canvas, "pointerup", (event) => {
    if (from === undefined) return;
    const dragged = Math.abs(event.clientX - begun) >= DRAG;
    if (!dragged) {
      const place = at(event);
      if (clock.loop && (place < clock.loop[0] || place > clock.loop[1])) clock.setLoop(null);
      clock.seek(quarters(place));
    } else if (clock.loop) clock.seek(clock.loop[0]);
    from = undefined;
  });
}
