/** Score in one line: its pages side by side, scaled to fill the width; it gives the other views their time axis. */

import { Axis, type AxisPoint } from "../core/band";
import { element } from "../core/dom";
import type { Note } from "../core/table";
import { quarters, type Quarters } from "../core/units";
import type { SheetPlate } from "../core/wire/sheet";
import { drawSheet, markGenerated, shape } from "../marks/sheet";
import { fallbackRoll } from "../marks/sheet-fallback";
import { tintOf, underMarks, type Tint } from "../marks/sheet-overlay";
import { HALF_HEAD, Places, soundingAt, SPACE, type Head } from "../marks/sheet-places";
import { motifMark } from "../marks/sheet-motif";
import { ArcLayer } from "./arc-layer";
import { LINE_LETTERS, LINE_UNITS, letterSize, type Placed } from "./chord-words";
import type { Drawing, PageSource } from "./drawing";

/** Pixels of a staff: it fills the width between the first two; where it would be smaller it is scrolled. */
export const SMALLEST_STAFF = 20;
export const LARGEST_STAFF = 33;
const SCROLLED_STAFF = 22;
const PROJECTED_STAFF = 72;
const TALL_STAFF = 40;
// Pixels of height from which on staves may be as large.
const TALL = 420;
const STAFF = 4 * SPACE;

/** Return what a page draws of each note, tied continuations too. */
function elementsOf(drawing: SVGElement | undefined): Map<string, Element[]> {
  const found = new Map<string, Element[]>();
  for (const note of drawing?.querySelectorAll("[data-id]") ?? []) {
    const id = (note.getAttribute("data-id") ?? "").replace(/-\d+$/, "");
    const same = found.get(id);
    if (same) same.push(note);
    else found.set(id, [note]);
  }
  return found;
}

interface Sheet {
  readonly plate: SheetPlate;
  readonly places: Places;
  readonly box: HTMLElement;
  readonly under: SVGElement;
  readonly drawing: SVGElement | undefined;
  /** What is drawn of each note, by its id. */
  readonly elements: ReadonlyMap<string, readonly Element[]>;
  /** Pixels from the left edge of the piece. */
  left: number;
}

/** Return the scale, in pixels a unit, of a line `units` wide in `room` pixels. */
export function scaleOf(units: number, room: number, zoom = 1, largest = LARGEST_STAFF): number {
  const filling = (room * STAFF) / Math.max(units, 1);
  const staff = filling < SMALLEST_STAFF ? SCROLLED_STAFF : Math.min(filling, largest);
  return (staff * zoom) / STAFF;
}

export class Strip implements Drawing {
  readonly scroll = element("div", {
    class: "mnb-scroll mnb-strip-scroll",
    tabindex: 0,
    role: "application",
    "aria-label": "Score. Arrow keys move from note to note, between voices and up to the bar numbers, Enter asks.",
  });
  readonly frame: HTMLElement;
  readonly arcs: ArcLayer;
  tint: Tint = tintOf([]);
  readonly #source: PageSource;
  /** What is scrolled: pages, marks and the playhead. */
  readonly row = element("div", { class: "mnb-strip-row" });
  readonly ground = this.row;
  readonly #playhead = element("div", { class: "mnb-strip-playhead", "aria-hidden": "true" });
  #sheets: Sheet[] = [];
  #now: Element[] = [];
  #scale = 0;
  #high = 0;
  #below = false;
  #changed: (() => unknown)[] = [];

