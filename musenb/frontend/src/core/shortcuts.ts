/** Keys typed in a view, kept from the notebook around it. */

import type { Life } from "./life";

const SUPPRESS = "data-lm-suppress-shortcuts";

/** Keep JupyterLab from taking keys typed into what an element holds for commands on the notebook's cells. */
export function keepKeys(life: Life, around: HTMLElement): void {
  around.setAttribute(SUPPRESS, "true");
  // JupyterLab looks for the mark on what has the focus, before it looks at what is around it.
  life.on(around, "focusin", (event) => (event.target as Element).setAttribute(SUPPRESS, "true"));
}
