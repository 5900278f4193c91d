/** Virtualised page list of the sheet: which pages are drawn, what is marked on them, where the playhead is. */

import { barAt } from "../core/bars";
import { element } from "../core/dom";
import { drawSheet, markGenerated, shape } from "../marks/sheet";
import { fallbackRoll } from "../marks/sheet-fallback";
import { movePlayhead, playheadMark, tintOf, underMarks, type Tint } from "../marks/sheet-overlay";
import { HALF_HEAD, pageOfBar, Places, soundingAt, type Head, type Place } from "../marks/sheet-places";
import type { Standing } from "../marks/sheet-arcs";
import { ArcLayer } from "./arc-layer";
import { letterSize, type Placed } from "./chord-words";
import type { Drawing, PageSource } from "./drawing";
import type { Note } from "../core/table";
import type { Quarters } from "../core/units";
import type { SheetPlate } from "../core/wire/sheet";

const MOUNTED_PAGES = 10;

/** One page on the screen. */
interface Mounted {
  readonly plate: SheetPlate;
  readonly places: Places;
  readonly under: SVGElement;
  readonly playhead: SVGElement;
  readonly drawing: SVGElement | undefined;
}

export class Pages implements Drawing {
  readonly scroll = element("div", { class: "mnb-scroll", tabindex: 0, role: "application" });
  readonly frame = this.scroll;
  readonly ground = this.scroll;
  below = false;
  readonly #source: PageSource;
  readonly #mounted = new Map<number, Mounted>();
  readonly arcs: ArcLayer;
  #places = new WeakMap<SheetPlate, Places>();
  #boxes: HTMLElement[] = [];
  #now: Element[] = [];
  #at = -1;
  #changed: (() => unknown)[] = [];
  tint: Tint = tintOf([]);

  constructor(source: PageSource) {
    this.#source = source;
    this.arcs = new ArcLayer(source.clock);
    this.scroll.append(this.arcs.drawing);
    this.scroll.setAttribute(
      "aria-label",
      "Score. Arrow keys move from note to note and between voices, Enter plays.",
    );
  }

  /** Bring the pages in line with the layout, and draw those that are looked at. */
  arrange(): void {
    const { plan } = this.#source.plates;
    while (this.#boxes.length > plan.pages.length) {
      this.#unmount(this.#boxes.length - 1);
      this.#boxes.pop()?.remove();
    }
    while (this.#boxes.length < plan.pages.length) {
      const box = element("div", { class: "mnb-page", "data-page": this.#boxes.length });
      this.#boxes.push(box);
      this.scroll.append(box);
    }
    const room = this.scroll.clientWidth || plan.width;
    const zoom = this.#source.zoom();
    const width = zoom <= 1 ? Math.min(room, plan.width * zoom) : plan.width * zoom;
    let usual = 0.35;
    this.#boxes.forEach((box, page) => {
      const plate = this.#source.plates.plate(page);
      if (plate?.width) usual = plate.height / plate.width;
      box.style.width = `${width}px`;
      box.style.height = `${Math.round(width * (plate?.width ? plate.height / plate.width : usual))}px`;
    });
    this.look();
    for (const call of this.#changed) call();
  }

  onArrange(call: () => unknown): void {
    this.#changed.push(call);
  }

  wordPlace(quarter: number): Placed | undefined {
    for (const { places, left, top, scale } of this.#standing().reverse()) {
      const place = quarter >= places.start - 1e-6 ? places.placeAt(quarter) : undefined;
      if (!place) continue;
      const y = top + places.wordsBelow(place.line) * scale;
      return { x: left + (place.x - HALF_HEAD) * scale, y, size: letterSize(scale) };
    }
    return undefined;
  }

  /** Draw and ask for the pages that are in sight or about to be, forget those far away. */
  look(): void {
    const { scrollTop, clientHeight } = this.scroll;
    const [from, to] = [scrollTop - 0.5 * clientHeight, scrollTop + 1.5 * clientHeight];
    const near = this.#boxes
      .map((box, page) => ({ page, top: box.offsetTop, bottom: box.offsetTop + box.offsetHeight }))
      .filter(({ top, bottom }) => bottom >= from && top <= to)
      .map(({ page }) => page)
      .slice(0, MOUNTED_PAGES);
    for (const page of this.#mounted.keys()) if (!near.includes(page)) this.#unmount(page);
    for (const page of near) this.#mount(page);
    this.#source.plates.want([...new Set([...near, ...this.#pagesOfArcs()])]);
    this.drawArcs();
  }

  /** Draw the arcs anew; their pages are asked for even when they are out of sight. */
  drawArcs(): void {
    this.arcs.draw(this.arcs.arcs.length ? this.#standing() : [], this.#source.theme());
  }

  #standing(): Standing[] {
    return this.#boxes.flatMap((box, page) => {
      const plate = this.#source.plates.plate(page);
      if (!plate?.width) return [];
      const scale = box.offsetWidth / plate.width;
      return [{ places: this.#placesOf(plate), left: box.offsetLeft, top: box.offsetTop, scale }];
    });
  }

  #placesOf(plate: SheetPlate): Places {
    const known = this.#places.get(plate) ?? new Places(plate, this.#source.notes.table);
    this.#places.set(plate, known);
    return known;
  }

  #pagesOfArcs(): number[] {
    const { table } = this.#source.notes;
    const rows = this.arcs.arcs
      .flatMap(({ from, to }) => [table.row(from), table.row(to)])
      .filter((row) => row >= 0);
    return rows.map((row) => this.#pageAt(table.onset[row]!)).filter((page) => page !== undefined);
  }

  #pageAt(quarter: number): number | undefined {
    const { bars } = this.#source.notes;
    const bar = barAt(bars, quarter);
    const page = bar && pageOfBar(this.#source.plates.plan, bars.indexOf(bar));
    return page !== undefined && this.#boxes[page] ? page : undefined;
  }

  #unmount(page: number): void {
    this.#mounted.delete(page);
    this.#boxes[page]?.replaceChildren();
  }

