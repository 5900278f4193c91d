/** Signs of buttons as drawings: not every machine has a font with them. */

const NAMESPACE = "http://www.w3.org/2000/svg";

// Paths in a square of 14, filled.
const PATHS = {
  play: "M3 1.5 12.5 7 3 12.5Z",
  pause: "M2.5 1.5h3.2v11H2.5ZM8.3 1.5h3.2v11H8.3Z",
  home: "M2 1.5h2v11H2ZM12 1.5v11L4.8 7Z",
  loop: "M1 7a4 4 0 0 1 4-4h4V.6L13 4 9 7.4V5H5a2 2 0 0 0-2 2ZM13 7a4 4 0 0 1-4 4H5v2.4L1 10 5 6.6V9h4a2 2 0 0 0 2-2Z",
  metronome: "M4.6 1h4.8l3 12H1.6ZM6.1 3l-1.5 6h2L11.6 3.2l1 .8-4.1 5h.9L7.9 3Z",
  speaker: "M1 5h2.6L7.4 1.8v10.4L3.6 9H1ZM9 4.2a4 4 0 0 1 0 5.6V8.3a2 2 0 0 0 0-2.6ZM9 1.4a6.2 6.2 0 0 1 0 11.2v-1.7a4.6 4.6 0 0 0 0-7.8Z",
  draw: "M1.5 12.5 2.2 9 9.6 1.6a1.2 1.2 0 0 1 1.7 0l1.1 1.1a1.2 1.2 0 0 1 0 1.7L5 11.8ZM3.4 9.6 3 11l1.4-.4Z",
  undo: "M1 5.5 5.5 1v3H8a4.5 4.5 0 0 1 0 9H4v-2h4a2.5 2.5 0 0 0 0-5H5.5v4Z",
  redo: "M13 5.5 8.5 1v3H6a4.5 4.5 0 0 0 0 9h4v-2H6a2.5 2.5 0 0 1 0-5h2.5v4Z",
  all: "M1 1h5v2H4.4L6.5 5.1 5.1 6.5 3 4.4V6H1ZM13 13H8v-2h1.6L7.5 8.9l1.4-1.4L11 9.6V8h2Z",
  follow: "M1 6h6V3l4 4-4 4V8H1ZM11.5 1.5h1.8v11h-1.8Z",
  velocities: "M1 9h2.4v4H1ZM5.8 5h2.4v8H5.8ZM10.6 1H13v12h-2.4Z",
} as const;

export type IconName = keyof typeof PATHS;

/** Return a drawing in the colour of the text around it, hidden from those who are told the name. */
export function icon(name: IconName): SVGSVGElement {
  const drawing = document.createElementNS(NAMESPACE, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 14 14", width: "14", height: "14", "aria-hidden": "true" })) {
    drawing.setAttribute(key, value);
  }
  drawing.style.cssText = "display:inline-block;vertical-align:-2px;stroke:none;fill:currentColor";
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill-rule", "evenodd");
  drawing.append(path);
  return drawing;
}

/** Give a button another sign. */
export function showIcon(on: HTMLElement, name: IconName): void {
  if (on.dataset.icon === name) return;
  on.dataset.icon = name;
  on.firstElementChild?.replaceChildren(icon(name));
}
