/** Layout of the desk around the music: sizes by the width that there is, and a height that fills the first screen. */

import type { Life } from "../core/life";
import type { DeskView } from "./parts";

/** Widths of the desk up to which a size goes. */
const SIZES: readonly (readonly [number, string])[] = [
  [460, "xs"],
  [760, "s"],
  [1240, "m"],
  [1480, "l"],
  [Infinity, "xl"],
];
// One column.
const NARROW: ReadonlySet<string> = new Set(["xs", "s"]);
const LEAST_HEIGHT = 300;
const ASIDE = 14;
// Pixels of the player's row with the bar numbers, and of the lowest roll.
const PLAYER = 68;
const LEAST_ROLL = 150;
const CLASS_ASIDE = 64;
// A page so low, as a small one at 200 %, shows two staves.
const LOW = 420;
// What stands above the desk belongs to the first screen when it is no more than this: the folded cell.
const MOST_ABOVE = 110;

export const sizeOf = (width: number): string => SIZES.find(([limit]) => width < limit)![1];

/** Return the box of the whole studio around a desk, with what is between made transparent to its grid. */
function studioAround(root: HTMLElement): HTMLElement | undefined {
  const studio = root.closest<HTMLElement>(".mnb-studio");
  for (let at: HTMLElement | null = root; studio && at && at !== studio; at = at.parentElement)
    at.style.display = "contents";
  return studio ?? undefined;
}

/**
 * Return how much of the page is seen at once, by the outermost box that scrolls or by the window, and how much
 * stands above an element there.
 */
export function inSight(element: HTMLElement): { height: number; above: number } {
  const window = globalThis.innerHeight || 800;
  const { top } = element.getBoundingClientRect();
  let found = { height: window, above: top + (globalThis.scrollY || 0) };
  for (let at = element.parentElement; at; at = at.parentElement) {
    const { overflowY } = getComputedStyle(at);
    if (!/auto|scroll/.test(overflowY) || at.clientHeight <= 200 || at.clientHeight > window) continue;
    found = {
      height: at.clientHeight,
      above: top - at.getBoundingClientRect().top + at.scrollTop,
    };
  }
  return found;
}

/** Lay the desk out whenever its width, the window or what stands above the music changes. */
export function layOut(
  view: DeskView,
  parts: readonly HTMLElement[],
  placed: (studio: HTMLElement) => unknown,
): void {
  const { root, life, model } = view;
  let studio: HTMLElement | undefined;
  // What is told of an error stands between them.
  const error = root.parentElement?.querySelector<HTMLElement>(":scope > .mnb-error");
  const rows = error ? [...parts, error] : parts;
  const measure = life.frame(() => {
    if (!studio) return;
    const width = studio.clientWidth;
    if (!width) return;
    const size = sizeOf(width);
    studio.dataset.size = size;
    studio.toggleAttribute("data-narrow", NARROW.has(size));
    studio.toggleAttribute("data-drawer", Boolean(model.get("drawer")));
    studio.dataset.asked = model.get("asked") ?? "";
    studio.toggleAttribute("data-played", showsKeys(view));
    const room = studio.hasAttribute("data-class");
    const { height: sight, above } = room
      ? { height: globalThis.innerHeight, above: CLASS_ASIDE }
      : inSight(studio);
    const low = !room && sight < LOW;
    studio.toggleAttribute("data-low", low);
    const least = above < MOST_ABOVE ? above + ASIDE : ASIDE;
    const taken = rows.reduce((sum, part) => sum + (part.offsetHeight || 0), least);
    const body = Math.max(sight - taken, LEAST_HEIGHT);
    studio.style.setProperty("--mnb-body", `${body}px`);
    const ways = studio.querySelector<HTMLElement>(".mnb-ways-box")?.offsetHeight ?? 0;
    const others = room ? ways : PLAYER + ways + LEAST_ROLL;
    view.clock.band.tell({ scoreHeight: Math.max(body - others, 0), large: room, low });
  });
  whenPlaced(root, life, () => {
    studio = studioAround(root);
    placed(studio ?? root);
    if (!studio) return void root.classList.add("mnb-desk-alone");
    life.size(studio, measure);
    for (const row of rows) life.size(row, measure);
    if (typeof window !== "undefined") life.on(window, "resize", measure);
    measure();
  });
  for (const name of ["drawer", "asked", "begin_tab", "takes", "running"] as const)
    model.on(`change:${name}`, life, measure);
}

const showsKeys = ({ model }: DeskView): boolean =>
  model.get("drawer") === "begin" && model.get("begin_tab") === "play";

/** Call once the element stands in the page: a host may fill it before. */
function whenPlaced(root: HTMLElement, life: Life, call: () => void): void {
  if (root.isConnected) return call();
  let done = false;
  const look = life.frame(() => {
    if (done) return;
    if (!root.isConnected) return look();
    done = true;
    call();
  });
  look();
}
