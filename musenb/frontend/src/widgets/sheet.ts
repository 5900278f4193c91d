/** The engraved score: pages on demand, a playhead on the staff, notes to select, hear and walk through. */

import { barAt } from "../bars";
import { clockOf } from "../clock";
import { button, element } from "../dom";
import { drawSheet, shape } from "../marks/sheet";
import { fallbackRoll } from "../marks/sheet_fallback";
import { legendGradient, movePlayhead, playheadMark, tintOf, underMarks, type Tint } from "../marks/sheet_overlay";
import { nearestIn, pageOfBar, Places, soundingAt, stepFrom, type Head, type Place, type Step } from "../marks/sheet_places";
import { noteWords } from "../marks/sheet_words";
import { mount, type Model, type View } from "../mount";
import { NoteStore } from "../notes";
import { PlateStore } from "../plates";
import { Player } from "../player";
import css from "../sheet.css";
import { handOf, pageAudio, partsFrom, type Hand } from "../synth";
import type { Note } from "../table";
import type { Life } from "../life";
import { quarters, type Quarters } from "../units";
import type { FitSheet, SheetPlate, SheetState } from "../wire";

// One drawing may be this many pixels wider or narrower than there is room for.
const LOOSE = 24;
const FIT_MS = 300;
const MOUNTED_PAGES = 10;
const ZOOMS = [0.4, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3];

interface Store {
  readonly notes: NoteStore;
  readonly plates: PlateStore;
  readonly hand: Hand;
  player(): Player;
}

function makeStore(model: Model<SheetState>, life: Life, clockId: string): Store {
  const notes = new NoteStore(model, life, clockId);
  let player: Player | undefined;
  const source = {
    music: () => ({ table: notes.table, bars: notes.bars }),
    settings: () => ({ volume: 0.8, muted: [], soloed: [], metronome: false, countIn: 0, programs: [] }),
    parts: partsFrom(model, life),
  };
  return {
    notes,
    plates: new PlateStore(model, life),
    hand: handOf(model, life),
    player: () => (player ??= new Player(clockOf(clockId, life), pageAudio(), source, life)),
  };
}

type SheetView = View<SheetState, Store>;

/** One page on the screen. */
interface Mounted {
  readonly plate: SheetPlate;
  readonly places: Places;
  readonly under: SVGElement;
  readonly playhead: SVGElement;
  readonly drawing: SVGElement | undefined;
}

class Pages {
  readonly scroll = element("div", { class: "mnb-scroll", tabindex: 0, role: "application" });
  readonly #view: SheetView;
  readonly #mounted = new Map<number, Mounted>();
  #boxes: HTMLElement[] = [];
  #now: Element[] = [];
  #at = -1;
  tint: Tint = tintOf([]);

  constructor(view: SheetView) {
    this.#view = view;
    this.scroll.setAttribute("aria-label", "Score. Arrow keys move from note to note and between voices, Enter plays.");
  }

