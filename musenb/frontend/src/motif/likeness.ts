/** Self-similarity matrix of bars, beside the attention between bars and the heads that look back at the motif. */

import { barAt } from "../core/bars";
import { percent } from "../core/words";
import { button, element, fitCanvas } from "../core/dom";
import { imageOf } from "../marks/matrix-image";
import { drawMatrix, valueAt, type Matrix } from "../marks/matrix";
import type { Tick } from "../marks/matrix-axis";
import { boxOf, cellAt, plotBox } from "../marks/matrix-view";
import type { View } from "../core/mount";
import type { NoteStore } from "../core/notes";
import { quarters } from "../core/units";
import type { Bar } from "../core/wire/notes";
import type { MotifState, ReturnRow } from "../core/wire/motif";

type MotifViewHost = View<MotifState, NoteStore>;
const SIDE = 300;
/** Columns so many pixels wide have their names in the middle. */
const NAMED_ACROSS = 26;

/** Return the matrix number `index` of several that lie one behind the other, of `bars` bars in `side` cells a side. */
export function matrixAt(
  bytes: DataView | undefined,
  index: number,
  side: number,
  bars: number,
  scale: number,
): Matrix | undefined {
  if (!bytes || !side || bytes.byteLength < (index + 1) * side * side) return undefined;
  const cells = new Uint8Array(bytes.buffer, bytes.byteOffset + index * side * side, side * side);
  return {
    bytes: cells,
    rows: [0, bars],
    columns: [0, bars],
    shape: [side, side],
    scale,
    offset: 0,
  };
}

const numberOf = (bars: readonly Bar[], quarter: number): number => {
  const bar = barAt(bars, quarter);
  return bar ? bars.indexOf(bar) : 0;
};

/** Return the cells where returns stand: the bar of the return, and that of the motif. */
export function places(
  bars: readonly Bar[],
  motif: ReturnRow | null,
  returns: readonly ReturnRow[],
): [row: number, column: number][] {
  if (!motif) return [];
  const column = numberOf(bars, motif[0]);
  const rows = new Set(
    returns.map(([onset]) => numberOf(bars, onset)).filter((row) => row > column),
  );
  return [...rows].map((row) => [row, column]);
}

interface Panel {
  readonly figure: HTMLElement;
  redraw(): void;
}

export class Likeness {
  readonly element = element("details");
  readonly #view: MotifViewHost;
  readonly #panels: readonly Panel[];
  readonly #table = element("div");
  /** Which head's attention is shown: 0 is all of them together. */
  #head = 0;
  #opened = false;