  #mount(page: number): void {
    const box = this.#boxes[page]!;
    const plate = this.#source.plates.plate(page);
    const known = this.#mounted.get(page);
    if (!plate) {
      if (!box.childElementCount)
        box.append(element("div", { class: "mnb-waiting" }, this.#waitingWords(page)));
      return;
    }
    if (known?.plate.key === plate.key && known.plate.edition === plate.edition) return;
    const size = { viewBox: `0 0 ${plate.width || 100} ${plate.height || 30}` };
    const [under, moving] = [
      shape("svg", { class: "mnb-under", ...size }),
      shape("svg", { class: "mnb-moving", ...size }),
    ];
    const same = known?.plate.key === plate.key ? known.drawing : undefined;
    const drawing = plate.svg ? (same ?? drawSheet(plate.svg)) : undefined;
    const playhead = playheadMark();
    moving.append(playhead);
    // Behind the ink: at the first note it stands where the tempo is written.
    box.replaceChildren(
      under,
      ...(drawing ? [moving, drawing] : [...this.#unavailable(plate), moving]),
    );
    const places = this.#placesOf(plate);
    this.#mounted.set(page, { plate, places, under, playhead, drawing });
    this.#markModel(page);
    this.#redrawPage(page);
    this.follow(this.#source.clock.playhead);
  }

  #waitingWords(page: number): string {
    const [first, stop] = this.#source.plates.plan.pages[page] ?? [0, 1, []];
    const numbers = this.#source.notes.bars.slice(first, stop).map((bar) => bar[2]);
    return numbers.length ? `bars ${numbers[0]}–${numbers.at(-1)}` : "";
  }

  #unavailable(plate: SheetPlate): Element[] {
    const [first, stop] = this.#source.plates.plan.pages[plate.page] ?? [0, 0, []];
    const bars = this.#source.notes.bars.slice(first, stop);
    const roll = fallbackRoll(
      this.#source.notes.table,
      bars[0]?.[0] ?? 0,
      bars.at(-1)?.[1] ?? this.#source.notes.end,
    );
    return [roll, element("div", { class: "mnb-unavailable" }, plate.error)];
  }

  /** The notes have changed: their origins and onsets are read again. */
  notesChanged(): void {
    this.#places = new WeakMap();
    for (const [page, mounted] of this.#mounted) {
      this.#mounted.set(page, { ...mounted, places: this.#placesOf(mounted.plate) });
      this.#markModel(page);
    }
    this.redraw();
  }

  #markModel(page: number): void {
    const { drawing } = this.#mounted.get(page)!;
    const { table } = this.#source.notes;
    if (!drawing) return;
    markGenerated(drawing, (id) => {
      const row = table.row(id);
      return row >= 0 && table.generated(row);
    });
  }

  /** Draw selection, hover and tints anew. */
  redraw(): void {
    for (const page of this.#mounted.keys()) this.#redrawPage(page);
    this.drawArcs();
  }

  #redrawPage(page: number): void {
    const { under, places } = this.#mounted.get(page)!;
    const { selection, hover } = this.#source.clock;
    const shown = { selection, hover, tint: this.tint, dark: this.#source.theme().dark };
    under.replaceChildren(...underMarks(places, shown, this.#source.notes.table));
  }

  /** Move the playhead and mark what sounds. */
  follow(playhead: Quarters): void {
    const { clock } = this.#source;
    let shown = false;
    for (const [page, { places, playhead: mark, plate }] of this.#mounted) {
      const place: Place | undefined = shown ? undefined : places.placeAt(playhead);
      movePlayhead(mark, place);
      shown ||= place !== undefined;
      if (place && clock.playing)
        this.#keepInSight(page, plate, place.top, place.bottom, this.#source.theme().still);
    }
    for (const note of this.#now) note.classList.remove("mnb-now");
    this.#now = clock.playing ? this.#soundingNotes(playhead) : [];
    for (const note of this.#now) note.classList.add("mnb-now");
    if (clock.playing && !shown) this.#turnTo(playhead);
  }

  #soundingNotes(playhead: Quarters): Element[] {
    const { table } = this.#source.notes;
    const ids = soundingAt(table, playhead).map((row) => table.id(row));
    return ids.flatMap((id) => this.#elementsOf(id));
  }

  #elementsOf(id: string): Element[] {
    const found: Element[] = [];
    for (const { drawing } of this.#mounted.values()) {
      found.push(...(drawing?.querySelectorAll(`[data-id="${id}"], [data-id^="${id}-"]`) ?? []));
    }
    return found;
  }

  #keepInSight(page: number, plate: SheetPlate, top: number, bottom: number, still: boolean): void {
    const key = page * 1000 + Math.round(top / 10);
    if (key === this.#at) return;
    this.#at = key;
    const box = this.#boxes[page]!;
    const scale = box.offsetHeight / (plate.height || 1);
    const [above, below] = [box.offsetTop + top * scale, box.offsetTop + bottom * scale];
    const { scrollTop, clientHeight } = this.scroll;
    if (above >= scrollTop && below <= scrollTop + clientHeight) return;
    this.scroll.scrollTo({ top: above - 16, behavior: still ? "auto" : "smooth" });
  }

  /** Scroll to the page of a quarter that is not on the screen. */
  #turnTo(quarter: Quarters): void {
    const page = this.#pageAt(quarter);
    if (page === undefined || this.#mounted.has(page)) return;
    this.scroll.scrollTop = this.#boxes[page]!.offsetTop;
    this.look();
  }

  /** Bring a note into sight. */
  reveal(note: Note): void {
    this.#turnTo(note.onset);
    for (const [page, { places, plate }] of this.#mounted) {
      const head = places.headsOf(note.id)[0];
      if (!head) continue;
      this.#at = -1;
      this.#keepInSight(page, plate, head.y - 700, head.y + 700, true);
    }
  }

  /** Return the name that a note has on the sheet. */
  nameOf(id: string): string | undefined {
    for (const plate of this.#source.plates.plates) {
      const head = plate.heads.find(([written, , , , , , name]) => written === id && name);
      if (head) return head[6];
    }
    return undefined;
  }

  /** Return what the arc under the pointer says, or "". */
  arcUnder(event: PointerEvent | MouseEvent): string {
    const frame = this.scroll.getBoundingClientRect();
    const { scrollLeft, scrollTop, clientLeft, clientTop } = this.scroll;
    return this.arcs.wordsAt(
      event.clientX - frame.left - clientLeft + scrollLeft,
      event.clientY - frame.top - clientTop + scrollTop,
    );
  }

  /** Return what lies under the pointer. */
  under(
    event: PointerEvent | MouseEvent,
  ): { head: Head | undefined; quarter: Quarters } | undefined {
    const box = (event.target as Element).closest<HTMLElement>(".mnb-page");
    const mounted = this.#mounted.get(Number(box?.dataset.page ?? -1));
    if (!box || !mounted?.drawing) return undefined;
    const frame = box.getBoundingClientRect();
    const scale = mounted.plate.width / (frame.width || 1);
    const [x, y] = [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
    return { head: mounted.places.headAt(x, y), quarter: mounted.places.quarterAt(x, y) };
  }
}
