/** Menu of a strip: how the score is shown. It stands at the end of the player's row, where there is one. */

import type { Band } from "../core/band";
import { element } from "../core/dom";
import { signOf } from "../core/icons";
import type { Life } from "../core/life";

export interface ViewParts {
  readonly closed: HTMLElement;
  readonly colours: HTMLElement;
  readonly chords: HTMLElement;
  readonly smaller: HTMLElement;
  readonly larger: HTMLElement;
  readonly move: HTMLElement;
}

/** Return what can be seen otherwise, folded. */
export function viewMenu(life: Life, band: Band, parts: ViewParts): HTMLElement {
  const { closed, colours, chords, smaller, larger, move } = parts;
  closed.append(" two staves");
  colours.append(" voices in colours");
  chords.append(" chords");
  const sizes = element("span", { class: "mnb-bar" }, smaller, larger, "size");
  const items = element("div", { class: "mnb-menu-items" }, closed, colours, chords, sizes);
  items.append(element("label", {}, move, "shown"));
  const name = element("summary", { title: "How the score is shown" }, ...signOf("👁 View"));
  // It stands at the end of the player's row, and is one stop with it.
  const stop = () => (name.tabIndex = band.facts.row ? -1 : 0);
  band.on("row", life, stop);
  stop();
  band.onWish(life, (wish) => {
    if (wish.kind === "focus" && wish.on === "score") name.focus();
  });
  life.on(name, "keydown", (event) => {
    if (event.key !== "ArrowLeft" || !band.facts.row) return;
    event.preventDefault();
    event.stopPropagation();
    band.wish({ kind: "focus", on: "player" });
  });
  return element("details", { class: "mnb-menu mnb-view-menu" }, name, items);
}
