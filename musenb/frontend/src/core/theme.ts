/** Colour theme of the page for what is drawn on a canvas, and an observer of its changes. */

import type { Life } from "./life";
import {
  GENERATED_ON_DARK,
  GENERATED_ON_LIGHT,
  LIKELY_ON_DARK,
  LIKELY_ON_LIGHT,
  VOICES_ON_DARK,
  VOICES_ON_LIGHT,
} from "./palette";

export interface Theme {
  readonly dark: boolean;
  readonly paper: string;
  readonly panel: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly grid: string;
  readonly accent: string;
  readonly warn: string;
  readonly font: string;
  /** Notes that a model wrote, where given ones have the colour of ink; `--mnb-generated` in CSS. */
  readonly generated: string;
  /** Probabilities of a model's next token; `--mnb-likely` in CSS. */
  readonly likely: string;
  /**
   * One colour for each voice, again from the beginning after the last; told apart with every kind of colour vision.
   */
  readonly voices: readonly string[];
  /** People who ask for less motion: no easing, no smooth scrolling. */
  readonly still: boolean;
}

const NAMES = ["paper", "panel", "ink", "faint", "line", "grid", "accent", "warn"] as const;

const media = (query: string): MediaQueryList | undefined => globalThis.matchMedia?.(query);

/** Return whether the page is dark: Jupyter's word first, then the background's, then the system's. */
export function isDark(root: Element): boolean {
  const named = root.ownerDocument.body?.dataset.jpThemeLight;
  if (named) return named === "false";
  for (let at: Element | null = root.parentElement; at; at = at.parentElement) {
    const found = /rgba?\(([\d.]+)[, ]+([\d.]+)[, ]+([\d.]+)(?:[,/ ]+([\d.]+))?/.exec(
      getComputedStyle(at).backgroundColor,
    );
    if (!found || Number(found[4] ?? 1) < 0.5) continue;
    return 3 * Number(found[1]) + 6 * Number(found[2]) + Number(found[3]) < 1280;
  }
  return media("(prefers-color-scheme: dark)")?.matches ?? false;
}

/** Return the colours in force inside `root`, resolved so that a canvas takes them. */
export function readTheme(root: HTMLElement): Theme {
  const dark = isDark(root);
  root.dataset.theme = dark ? "dark" : "light";
  const probe = root.ownerDocument.createElement("i");
  probe.style.display = "none";
  root.append(probe);
  const colours = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--mnb-${name})`;
      return [name, getComputedStyle(probe).color || (name === "paper" ? "#fff" : "#222")];
    }),
  ) as Record<(typeof NAMES)[number], string>;
  probe.remove();
  const generated = dark ? GENERATED_ON_DARK : GENERATED_ON_LIGHT;
  const likely = dark ? LIKELY_ON_DARK : LIKELY_ON_LIGHT;
  root.style.setProperty("--mnb-generated", generated);
  root.style.setProperty("--mnb-likely", likely);
  return {
    ...colours,
    dark,
    font: getComputedStyle(root).fontFamily || "sans-serif",
    generated,
    likely,
    voices: dark ? VOICES_ON_DARK : VOICES_ON_LIGHT,
    still: media("(prefers-reduced-motion: reduce)")?.matches ?? false,
  };
}

/** Call with the colours now and whenever the page's theme, the system's or the wish for less motion changes. */
export function watchTheme(root: HTMLElement, life: Life, call: (theme: Theme) => unknown): void {
  const guarded = life.guard(call);
  const again = life.frame(() => guarded(readTheme(root)));
  const observer = new MutationObserver(again);
  const body = root.ownerDocument.body;
  const filter = {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class", "data-theme"],
  };
  for (const element of [body, root.ownerDocument.documentElement])
    if (element) observer.observe(element, filter);
  life.atEnd(() => observer.disconnect());
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"]) {
    const list = media(query);
    if (list) life.on(list, "change", again);
  }
  guarded(readTheme(root));
  // Jupyter fills an element before it stands in the page, where no colours can be read yet.
  let placed = root.isConnected;
  if (placed) return;
  life.size(root, () => {
    if (placed || !root.isConnected) return;
    placed = true;
    again();
  });
}
