/** Engraved score view: pages on demand, a playhead on the staff, notes to select, hear and walk through. */

import { clockOf } from "../core/clock";
import { button, element } from "../core/dom";
import { shape } from "../marks/sheet";
import { tintOf } from "../marks/sheet-overlay";
import { nearestIn, stepFrom, type Step } from "../marks/sheet-places";
import { noteWords } from "../marks/sheet-words";
import { mount, type View } from "../core/mount";
import type { Model } from "../core/model";
import { NoteStore } from "../core/notes";
import { PlateStore } from "../sheet/plates";
import { Player } from "../sound/player";
import css from "../sheet/sheet.css";
import { noteBubble } from "../sheet/bubble";
import type { Drawing } from "../sheet/drawing";
import { emptyBars } from "../sheet/empty-bars";
import "../sheet/icons";
import { legend } from "../sheet/legend";
import { chordLine } from "../sheet/chord-line";
import { barNumbers, type BarNumbers } from "../sheet/numbers";
import { Pages } from "../sheet/pages";
import { Strip } from "../sheet/strip";
import { viewMenu } from "../sheet/view-menu";
import { voicesBeside } from "../sheet/voices";
import { fontFrom, handOf, pageAudio, partsFrom, PIANO, type Hand } from "../sound/synth";
import type { Note } from "../core/table";
import type { Life } from "../core/life";
import { quarters } from "../core/units";
import type { FitSheet, SheetState } from "../core/wire/sheet";

// One drawing may be this many pixels wider or narrower than there is room for.
const LOOSE = 24;
const FIT_MS = 300;
const ICONS = {
  play: "M3 1.5 12 7 3 12.5Z",
  pause: "M3 2h2.4v10H3ZM8.6 2H11v10H8.6Z",
  colours:
    "M.8 10a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0Z" +
    "M5 4a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0Z" +
    "M8.6 10a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0Z",
  staves: "M2 1.5V12.5M2 2H13M2 4.2H13M2 9.8H13M2 12H13",
} as const;
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
    settings: () => ({
      volume: 0.8,
      muted: [],
      soloed: [],
      metronome: false,
      countIn: 0,
      programs: [],
      font: PIANO,
    }),
    parts: partsFrom(model, life),
    font: fontFrom(model, life),
  };
  return {
    notes,
    plates: new PlateStore(model, life),
    hand: handOf(model, life),
    player: () => (player ??= new Player(clockOf(clockId, life), pageAudio(), source, life)),
  };
}

type SheetView = View<SheetState, Store>;

