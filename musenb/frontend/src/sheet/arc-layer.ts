/** SVG layer with the clock's arcs over the pages of a sheet. */

import type { Arc, PageClock } from "../core/clock";
import { arcAt, arcTitle, headColour, headDash, type ArcShape } from "../marks/arcs";
import { shape } from "../marks/sheet";
import { arcElements, sheetArcs, type Standing } from "../marks/sheet-arcs";
import type { Theme } from "../core/theme";

export class ArcLayer {
  readonly drawing = shape("svg", {
    class: "mnb-arcs",
    width: 1,
    height: 1,
    "aria-hidden": "true",
  });
  readonly #clock: PageClock;
  #shapes: readonly ArcShape[] = [];

  constructor(clock: PageClock) {
    this.#clock = clock;
  }

  get arcs(): readonly Arc[] {
    return this.#clock.overlay;
  }

  draw(pages: readonly Standing[], theme: Theme): void {
    this.#shapes = this.arcs.length ? sheetArcs(this.arcs, pages, theme) : [];
    this.drawing.replaceChildren(...arcElements(this.#shapes));
  }

  /** Return what the arc at a point says, or "". */
  wordsAt(x: number, y: number): string {
    const found = arcAt(this.#shapes, x, y);
    return found ? arcTitle(found) : "";
  }

  /** The heads whose arcs are shown, with what tells them apart. */
  heads(
    theme: Theme,
  ): readonly { readonly name: string; readonly colour: string; readonly dashed: boolean }[] {
    const names = new Map(this.arcs.map(({ head, name }) => [head, name]));
    return [...names].map(([head, name]) => ({
      name,
      colour: headColour(head, theme),
      dashed: headDash(head, theme).length > 0,
    }));
  }
}
