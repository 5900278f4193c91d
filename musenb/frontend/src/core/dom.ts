/** DOM element builders. Text is always text: nothing here, or anywhere in this folder, parses HTML of the user. */

import { signOf } from "./icons";

type Attributes = Record<string, string | number | boolean | undefined>;

/**
 * Return an element. `true` sets an empty attribute, `false` and `undefined` none; children that are strings become
 * text.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Return a button with a name for those who do not see its sign. */
export function button(sign: string, name: string, attributes: Attributes = {}): HTMLButtonElement {
  const shown = element("span", { "aria-hidden": true }, ...signOf(sign));
  return element(
    "button",
    { type: "button", "aria-label": name, title: name, ...attributes },
    shown,
  );
}

/** Put another sign on a button. */
export function setSign(on: HTMLButtonElement, sign: string): void {
  (on.firstElementChild ?? on).replaceChildren(...signOf(sign));
}

/** Pixels of the screen to one of the page. */
export const screenDensity = (): number => globalThis.devicePixelRatio || 1;

/** Fit a canvas to its size on the page and the density of the screen; return its context in CSS pixels. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const density = screenDensity();
  const [w, h] = [
    Math.max(1, Math.round(width * density)),
    Math.max(1, Math.round(height * density)),
  ];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context?.setTransform(density, 0, 0, density, 0, 0);
  return context;
}
