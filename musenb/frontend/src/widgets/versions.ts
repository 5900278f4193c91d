/** Comparison view of two versions of a piece, one above the other; each plays on a clock of its own. */

import { barsOf, placeName } from "../core/bars";
import { clockOf, type PageClock } from "../core/clock";
import { button, element, fitCanvas, setSign } from "../core/dom";
import type { Life } from "../core/life";
import { drawGround } from "../marks/roll";
import type { Ground } from "../marks/roll-ground";
import { KEYS_WIDTH, RULER_HEIGHT } from "../marks/roll-grid";
import { RollIndex } from "../marks/roll-index";
import { lettersOf } from "../marks/roll-notes";
import { quarterAt } from "../marks/roll-view";
import { drawDifferences, drawPlayhead, sharedView, startBefore } from "../marks/versions";
import { mount, type View } from "../core/mount";
import type { Model } from "../core/model";
import { Player } from "../sound/player";
import { pageAudio, partsFrom, PIANO } from "../sound/synth";
import { decodeNotes, EMPTY, type NoteTable } from "../core/table";
import { TempoMap } from "../core/tempo";
import { quarters } from "../core/units";
import css from "./versions.css";
import type { Bar } from "../core/wire/notes";
import type { VersionsState } from "../core/wire/versions";

const TRAITS = ["first", "second"] as const;
type Name = (typeof TRAITS)[number];

interface Side {
  readonly name: Name;
  table: NoteTable;
  readonly clock: PageClock;
  readonly player: Player;
}

interface Store {
  readonly sides: readonly Side[];
}

const unrolled = new WeakMap<object, Bar[]>();

/** Return the bars of the piece, unrolled once. */
function barsIn(model: Model<VersionsState>): readonly Bar[] {
  const runs = model.get("piece")?.bars ?? [];
  const bars = unrolled.get(runs) ?? barsOf(runs);
  unrolled.set(runs, bars);
  return bars;
}

function makeStore(model: Model<VersionsState>, life: Life, clockId: string): Store {
  const sides = TRAITS.map((name): Side => {
    const clock = clockOf(`${clockId}:${name}`, life);
    const side = { name, table: EMPTY, clock } as { -readonly [K in keyof Side]: Side[K] };
    const settings = {
      volume: 0.8,
      muted: [],
      soloed: [],
      metronome: false,
      countIn: 0,
      programs: [],
      font: PIANO,
    };
    side.player = new Player(
      clock,
      pageAudio(),
      {
        music: () => ({ table: side.table, bars: barsIn(model) }),
        settings: () => settings,
        parts: partsFrom(model, life),
        font: () => Promise.reject(new Error("there is no other soundfont")),
      },
      life,
    );
    return side;
  });
  const take = () => {
    const piece = model.get("piece");
    for (const side of sides) {
      side.clock.pause();
      side.table = decodeNotes(model.get(side.name));
      if (piece?.tempos?.length) side.clock.setTempos(piece.tempos);
      side.clock.setEnd(quarters(side.table.lastEnd()));
      side.clock.seek(quarters(0));
    }
  };
  model.on("change:version", life, take);
  take();
  return { sides };
}

