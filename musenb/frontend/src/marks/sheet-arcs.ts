/** Layout of arcs between noteheads, over all pages of a sheet: pure; in pixels of what scrolls. */

import type { Arc } from "../core/clock";
import type { Theme } from "../core/theme";
import { arcPath, arcTitle, layoutArcs, type ArcShape } from "./arcs";
import type { Box } from "./matrix-view";
import { shape } from "./sheet";
import { SPACE, type Places } from "./sheet-places";

const HIGHEST = 64;
// Above the first line of a sheet is little room: what rises further would be cut off.
const TOP = 4;

/** A page on the screen, or where it will be. */
export interface Standing {
  readonly places: Places;
  readonly left: number;
  readonly top: number;
  /** Pixels of a unit of the page. */
  readonly scale: number;
}

/** Return where the first notehead of a note stands, or undefined when no page has it. */
export function headBox(id: string, pages: Iterable<Standing>): Box | undefined {
  for (const { places, left, top, scale } of pages) {
    const head = places.firstHead(id);
    if (!head) continue;
    const [x, y] = [left + head.x * scale, top + (head.y - SPACE / 2) * scale];
    return { x, y, width: head.width * scale, height: SPACE * scale };
  }
  return undefined;
}

/** Return the arcs whose two notes stand on these pages. */
export function sheetArcs(
  arcs: readonly Arc[],
  pages: readonly Standing[],
  theme: Pick<Theme, "voices">,
): ArcShape[] {
  const shapes = layoutArcs(arcs, (id) => headBox(id, pages), theme, { highest: HIGHEST });
  return shapes.map((one) => {
    // The curve over heads at a and b below the top rises to the top when its handle lies √ab above it.
    const [a, b] = [one.from[1], one.to[1]].map((y) => Math.max(0, y - TOP - one.width / 2)) as [
      number,
      number,
    ];
    const least = TOP + one.width / 2 - Math.sqrt(a * b);
    return one.over[1] >= least ? one : { ...one, over: [one.over[0], least] as const };
  });
}

/** Return the drawing of arcs: a dot stands where the look ends, as on the other views. */
export function arcElements(shapes: readonly ArcShape[]): SVGElement[] {
  return shapes.map((one) => {
    const { arc, to, width, colour, dash } = one;
    const group = shape("g", { class: "mnb-arc", stroke: colour, fill: colour });
    group.dataset.from = arc.from;
    group.dataset.to = arc.to;
    const path = shape("path", {
      d: arcPath(one),
      fill: "none",
      "stroke-width": Number(width.toFixed(2)),
      "stroke-linecap": "round",
    });
    if (dash.length) path.setAttribute("stroke-dasharray", dash.join(" "));
    const title = shape("title");
    title.textContent = arcTitle(one);
    const dot = {
      cx: to[0].toFixed(1),
      cy: to[1].toFixed(1),
      r: Math.max(2.5, width / 2 + 1).toFixed(1),
      stroke: "none",
    };
    group.append(title, path, shape("circle", dot));
    return group;
  });
}
