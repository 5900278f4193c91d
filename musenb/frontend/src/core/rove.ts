/**
 * Roving focus: a bar of buttons is one tab stop; the arrow keys, Home and End go from button to button.
 *
 * A bar that is reached by other keys is none: `stops` is false.
 */

import type { Life } from "./life";

const ITEMS = "button, select, input, summary, [role=slider]";

export function rove(life: Life, bar: HTMLElement, stops = true): () => void {
  const all = () => [...bar.querySelectorAll<HTMLElement>(ITEMS)];
  const items = () => {
    const able = all().filter(
      (item) => !(item as HTMLButtonElement).disabled && !item.closest("[hidden]"),
    );
    // What a narrow page folds away is no stop; before the bar stands in the page nobody knows.
    const seen = able.filter((item) => item.checkVisibility?.() ?? true);
    return seen.length ? seen : able;
  };
  const stop = (at: HTMLElement | undefined) => {
    for (const item of all()) item.tabIndex = stops && item === at ? 0 : -1;
  };
  /** Call when buttons have come or gone. */
  const settle = () => stop(items().find((item) => item.tabIndex === 0) ?? items()[0]);
  stop(items()[0]);
  life.size(bar, settle);
  life.on(bar, "focusin", (event) => {
    if (all().includes(event.target as HTMLElement)) stop(event.target as HTMLElement);
  });
  life.on(bar, "keydown", (event) => {
    const there = items();
    const at = there.indexOf(event.target as HTMLElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: there.length - 1 }[event.key];
    if (to === undefined || typing(event)) return;
    event.preventDefault();
    there[(to + there.length) % there.length]?.focus();
  });
  return settle;
}

/** Return whether the key belongs to the field that it is pressed in: what is typed, and the first and last value. */
function typing({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement) return !key.startsWith("Arrow");
  if (!(target instanceof HTMLInputElement)) return false;
  if (/^(text|search)$/.test(target.type)) return true;
  return target.type !== "checkbox" && !key.startsWith("Arrow");
}