function rollOf(
  view: View<VersionsState, Store>,
  side: Side,
  number: 0 | 1,
): { element: HTMLElement; redraw(): void; resize(width: number): void; show(): void } {
  const { model, life, store } = view;
  const name = () => model.get("names")?.[number] ?? side.name;
  const bars = () => barsIn(model);
  const play = button("▶", "Play");
  const place = element("output", { class: "mnb-place" });
  const title = element("strong");
  const canvas = element("canvas", { role: "img" });
  const frame = element(
    "div",
    { class: "mnb-versions-roll" },
    element("div", { class: "mnb-bar" }, play, title, place),
    canvas,
  );
  let width = 300;
  const ground = (): Ground => {
    const tables = store.sides.map(({ table }) => table);
    const end = Math.max(1, ...tables.map((table) => table.lastEnd()));
    return {
      index: new RollIndex(side.table),
      view: sharedView(tables, bars(), end, model.get("parts") ?? null, width),
      lane: 0,
      theme: view.theme,
      letters: lettersOf(model.get("piece")?.voices ?? []),
      selected: new Set(),
      front: undefined,
      bars: bars(),
      tempo: new TempoMap(model.get("piece")?.tempos ?? []),
      units: "bars",
    };
  };
  const redraw = life.frame(() => {
    if (!side.table.length) return;
    const drawn = ground();
    const context = fitCanvas(
      canvas,
      KEYS_WIDTH + drawn.view.width,
      RULER_HEIGHT + drawn.view.height,
    );
    if (!context) return;
    drawGround(context, drawn);
    const rows = (model.get("differ")?.[number] ?? [])
      .map((id) => side.table.row(id))
      .filter((row) => row >= 0);
    drawDifferences(context, drawn.view, side.table, rows, model.get("parts") ?? null, view.theme);
    if (side.clock.playing || side.clock.playhead > 0)
      drawPlayhead(context, drawn.view, side.clock.playhead, view.theme);
  });
  const show = () => {
    const now = side.clock.playing ? "Pause" : "Play";
    setSign(play, side.clock.playing ? "⏸" : "▶");
    for (const attribute of ["aria-label", "title"])
      play.setAttribute(attribute, `${now}: ${name()}`);
    title.textContent = name();
    const count = model.get("differ")?.[number]?.length ?? 0;
    canvas.setAttribute(
      "aria-label",
      `Roll of ${side.table.length} notes, ${name()}; ${count} of them are not in the other`,
    );
  };
  life.on(play, "click", () => {
    const { clock, player } = side;
    const parts = model.get("parts");
    const ended = clock.playhead <= 0 || clock.playhead >= clock.end;
    if (!clock.playing && ended && parts != null) clock.seek(quarters(startBefore(bars(), parts)));
    player.toggle();
  });
  life.on(play, "pointerenter", () => side.player.warm());
  life.on(canvas, "click", (event) => {
    const x = event.clientX - canvas.getBoundingClientRect().left - KEYS_WIDTH;
    side.clock.seek(quarters(Math.max(0, quarterAt(ground().view, x))));
  });
  side.clock.on(["play", "pause"], life, show);
  side.clock.follow(life, (playhead) => {
    place.textContent = side.clock.playing || playhead > 0 ? placeName(bars(), playhead) : "";
    redraw();
  });
  return {
    element: frame,
    redraw,
    show,
    resize: (now) => {
      width = now;
      redraw();
    },
  };
}

export default mount<VersionsState, Store>({
  label: "Two versions",
  store: makeStore,
  view(view) {
    const { root, model, store, life, onTheme, say } = view;
    const style = element("style");
    style.textContent = css;
    const heading = element("h3");
    const words = element("div");
    const table = element("table");
    const framed = element(
      "p",
      { class: "mnb-versions-key" },
      element("i"),
      "framed: not the same in the other version; dashed line: where they part",
    );
    const rolls = store.sides.map((side, number) => rollOf(view, side, number as 0 | 1));
    const both = element("div", {}, framed, ...rolls.map((roll) => roll.element));
    root.append(
      style,
      element(
        "div",
        { class: "mnb-versions" },
        heading,
        words,
        element("div", { class: "mnb-versions-table" }, table),
        both,
      ),
    );
    const show = () => {
      const rows = model.get("rows") ?? [];
      const names = model.get("names") ?? ["before", "after"];
      heading.textContent = model.get("heading") ?? "";
      heading.hidden = !heading.textContent;
      words.replaceChildren(...(model.get("words") ?? []).map((text) => element("p", {}, text)));
      const head = ["", ...names, rows.some((row) => row[3]) ? "change (95 % interval)" : ""].map(
        (name) => element("th", { scope: "col" }, name),
      );
      table.replaceChildren(
        element("thead", {}, element("tr", {}, ...head)),
        element(
          "tbody",
          {},
          ...rows.map(([label, ...values]) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, label),
              ...values.map((value) => element("td", {}, value)),
            ),
          ),
        ),
      );
      table.hidden = !rows.length;
      both.hidden = !store.sides.some((side) => side.table.length);
      framed.hidden = model.get("parts") == null;
      for (const roll of rolls) {
        roll.show();
        roll.redraw();
      }
    };
    model.on("change:version", life, () => {
      show();
      say(model.get("heading") ?? "");
    });
    for (const name of ["names", "heading", "words", "rows"] as const)
      model.on(`change:${name}`, life, show);
    onTheme(() => rolls.forEach((roll) => roll.redraw()));
    life.size(root, (width) =>
      rolls.forEach((roll) => roll.resize(Math.max(200, Math.floor(width) - 6))),
    );
    show();
  },
});
