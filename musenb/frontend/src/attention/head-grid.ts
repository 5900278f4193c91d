/** Layer x head grid of thumbnails, one of them chosen. */

import type { AttentionStore } from "./store";
import { element, fitCanvas } from "../core/dom";
import type { Life } from "../core/life";
import { headColour } from "../marks/arcs";
import { drawThumbnails, gridSize, headAt, sideFor, type Thumbnails } from "../marks/thumbnails";
import { imageOf } from "../marks/matrix-image";
import type { Theme } from "../core/theme";
import type { HeadId } from "../core/wire/attention";

/** As high as the matrix beside it. */
const MOST_HEIGHT = 540;

export class HeadGrid {
  readonly canvas = element("canvas", {
    tabindex: 0,
    role: "application",
    "aria-label": "Heads: a row a layer, a column a head",
    "aria-keyshortcuts": "ArrowUp ArrowDown ArrowLeft ArrowRight Space",
  });
  readonly #redraw: () => void;
  #images: (CanvasImageSource | undefined)[] = [];
  #side = 40;

  constructor(
    private readonly store: AttentionStore,
    private readonly theme: () => Theme,
    private readonly choose: (layer: number, head: number) => void,
    private readonly mark: (head: HeadId) => void,
    life: Life,
  ) {
    this.#redraw = life.frame(() => this.#draw());
    life.on(this.canvas, "click", (event) => {
      const frame = this.canvas.getBoundingClientRect();
      const found = headAt(
        store,
        this.#side,
        event.clientX - frame.left,
        event.clientY - frame.top,
      );
      if (!found) return;
      if (event.shiftKey) mark(found);
      else choose(...found);
    });
    life.on(this.canvas, "pointermove", (event) => {
      const found = headAt(store, this.#side, event.offsetX, event.offsetY);
      this.canvas.title = found
        ? `layer ${found[0] + 1}, head ${found[1] + 1}; with Shift: its arcs`
        : "";
    });
    life.on(this.canvas, "keydown", (event) => this.#key(event));
  }

  resize(width: number): void {
    // On a wide page the grid gets two fifths, on a narrow one all.
    const room = width < 640 ? width : Math.min(width * 0.4, 420);
    this.#side = sideFor(room, this.store, MOST_HEIGHT);
    this.#redraw();
  }

  /** The pictures or the colours have changed. */
  renew(): void {
    const { layers, heads } = this.store;
    const dark = this.theme().dark;
    this.#images = Array.from({ length: layers * heads }, (_, place) => {
      const small = this.store.overview(Math.floor(place / heads), place % heads);
      return small && imageOf(small, dark, false);
    });
    this.#redraw();
  }

  repaint(): void {
    this.#redraw();
  }

  #draw(): void {
    const { layers, heads, choice, arcHeads } = this.store;
    const grid: Thumbnails = {
      layers,
      heads,
      image: (layer, head) => this.#images[layer * heads + head],
      shown: [choice.layer, choice.head],
      arc: (layer, head) => {
        const drawn = arcHeads.some(([l, h]) => l === layer && h === head);
        return drawn ? headColour(layer * heads + head, this.theme()) : undefined;
      },
    };
    const { width, height } = gridSize(grid, this.#side);
    const context = fitCanvas(this.canvas, width, height);
    if (context) drawThumbnails(context, grid, this.#side, this.theme());
  }

  #key(event: KeyboardEvent): void {
    const { layers, heads, choice } = this.store;
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -heads],
      End: [0, heads],
    };
    const move = moves[event.key];
    if (move) {
      const held = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);
      this.choose(held(choice.layer + move[0], layers), held(choice.head + move[1], heads));
    } else if (event.key === " " || event.key === "Enter") this.mark([choice.layer, choice.head]);
    else if (event.key === "Escape") this.canvas.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
