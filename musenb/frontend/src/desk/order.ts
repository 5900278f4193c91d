/** Order of the desk's stops: the bar, the music, then the rail and what it opens. */

import { element } from "../core/dom";
import { keepKeys } from "../core/shortcuts";
import { watchTheme } from "../core/theme";
import type { DeskView } from "./parts";

/**
 * Put the rail and the drawer behind the music, in the page as to the eye: the desk is one view, and the music, that
 * stands in its middle, are others. The box around all of them is the studio then, and the desk's own a nameless part.
 */
export function behindTheMusic(
  { root, life }: DeskView,
  studio: HTMLElement,
  side: readonly HTMLElement[],
): void {
  const music = studio.querySelector(".mnb-music");
  const own = root.closest("section");
  if (!music || !own) return;
  const aside = element("div", { class: "musenb mnb-desk-side" }, ...side);
  music.after(aside);
  keepKeys(life, aside);
  watchTheme(aside, life, () => {});
  life.atEnd(() => aside.remove());
  for (const name of ["aria-label", "aria-describedby"]) {
    studio.setAttribute(name, own.getAttribute(name) ?? "");
    own.removeAttribute(name);
  }
  studio.setAttribute("role", "region");
}