/** Pointer and keys on the pages. */
function handle(
  view: SheetView,
  pages: Drawing,
  place: HTMLElement,
  above: (quarter: number) => boolean,
): void {
  const { life, clock, store, say, model } = view;
  const words = (note: Note) => {
    const value = pages.tint.values.get(note.id);
    const tint =
      value === undefined
        ? undefined
        : `${model.get("tint_name") || "value"} ${Number(value.toPrecision(3))}`;
    const name = pages.nameOf(note.id) || store.notes.table.name(store.notes.table.row(note.id));
    return noteWords(note, {
      voices: store.notes.piece.voices,
      bars: store.notes.bars,
      name,
      tint,
    });
  };
  const sound = (note: Note) => {
    const seconds =
      clock.tempo.secondsAt(quarters(note.onset + note.duration)) -
      clock.tempo.secondsAt(note.onset);
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
  let arc = "";
  const show = () => {
    const id = clock.hover ?? [...clock.selection][0];
    const row = id === undefined ? -1 : store.notes.table.row(id);
    place.textContent = arc || (row >= 0 ? words(store.notes.table.note(row)) : "");
  };
  const point = (event?: PointerEvent) => {
    const head = event && pages.under(event)?.head;
    arc = event && !head ? pages.arcUnder(event) : "";
    clock.setHover(head?.id ?? null);
    show();
  };
  life.on(pages.scroll, "pointermove", point);
  life.on(pages.scroll, "pointerleave", () => point());
  clock.on(["selection", "hover"], life, show);

  const steps: Record<string, Step> = {
    ArrowLeft: "left",
    ArrowRight: "right",
    ArrowUp: "up",
    ArrowDown: "down",
  };
  const bring = (event: KeyboardEvent): boolean => {
    const { table } = store.notes;
    const step = steps[event.key];
    if (event.altKey || event.metaKey) return false;
    if (step) {
      const at = current();
      const row =
        at < 0 && table.length
          ? nearestIn(table, table.voice[0]!, clock.playhead)
          : stepFrom(table, at, step);
      if (row >= 0) choose(row, event.shiftKey);
      else if (step !== "up" || !above(clock.playhead)) say("No note there");
    } else if (event.key === "Home" || event.key === "End") {
      const voice = current() < 0 ? (table.voice[0] ?? 0) : table.voice[current()]!;
      const row = nearestIn(table, voice, event.key === "Home" ? -1 : Infinity);
      if (row >= 0) choose(row);
    } else if (event.key === "Enter" && current() >= 0) {
      const note = table.note(current());
      if (model.get("strip")) clock.band.wish({ kind: "ask", note: note.id });
      else sound(note);
    }
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
  const next =
    way > 0
      ? ZOOMS.find((zoom) => zoom > now + 0.01)
      : [...ZOOMS].reverse().find((zoom) => zoom < now - 0.01);
  if (!next) return;
  model.set({ zoom: next });
  say(`Zoom ${Math.round(next * 100)} per cent`);
}

/** Put a drawing into a button: fonts lack signs for pause and staves. */
function setIcon(on: HTMLButtonElement, name: keyof typeof ICONS): void {
  const drawing = shape("svg", { viewBox: "0 0 14 14", width: 14, height: 14 });
  drawing.append(shape("path", { d: ICONS[name] }));
  on.firstElementChild?.replaceChildren(drawing);
}

function toolbar(view: SheetView): { bar: HTMLElement; place: HTMLElement } {
  const { life, model, clock } = view;
  const start = button("", "Play", { "aria-keyshortcuts": "Space" });
  const [smaller, larger] = [button("−", "Smaller"), button("+", "Larger")];
  const colours = button("", "Voices in colours");
  const closed = button("", "Two staves");
  const chords = button("V⁷", "Chords below the score");
  const move = element("select", {
    "aria-label": "Transpose, semitones",
    title: "Transpose as shown, semitones",
  });
  for (let by = 12; by >= -12; by--) {
    move.append(
      element("option", { value: by }, by > 0 ? `+${by}` : by < 0 ? `−${-by}` : "as written"),
    );
  }
  // No live region: what is chosen is said by `say`, what is hovered is not.
  const place = element("span", { class: "mnb-place" });
  life.on(start, "click", () => play(view));
  life.on(smaller, "click", () => zoomBy(view, -1));
  life.on(larger, "click", () => zoomBy(view, 1));
  life.on(colours, "click", () => model.set({ colours: !model.get("colours") }));
  life.on(closed, "click", () =>
    model.set({ staves: model.get("staves") === "two" ? "each" : "two" }),
  );
  life.on(chords, "click", () => model.set({ chords: !model.get("chords") }));
  life.on(move, "change", () => model.set({ transpose: Number(move.value) }));
  const show = () => {
    setIcon(start, clock.playing ? "pause" : "play");
    for (const attribute of ["aria-label", "title"])
      start.setAttribute(attribute, clock.playing ? "Pause" : "Play");
    colours.setAttribute("aria-pressed", String(model.get("colours") ?? false));
    chords.setAttribute("aria-pressed", String(model.get("chords") ?? false));
    closed.setAttribute("aria-pressed", String(model.get("staves") === "two"));
    closed.hidden = view.store.notes.piece.voices.length < 3;
    move.value = String(model.get("transpose") ?? 0);
  };
  for (const name of ["colours", "staves", "transpose", "chords", "piece"] as const)
    model.on(`change:${name}`, life, show);
  clock.on(["play", "pause"], life, show);
  setIcon(colours, "colours");
  setIcon(closed, "staves");
  show();
  if (model.get("strip")) {
    const parts = { closed, colours, chords, smaller, larger, move };
    return { bar: viewMenu(life, clock.band, parts), place };
  }
  const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Score" });
  bar.append(start, smaller, larger, colours, closed, chords, move, place);
  return { bar, place };
}

/** Put beside a strip what belongs to it: the voices, the bars, the acts at a note. */
function dressStrip({ life, clock, store, model }: SheetView, strip: Strip): BarNumbers {
  const staffOf = (voice: number) => {
    const all = model.get("plan")?.voices ?? [];
    const own = all.flatMap((voices, staff) => (voices.includes(voice) ? [staff] : []));
    const beside = all[own[0] ?? -1] ?? [voice];
    const [first, last] = [own[0] ?? voice, own.at(-1) ?? voice];
    return { first, last, place: beside.indexOf(voice), of: beside.length };
  };
  const { notes } = store;
  const column = voicesBeside({ life, clock, notes, strip, staffOf });
  const numbers = barNumbers(life, clock, notes, strip);
  strip.frame.prepend(element("span"), numbers.row, column);
  noteBubble(life, clock, notes, strip);
  emptyBars(life, clock, notes, strip);
  strip.onArrange(() => clock.band.tell({ gutter: column.offsetWidth }));
  const lower = () => {
    const several = store.notes.piece.voices.length > 2;
    if (clock.band.facts.low && several && model.get("staves") === "each")
      model.set({ staves: "two" });
  };
  clock.band.on("low", life, lower);
  model.on("change:piece", life, lower);
  clock.band.on(
    ["scoreHeight", "large"],
    life,
    life.frame(() => strip.arrange()),
  );
  return numbers;
}

export default mount<SheetState, Store>({
  label: "Score",
  store: makeStore,
  view(view) {
    const { root, life, model, store, clock, onTheme } = view;
    const style = element("style");
    style.textContent = css;
    const zoom = () => model.get("zoom") || 1;
    const source = {
      ...{ notes: store.notes, plates: store.plates, clock, zoom },
      room: () => model.get("room") ?? 0,
      theme: () => view.theme,
    };
    const strip = model.get("strip") ? new Strip(source) : undefined;
    const pages: Drawing = strip ?? new Pages(source);
    const { bar, place } = toolbar(view);
    const key = element("div", { class: "mnb-legend" });
    const note = element("div", { class: "mnb-unavailable", hidden: true });
    root.append(style, bar, pages.frame, key, note);
    const numbers = strip && dressStrip(view, strip);
    handle(view, pages, place, (quarter) => numbers?.focus(quarter) ?? false);
    const { notes } = store;
    chordLine({ life, model, clock, notes, say: view.say }, pages);
    const meaning = () => ({
      notes: store.notes,
      theme: view.theme,
      colours: model.get("colours") ?? false,
      tintName: model.get("tint_name") ?? "",
    });
    const tellMeaning = () => key.replaceChildren(...(strip ? [] : legend(meaning(), pages)));

    const arrange = life.frame(() => {
      const { plan } = store.plates;
      note.textContent = plan.error;
      note.hidden = !plan.error;
      pages.arrange();
    });
    const paint = life.frame(() => {
      pages.tint = tintOf(model.get("tint") ?? []);
      pages.scroll.classList.toggle("mnb-colours", model.get("colours") ?? false);
      tellMeaning();
      pages.redraw();
    });
    store.plates.onChange(life, arrange);
    store.notes.onChange(
      life,
      life.frame(() => (pages.notesChanged(), paint())),
    );
    for (const name of ["tint", "tint_name", "colours", "piece"] as const)
      model.on(`change:${name}`, life, paint);
    model.on("change:zoom", life, arrange);
    clock.on(
      ["selection", "hover"],
      life,
      life.frame(() => pages.redraw()),
    );
    clock.on(
      "overlay",
      life,
      life.frame(() => (tellMeaning(), pages.look())),
    );
    clock.follow(life, (playhead) => pages.follow(playhead));
    life.on(
      pages.scroll,
      "scroll",
      life.frame(() => pages.look()),
    );
    onTheme((theme) => {
      theme.voices.forEach((colour, voice) =>
        root.style.setProperty(`--mnb-voice-${voice}`, colour),
      );
      paint();
    });

    let cancel: (() => void) | undefined;
    const fit = () => {
      arrange();
      cancel?.();
      cancel = life.after(FIT_MS, () => {
        const room = pages.scroll.clientWidth;
        const wanted = Math.round(room / zoom() / 10) * 10;
        if (!room || strip || Math.abs(wanted - store.plates.plan.width) <= LOOSE) return;
        model.post<FitSheet>({ kind: "fit", width: wanted });
      });
    };
    life.size(root, fit);
    model.on("change:zoom", life, fit);
    arrange();
  },
});