  constructor(view: MotifViewHost) {
    this.#view = view;
    const { model, life } = view;
    const alike = this.#panel(
      "How alike the bars are",
      "alike",
      () => "Bars that are alike, whatever the voice and the pitch.",
      () =>
        matrixAt(
          model.get("likeness"),
          0,
          model.get("side") ?? 0,
          view.store.bars.length,
          model.get("likeness_scale") ?? 0,
        ),
    );
    const looked = this.#panel(
      "Where the heads look",
      "of the attention",
      () => `Which bars ${this.#headName()} looked at.`,
      () =>
        matrixAt(
          model.get("attention"),
          this.#head,
          model.get("side") ?? 0,
          view.store.bars.length,
          model.get("attention_scales")?.[this.#head] ?? 0,
        ),
    );
    this.#panels = [alike, looked];
    const summary = element("summary", {}, "Bars that are alike, and heads that look back");
    this.element.append(
      summary,
      element("div", { class: "mnb-likeness" }, alike.figure, looked.figure, this.#table),
    );
    life.on(this.#table, "click", (event) => {
      const chosen = (event.target as HTMLElement).closest<HTMLElement>("[data-head]")?.dataset
        .head;
      if (chosen !== undefined) this.#choose(Number(chosen));
    });
    life.on(this.element, "toggle", () => this.#redraw());
    for (const name of ["matrices", "looking", "looking_words", "selected"] as const)
      model.on(`change:${name}`, life, () => this.show());
    view.onTheme(() => this.#redraw());
  }

  /** Show what there is; without any matrix nothing is shown. */
  show(): void {
    const { model } = this.#view;
    this.element.hidden = !model.get("side");
    const attention = model.get("attention")?.byteLength ?? 0;
    if (!attention) this.#head = 0;
    if (attention && !this.#opened) this.element.open = this.#opened = true;
    this.#panels[1]!.figure.hidden = !attention;
    this.#tabulate();
    this.#redraw();
  }

  #headName(): string {
    const heads = this.#view.model.get("heads") || 1;
    if (!this.#head) return "all heads together";
    return `head ${((this.#head - 1) % heads) + 1} of layer ${Math.floor((this.#head - 1) / heads) + 1}`;
  }

  #choose(head: number): void {
    this.#head = head;
    this.#view.say(`Attention of ${this.#headName()}`);
    for (const one of this.#table.querySelectorAll("[data-head]")) {
      one.setAttribute("aria-pressed", String(Number((one as HTMLElement).dataset.head) === head));
    }
    this.#redraw();
  }

  #redraw(): void {
    if (this.element.open) for (const panel of this.#panels) panel.redraw();
  }

  #tabulate(): void {
    const { model } = this.#view;
    const rows = model.get("looking") ?? [];
    const heads = model.get("heads") || 1;
    const sign = (head: number, words: string, name: string) => {
      const made = button(words, name, {
        "data-head": head,
        "aria-pressed": String(head === this.#head),
      });
      return made;
    };
    const words = element("p", {}, model.get("looking_words") ?? "");
    if (!rows.length) return this.#table.replaceChildren(words);
    const head = element(
      "tr",
      {},
      ...["", "looks back", "distance alone", "times", "p"].map((name) =>
        element("th", { scope: "col" }, name),
      ),
    );
    const body = rows.map(([layer, number, looking, recency, p]) =>
      element(
        "tr",
        {},
        element(
          "th",
          { scope: "row" },
          sign(
            1 + layer * heads + number,
            `layer ${layer + 1}, head ${number + 1}`,
            `Show layer ${layer + 1}, head ${number + 1}`,
          ),
        ),
        ...[
          short(looking),
          short(recency),
          timesText(looking / recency),
          p < 0.0005 ? "< .001" : p.toFixed(3),
        ].map((text) => element("td", {}, text)),
      ),
    );
    const table = element("table", {
      class: "mnb-heads-table",
      "aria-label": "Heads that look at the places of return",
    });
    table.append(element("thead", {}, head), element("tbody", {}, ...body));
    this.#table.replaceChildren(words, sign(0, "all heads", "Show all heads together"), table);
  }

  #panel(
    label: string,
    unit: string,
    caption: () => string,
    matrix: () => Matrix | undefined,
  ): Panel {
    const { life, store, clock, say, model } = this.#view;
    const canvas = element("canvas", {
      tabindex: 0,
      role: "application",
      "aria-label": `${label}: rows are bars, columns the bars before them`,
      "aria-keyshortcuts": "ArrowUp ArrowDown ArrowLeft ArrowRight Enter",
    });
    const told = element("figcaption");
    const figure = element("figure", {}, told, canvas);
    let cursor: { row: number; column: number } | undefined;
    let width = 0;
    const side = () => Math.min(width, SIDE);
    const tell = () => {
      const found = matrix();
      const names = cursor && [cursor.row, cursor.column].map((at) => barName(store.bars, at));
      const value = found && cursor ? valueAt(found, cursor.row, cursor.column) : undefined;
      told.textContent = names
        ? `${names[0]} and ${names[1]}: ${percent(value ?? 0)} ${unit}`
        : caption();
    };
    const redraw = life.frame(() => {
      const found = matrix();
      const context = width > 40 && found ? fitCanvas(canvas, side(), side()) : null;
      tell();
      if (!context || !found) return;
      const count = store.bars.length;
      const window = { rows: [0, count], columns: [0, count] } as const;
      const nameOf = (at: number) => String(store.bars[at]?.[2] || "↑");
      // Wide cells are named in their middle, narrow ones at their edges.
      const wide = plotBox(side(), side()).width / count >= NAMED_ACROSS;
      const ticks = (label: (at: number) => string): Tick[] =>
        store.bars.map((_, at) => ({ at, label: label(at) }));
      const axis = (label: (at: number) => string) => ({
        ticks: ticks(label),
        colour: () => undefined,
        name: nameOf,
      });
      drawMatrix(
        context,
        {
          window,
          image: imageOf(found, this.#view.theme.dark, false),
          part: found,
          shape: found.shape,
          rows: axis(nameOf),
          columns: axis(wide ? () => "" : nameOf),
          selectedRows: [],
          selectedColumns: [],
          cursor,
          playing: undefined,
          value: () => "",
        },
        side(),
        side(),
        this.#view.theme,
      );
      const box = plotBox(side(), side());
      context.strokeStyle = this.#view.theme.warn;
      context.lineWidth = 1.5;
      for (const [row, column] of places(
        store.bars,
        model.get("motif") ?? null,
        model.get("returns") ?? [],
      )) {
        const at = boxOf(window, box, [row, row + 1], [column, column + 1]);
        context.strokeRect(
          at.x + 1,
          at.y + 1,
          Math.max(2, at.width - 2),
          Math.max(2, at.height - 2),
        );
      }
    });
    const go = (row: number, column: number) => {
      const last = store.bars.length - 1;
      cursor = {
        row: Math.min(Math.max(row, 0), last),
        column: Math.min(Math.max(column, 0), last),
      };
      tell();
      say(told.textContent ?? "");
      redraw();
    };
    const hear = () => cursor && clock.seek(quarters(store.bars[cursor.row]?.[0] ?? 0));
    life.on(canvas, "click", (event) => {
      const frame = canvas.getBoundingClientRect();
      const count = store.bars.length;
      const at = cellAt(
        { rows: [0, count], columns: [0, count] },
        plotBox(side(), side()),
        event.clientX - frame.left,
        event.clientY - frame.top,
      );
      if (!at) return;
      go(Math.floor(at.row), Math.floor(at.column));
      hear();
    });
    life.on(canvas, "keydown", (event) => {
      const moves: Record<string, readonly [number, number]> = {
        ArrowUp: [-1, 0],
        ArrowDown: [1, 0],
        ArrowLeft: [0, -1],
        ArrowRight: [0, 1],
      };
      const move = moves[event.key];
      if (move) go((cursor?.row ?? 0) + move[0], (cursor?.column ?? 0) + move[1]);
      else if (event.key === "Enter" || event.key === " ") hear();
      else if (event.key === "Escape") canvas.blur();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    life.size(figure, (wide) => {
      width = Math.round(wide);
      redraw();
    });
    return { figure, redraw };
  }
}

const barName = (bars: readonly Bar[], at: number): string =>
  bars[at]?.[2] ? `bar ${bars[at]?.[2]}` : "the upbeat";
const short = (share: number): string => percent(share).replace("below", "<");
const timesText = (times: number): string => (times >= 100 ? "> 100" : times.toFixed(1));