  constructor(source: PageSource) {
    this.#source = source;
    this.arcs = new ArcLayer(source.clock);
    this.row.append(this.#playhead, this.arcs.drawing);
    this.scroll.append(this.row);
    this.frame = element("div", { class: "mnb-strip" }, this.scroll);
  }

  /** Call whenever it stands at another place or another scale. */
  onArrange(call: () => unknown): void {
    this.#changed.push(call);
  }

  /** Pixels from the top of the row to the top and the bottom line of each staff. */
  get staves(): readonly (readonly [number, number])[] {
    const line = this.#sheets[0]?.plate.lines[0];
    return (line?.staves ?? []).map(([top, bottom]) => [top * this.#scale, bottom * this.#scale]);
  }

  get below(): boolean {
    return this.#below;
  }
  set below(now: boolean) {
    if (now === this.#below) return;
    this.#below = now;
    this.#place();
  }

  wordPlace(quarter: number): Placed | undefined {
    for (const { places, left } of [...this.#sheets].reverse()) {
      const place = quarter >= places.start - 1e-6 ? places.placeAt(quarter) : undefined;
      const x = place && left + (place.x - HALF_HEAD) * this.#scale;
      if (x !== undefined) return { x, y: this.#high, size: letterSize(this.#scale) };
    }
    return undefined;
  }

  /** Quarters up to which there are bars, empty ones too. */
  get room(): number {
    return this.#source.room();
  }

  arrange(): void {
    const { plates } = this.#source;
    const count = plates.plan.pages.length;
    plates.want(Array.from({ length: count }, (_, page) => page));
    const there = Array.from({ length: count }, (_, page) => plates.plate(page));
    const drawn = there.filter((plate) => plate !== undefined);
    if (!drawn.length && count) return;
    this.#sheets = drawn.map((plate) => this.#sheetOf(plate));
    for (const box of this.row.querySelectorAll(".mnb-page"))
      if (!this.#sheets.some((sheet) => sheet.box === box)) box.remove();
    for (const { box } of this.#sheets) if (box.parentElement !== this.row) this.row.prepend(box);
    this.#place();
  }

  /** Scale and place what is drawn. */
  #place(): void {
    const room = this.scroll.clientWidth;
    const units = this.#sheets.reduce((sum, { plate }) => sum + plate.width, 0);
    if (!room || !units) return;
    const high = Math.max(...this.#sheets.map(({ plate }) => plate.height));
    const { scoreHeight, large } = this.#source.clock.band.facts;
    const fits = (scoreHeight * STAFF) / (high + (this.#below ? LINE_UNITS : 0));
    const tall = scoreHeight > TALL ? TALL_STAFF : LARGEST_STAFF;
    const most = large ? PROJECTED_STAFF : tall;
    const largest = Math.max(Math.min(fits, most), SMALLEST_STAFF);
    this.#scale = scaleOf(units, room, this.#source.zoom(), largest);
    let left = 0;
    for (const sheet of this.#sheets) {
      sheet.left = left;
      const [width, height] = [sheet.plate.width * this.#scale, sheet.plate.height * this.#scale];
      sheet.box.style.left = `${left}px`;
      sheet.box.style.width = `${width}px`;
      sheet.box.style.height = `${height}px`;
      left += width;
    }
    this.row.style.width = `${Math.max(left, 1)}px`;
    this.#high = high * this.#scale;
    const line = this.#below ? LINE_LETTERS * letterSize(this.#scale) : 0;
    this.row.style.height = `${this.#high + line}px`;
    this.redraw();
    this.tellAxis();
    for (const call of this.#changed) call();
  }

  #sheetOf(plate: SheetPlate): Sheet {
    const known = this.#sheets.find((sheet) => sheet.plate.page === plate.page);
    if (known?.plate.key === plate.key && known.plate.edition === plate.edition) return known;
    const drawing =
      known?.plate.key === plate.key ? known.drawing : plate.svg ? drawSheet(plate.svg) : undefined;
    const size = { viewBox: `0 0 ${plate.width || 100} ${plate.height || 30}` };
    const under = shape("svg", { class: "mnb-under", ...size });
    const box = element("div", { class: "mnb-page", "data-page": plate.page }, under);
    if (drawing) box.append(drawing);
    else box.append(...this.#unavailable(plate));
    const places = new Places(plate, this.#source.notes.table);
    const elements = elementsOf(drawing);
    const sheet = { plate, places, box, under, drawing, elements, left: 0 };
    this.#mark(sheet);
    return sheet;
  }

  #unavailable(plate: SheetPlate): Element[] {
    const { table, end } = this.#source.notes;
    return [
      fallbackRoll(table, 0, end),
      element("div", { class: "mnb-unavailable" }, plate.error),
    ];
  }

  #mark({ drawing }: Sheet): void {
    const { table } = this.#source.notes;
    if (drawing)
      markGenerated(drawing, (id) => {
        const row = table.row(id);
        return row >= 0 && table.generated(row);
      });
  }

  // The axis

  #points(): { points: AxisPoint[]; lines: AxisPoint[] } {
    const points: AxisPoint[] = [];
    const lines: AxisPoint[] = [];
    for (const { plate, places, left } of this.#sheets) {
      const [line] = plate.lines;
      if (!line) continue;
      const edges = new Set(line.edges);
      for (const { quarter, x } of places.anchors(0)) {
        const from = left + (edges.has(x) ? x : x - HALF_HEAD) * this.#scale;
        const last = points.at(-1);
        if (!last || (quarter > last.quarter + 1e-6 && from > last.x))
          points.push({ quarter, x: from });
      }
      line.times.forEach((quarter, at) =>
        lines.push({ quarter, x: left + (line.edges[at] ?? 0) * this.#scale }),
      );
    }
    return { points, lines };
  }

  /** Tell the other views where the quarters stand. */
  tellAxis(): void {
    const { points, lines } = this.#points();
    const { band } = this.#source.clock;
    const { scrollLeft, clientWidth } = this.scroll;
    if (points.length < 2) return;
    const end = this.#source.notes.table.lastEnd();
    this.frame.classList.toggle("mnb-growing", this.room > end + 1e-6);
    band.tell({ axis: new Axis(points, lines, scrollLeft, clientWidth) });
    this.follow(this.#source.clock.playhead);
  }

  look(): void {
    this.tellAxis();
    this.drawArcs();
  }

  drawArcs(): void {
    const standing = this.#sheets.map(({ places, left }) => ({
      ...{ places, left },
      top: 0,
      scale: this.#scale,
    }));
    this.arcs.draw(this.arcs.arcs.length ? standing : [], this.#source.theme());
  }

  notesChanged(): void {
    const { table, streaming } = this.#source.notes;
    // What is drawn so far stays as it is: notes that come are not on it yet.
    if (streaming) return;
    this.#sheets = this.#sheets.map((sheet) => ({
      ...sheet,
      places: new Places(sheet.plate, table),
    }));
    for (const sheet of this.#sheets) this.#mark(sheet);
    this.redraw();
  }

  redraw(): void {
    const { clock, notes, theme } = this.#source;
    const { selection, hover } = clock;
    const shown = { selection, hover, tint: this.tint, dark: theme().dark, plain: true };
    for (const { places, under } of this.#sheets)
      under.replaceChildren(
        ...motifMark(places, notes.table),
        ...underMarks(places, shown, notes.table),
      );
    this.drawArcs();
  }

  // Time

  follow(playhead: Quarters): void {
    const { clock } = this.#source;
    const { axis } = clock.band.facts;
    if (axis) {
      const x = axis.at(playhead) + axis.scroll;
      this.#playhead.style.transform = `translateX(${x - 1}px)`;
      if (clock.playing) this.#keepInSight(x);
    }
    const { table } = this.#source.notes;
    const rows = clock.playing ? soundingAt(table, playhead) : [];
    const ids = rows.map((row) => table.id(row));
    const now = this.#sheets.flatMap(({ elements }) => ids.flatMap((id) => elements.get(id) ?? []));
    const same = now.length === this.#now.length && now.every((note, at) => note === this.#now[at]);
    if (same) return;
    for (const note of this.#now) note.classList.remove("mnb-now");
    this.#now = now;
    for (const note of now) note.classList.add("mnb-now");
  }

  #keepInSight(x: number): void {
    const { scrollLeft, clientWidth, scrollWidth } = this.scroll;
    if (scrollWidth <= clientWidth + 1) return;
    if (x < scrollLeft || x > scrollLeft + 0.85 * clientWidth)
      this.scroll.scrollLeft = x - 0.15 * clientWidth;
  }

  reveal(note: Note): void {
    const { axis } = this.#source.clock.band.facts;
    if (!axis) return;
    const x = axis.at(note.onset);
    if (x < 0 || x > axis.width - 40) this.scroll.scrollLeft = x + axis.scroll - 0.4 * axis.width;
  }

  nameOf(id: string): string | undefined {
    return this.#sheets
      .flatMap(({ places }) => [...places.headsOf(id)])
      .find(({ name }) => name)?.name;
  }

  /** Return where the head of a note stands in the row: its middle, and the top. */
  placeOf(id: string): { x: number; y: number } | undefined {
    for (const { places, left } of this.#sheets) {
      const head = places.firstHead(id) ?? places.headsOf(id)[0];
      if (head)
        return { x: left + (head.x + head.width / 2) * this.#scale, y: head.y * this.#scale };
    }
    return undefined;
  }

  arcUnder(event: PointerEvent | MouseEvent): string {
    const frame = this.row.getBoundingClientRect();
    return this.arcs.wordsAt(event.clientX - frame.left, event.clientY - frame.top);
  }

  under(
    event: PointerEvent | MouseEvent,
  ): { head: Head | undefined; quarter: Quarters } | undefined {
    const frame = this.row.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const sheet = this.#sheets.findLast(({ left }) => left <= x);
    const { axis } = this.#source.clock.band.facts;
    if (!sheet || !axis || !this.#scale) return undefined;
    const head = sheet.places.headAt((x - sheet.left) / this.#scale, y / this.#scale);
    const end = this.#source.clock.end;
    const quarter = Math.min(Math.max(axis.quarterAt(x - axis.scroll), 0), end);
    return { head, quarter: quarters(quarter) };
  }
}