  get #store(): Store {
    return this.#view.store;
  }

  /** Bring the pages in line with the layout, and draw those that are looked at. */
  arrange(): void {
    const { plan } = this.#store.plates;
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
    const zoom = this.zoom;
    const width = zoom <= 1 ? Math.min(room, plan.width * zoom) : plan.width * zoom;
    let usual = 0.35;
    this.#boxes.forEach((box, page) => {
      const plate = this.#store.plates.plate(page);
      if (plate?.width) usual = plate.height / plate.width;
      box.style.width = `${width}px`;
      box.style.height = `${Math.round(width * (plate?.width ? plate.height / plate.width : usual))}px`;
    });
    this.look();
  }

  get zoom(): number {
    return this.#view.model.get("zoom") || 1;
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
    this.#store.plates.want(near);
  }

  #unmount(page: number): void {
    this.#mounted.delete(page);
    this.#boxes[page]?.replaceChildren();
  }

  #mount(page: number): void {
    const box = this.#boxes[page]!;
    const plate = this.#store.plates.plate(page);
    const known = this.#mounted.get(page);
    if (!plate) {
      if (!box.childElementCount) box.append(element("div", { class: "mnb-waiting" }, this.#waitingWords(page)));
      return;
    }
    if (known?.plate.key === plate.key && known.plate.edition === plate.edition) return;
    const size = { viewBox: `0 0 ${plate.width || 100} ${plate.height || 30}` };
    const [under, over] = [shape("svg", { class: "mnb-under", ...size }), shape("svg", { class: "mnb-over", ...size })];
    const same = known?.plate.key === plate.key ? known.drawing : undefined;
    const drawing = plate.svg ? (same ?? drawSheet(plate.svg)) : undefined;
    const playhead = playheadMark();
    over.append(playhead);
    box.replaceChildren(under, ...(drawing ? [drawing] : this.#unavailable(plate)), over);
    const places = new Places(plate, this.#store.notes.table);
    this.#mounted.set(page, { plate, places, under, playhead, drawing });
    this.#markModel(page);
    this.#redrawPage(page);
    this.follow(this.#view.clock.playhead);
  }

  #waitingWords(page: number): string {
    const [first, stop] = this.#store.plates.plan.pages[page] ?? [0, 1, []];
    const numbers = this.#store.notes.bars.slice(first, stop).map((bar) => bar[2]);
    return numbers.length ? `bars ${numbers[0]}–${numbers.at(-1)}` : "";
  }

  #unavailable(plate: SheetPlate): Element[] {
    const [first, stop] = this.#store.plates.plan.pages[plate.page] ?? [0, 0, []];
    const bars = this.#store.notes.bars.slice(first, stop);
    const roll = fallbackRoll(this.#store.notes.table, bars[0]?.[0] ?? 0, bars.at(-1)?.[1] ?? this.#store.notes.end);
    return [roll, element("div", { class: "mnb-unavailable" }, plate.error)];
  }

  /** The notes have changed: their origins and onsets are read again. */
  notesChanged(): void {
    for (const [page, mounted] of this.#mounted) {
      this.#mounted.set(page, { ...mounted, places: new Places(mounted.plate, this.#store.notes.table) });
      this.#markModel(page);
    }
    this.redraw();
  }

  #markModel(page: number): void {
    const { drawing } = this.#mounted.get(page)!;
    const { table } = this.#store.notes;
    for (const note of drawing?.querySelectorAll("[data-id]") ?? []) {
      const row = table.row((note.getAttribute("data-id") ?? "").replace(/-\d+$/, ""));
      note.classList.toggle("mnb-by-model", row >= 0 && table.generated(row));
    }
  }

  /** Draw selection, hover and tints anew. */
  redraw(): void {
    for (const page of this.#mounted.keys()) this.#redrawPage(page);
  }

  #redrawPage(page: number): void {
    const { under, places } = this.#mounted.get(page)!;
    const { selection, hover } = this.#view.clock;
    under.replaceChildren(...underMarks(places, { selection, hover, tint: this.tint }, this.#store.notes.table));
  }

  /** Move the playhead and mark what sounds. */
  follow(playhead: Quarters): void {
    const { clock, theme } = this.#view;
    let shown = false;
    for (const [page, { places, playhead: mark, plate }] of this.#mounted) {
      const place: Place | undefined = shown ? undefined : places.placeAt(playhead);
      movePlayhead(mark, place);
      shown ||= place !== undefined;
      if (place && clock.playing) this.#keepInSight(page, plate, place.top, place.bottom, theme.still);
    }
    for (const note of this.#now) note.classList.remove("mnb-now");
    this.#now = clock.playing ? this.#soundingNotes(playhead) : [];
    for (const note of this.#now) note.classList.add("mnb-now");
    if (clock.playing && !shown) this.#turnTo(playhead);
  }

  #soundingNotes(playhead: Quarters): Element[] {
    const { table } = this.#store.notes;
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
    const { bars } = this.#store.notes;
    const bar = barAt(bars, quarter);
    if (!bar) return;
    const page = pageOfBar(this.#store.plates.plan, bars.indexOf(bar));
    if (this.#mounted.has(page) || !this.#boxes[page]) return;
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
    for (const plate of this.#store.plates.plates) {
      const head = plate.heads.find(([written, , , , , , name]) => written === id && name);
      if (head) return head[6];
    }
    return undefined;
  }

  /** Return what lies under the pointer. */
  under(event: PointerEvent | MouseEvent): { head: Head | undefined; quarter: Quarters } | undefined {
    const box = (event.target as Element).closest<HTMLElement>(".mnb-page");
    const mounted = this.#mounted.get(Number(box?.dataset.page ?? -1));
    if (!box || !mounted?.drawing) return undefined;
    const frame = box.getBoundingClientRect();
    const scale = mounted.plate.width / (frame.width || 1);
    const [x, y] = [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
    return { head: mounted.places.headAt(x, y), quarter: mounted.places.quarterAt(x, y) };
  }
}

/** Pointer and keys on the pages. */
function handle(view: SheetView, pages: Pages, place: HTMLElement): void {
  const { life, clock, store, say, model } = view;
  const words = (note: Note) => {
    const value = pages.tint.values.get(note.id);
    const tint = value === undefined ? undefined : `${model.get("tint_name") || "value"} ${Number(value.toPrecision(3))}`;
    return noteWords(note, { voices: store.notes.piece.voices, bars: store.notes.bars, name: pages.nameOf(note.id), tint });
  };
  const sound = (note: Note) => {
    const seconds = clock.tempo.secondsAt(quarters(note.onset + note.duration)) - clock.tempo.secondsAt(note.onset);
    store.hand.tap(note.pitch, note.velocity || 80, Math.min(2, Math.max(0.2, seconds)));
  };
  const choose = (row: number, more = false) => {
    const note = store.notes.table.note(row);
    clock.select(more ? new Set([...clock.selection, note.id]) : [note.id]);
    if (!clock.playing) clock.seek(note.onset);
    pages.reveal(note);
    say(words(note));
    return note;
  };
  const chosen = () => Math.max(-1, ...[...clock.selection].map((id) => store.notes.table.row(id)));
  const current = () => (clock.selection.size ? chosen() : -1);

  life.on(pages.scroll, "click", (event) => {
    const found = pages.under(event);
    if (!found) return;
    const row = found.head ? store.notes.table.row(found.head.id) : -1;
    if (row >= 0) {
      const note = choose(row, event.shiftKey || event.ctrlKey || event.metaKey);
      if (!clock.playing) sound(note);
    } else {
      clock.select([]);
      clock.seek(found.quarter);
    }
  });
  life.on(pages.scroll, "pointermove", (event) => clock.setHover(pages.under(event)?.head?.id ?? null));
  life.on(pages.scroll, "pointerleave", () => clock.setHover(null));
  const show = () => {
    const id = clock.hover ?? [...clock.selection][0];
    const row = id === undefined ? -1 : store.notes.table.row(id);
    place.textContent = row >= 0 ? words(store.notes.table.note(row)) : "";
  };
  clock.on(["selection", "hover"], life, show);

  const steps: Record<string, Step> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
  const bring = (event: KeyboardEvent): boolean => {
    const { table } = store.notes;
    const step = steps[event.key];
    if (event.altKey || event.metaKey) return false;
    if (step) {
      const at = current();
      const row = at < 0 && table.length ? nearestIn(table, table.voice[0]!, clock.playhead) : stepFrom(table, at, step);
      if (row >= 0) choose(row, event.shiftKey);
      else say("No note there");
    } else if (event.key === "Home" || event.key === "End") {
      const voice = current() < 0 ? (table.voice[0] ?? 0) : table.voice[current()]!;
      const row = nearestIn(table, voice, event.key === "Home" ? -1 : Infinity);
      if (row >= 0) choose(row);
    } else if (event.key === "Enter" && current() >= 0) sound(table.note(current()));
    else if (event.key === " ") play(view);
    else if (event.key === "+" || event.key === "=") zoomBy(view, 1);
    else if (event.key === "-") zoomBy(view, -1);
    else if (event.key === "Escape") {
      clock.select([]);
      pages.scroll.blur();
    } else return false;
    return true;
  };
  life.on(pages.scroll, "keydown", (event) => {
    if (!bring(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Play or stop: by the player that the clock has, or by one of the sheet's own. */
function play({ clock, store }: SheetView): void {
  if (clock.driver) {
    pageAudio().resume();
    clock.toggle();
  } else store.player().toggle();
}

function zoomBy({ model, say }: SheetView, way: 1 | -1): void {
  const now = model.get("zoom") || 1;
  const next = way > 0 ? ZOOMS.find((zoom) => zoom > now + 0.01) : [...ZOOMS].reverse().find((zoom) => zoom < now - 0.01);
  if (!next) return;
  model.set({ zoom: next });
  say(`Zoom ${Math.round(next * 100)} per cent`);
}

function toolbar(view: SheetView): { bar: HTMLElement; place: HTMLElement } {
  const { life, model, clock } = view;
  const start = button("▶", "Play", { "aria-keyshortcuts": "Space" });
  const [smaller, larger] = [button("−", "Smaller"), button("+", "Larger")];
  const colours = button("●●", "Voices in colours");
  const closed = button("𝄔", "Two staves");
  const move = element("select", { "aria-label": "Transpose, semitones", title: "Transpose as shown, semitones" });
  for (let by = 12; by >= -12; by--) {
    move.append(element("option", { value: by }, by > 0 ? `+${by}` : by < 0 ? `−${-by}` : "as written"));
  }
  // No live region: what is chosen is said by `say`, what is hovered is not.
  const place = element("span", { class: "mnb-place" });
  life.on(start, "click", () => play(view));
  life.on(smaller, "click", () => zoomBy(view, -1));
  life.on(larger, "click", () => zoomBy(view, 1));
  life.on(colours, "click", () => model.set({ colours: !model.get("colours") }));
  life.on(closed, "click", () => model.set({ staves: model.get("staves") === "two" ? "each" : "two" }));
  life.on(move, "change", () => model.set({ transpose: Number(move.value) }));
  const show = () => {
    start.firstChild!.textContent = clock.playing ? "⏸" : "▶";
    for (const attribute of ["aria-label", "title"]) start.setAttribute(attribute, clock.playing ? "Pause" : "Play");
    colours.setAttribute("aria-pressed", String(model.get("colours") ?? false));
    closed.setAttribute("aria-pressed", String(model.get("staves") === "two"));
    closed.hidden = view.store.notes.piece.voices.length < 3;
    move.value = String(model.get("transpose") ?? 0);
  };
  for (const name of ["colours", "staves", "transpose", "piece"] as const) model.on(`change:${name}`, life, show);
  clock.on(["play", "pause"], life, show);
  show();
  const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Score" });
  bar.append(start, smaller, larger, colours, closed, move, place);
  return { bar, place };
}

/** What the colours, the dashed lines and the tints mean. */
function legend({ model, store, theme }: SheetView, tint: Tint): Element[] {
  const parts: Element[] = [];
  if (model.get("colours")) {
    store.notes.piece.voices.forEach((name, voice) => {
      const dot = element("span", { "aria-hidden": true }, "●");
      dot.style.color = theme.voices[voice % theme.voices.length] ?? "";
      parts.push(element("span", {}, dot, name));
    });
  }
  const { table } = store.notes;
  if (table.flags.some((_, row) => table.generated(row))) {
    parts.push(element("span", {}, element("i", { class: "mnb-dash" }), "generated"));
  }
  if (tint.values.size) {
    const scale = element("i");
    scale.style.background = legendGradient();
    const [low, high] = [tint.low, tint.high].map((value) => String(Number(value.toPrecision(3))));
    parts.push(element("span", {}, model.get("tint_name") || "value", low!, scale, high!));
  }
  return parts;
}

export default mount<SheetState, Store>({
  label: "Score",
  store: makeStore,
  view(view) {
    const { root, life, model, store, clock, onTheme } = view;
    const style = element("style");
    style.textContent = css;
    const pages = new Pages(view);
    const { bar, place } = toolbar(view);
    const key = element("div", { class: "mnb-legend" });
    const note = element("div", { class: "mnb-unavailable", hidden: true });
    root.append(style, bar, pages.scroll, key, note);
    handle(view, pages, place);

    const arrange = life.frame(() => {
      const { plan } = store.plates;
      note.textContent = plan.error;
      note.hidden = !plan.error;
      pages.arrange();
    });
    const paint = life.frame(() => {
      pages.tint = tintOf(model.get("tint") ?? []);
      pages.scroll.classList.toggle("mnb-colours", model.get("colours") ?? false);
      key.replaceChildren(...legend(view, pages.tint));
      pages.redraw();
    });
    store.plates.onChange(life, arrange);
    store.notes.onChange(life, life.frame(() => (pages.notesChanged(), paint())));
    for (const name of ["tint", "tint_name", "colours", "piece"] as const) model.on(`change:${name}`, life, paint);
    model.on("change:zoom", life, arrange);
    clock.on(["selection", "hover"], life, life.frame(() => pages.redraw()));
    clock.follow(life, (playhead) => pages.follow(playhead));
    life.on(pages.scroll, "scroll", life.frame(() => pages.look()));
    onTheme((theme) => {
      theme.voices.forEach((colour, voice) => root.style.setProperty(`--mnb-voice-${voice}`, colour));
      root.style.setProperty("--mnb-model", theme.dark ? "#56b4e9" : "#0072b2");
      paint();
    });

    let cancel: (() => void) | undefined;
    const fit = () => {
      arrange();
      cancel?.();
      cancel = life.after(FIT_MS, () => {
        const room = pages.scroll.clientWidth;
        const wanted = Math.round(room / pages.zoom / 10) * 10;
        if (!room || Math.abs(wanted - store.plates.plan.width) <= LOOSE) return;
        model.post<FitSheet>({ kind: "fit", width: wanted });
      });
    };
    life.size(root, fit);
    model.on("change:zoom", life, fit);
    arrange();
  },
});
