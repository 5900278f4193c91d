/** Sanitised SVG of one engraved page: an element with nothing in it but a drawing. */

import { parseNoteId } from "./sheet-places";

const SVG = "http://www.w3.org/2000/svg";
// As many colours as themes have.
export const COLOURS = 6;
const ELEMENTS = new Set(
  "svg g defs path use rect polygon polyline ellipse circle line text tspan".split(" "),
);
const ATTRIBUTES = new Set(
  (
    "id class d points transform x y x1 y1 x2 y2 cx cy r rx ry dx dy width height viewBox overflow fill stroke " +
    "stroke-width stroke-linecap stroke-linejoin stroke-dasharray opacity fill-opacity stroke-opacity visibility " +
    "font-size font-family font-style font-weight text-anchor data-id data-startid"
  ).split(" "),
);

/** Return an SVG element with attributes. */
export function shape(name: string, attributes: Record<string, string | number> = {}): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/**
 * Return the page of an SVG text, copied element by element: the kernel has screened it, but a saved notebook may
 * have been changed since. Every note, beam and tie has the colour of its voice as `data-voice`.
 */
export function drawSheet(svg: string): SVGElement {
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const drawing = copied(parsed);
  if (!drawing || drawing.localName !== "svg")
    throw new Error("score view unavailable: the saved page is no drawing");
  drawing.setAttribute("class", "mnb-engraved");
  drawing.setAttribute("aria-hidden", "true");
  for (const note of drawing.querySelectorAll<SVGElement>("[data-id]")) {
    const voice = String((parseNoteId(note.getAttribute("data-id") ?? "")?.voice ?? 0) % COLOURS);
    note.dataset.voice = voice;
    for (const group of groupsOf(note)) group.dataset.voice = voice;
  }
  for (const [tie, { voice }] of tiesOf(drawing)) tie.dataset.voice = String(voice % COLOURS);
  return drawing;
}

/** Return the ties, each with the note that it goes on from. */
function tiesOf(
  drawing: Element,
): [tie: SVGElement, note: NonNullable<ReturnType<typeof parseNoteId>>][] {
  return [...drawing.querySelectorAll<SVGElement>("[data-startid]")].flatMap((tie) => {
    const note = parseNoteId((tie.getAttribute("data-startid") ?? "").slice(1));
    return note ? [[tie, note]] : [];
  });
}

/** Return the chord and the beam that a note is part of. */
function groupsOf(note: Element): SVGElement[] {
  const found = [note.closest<SVGElement>(".chord"), note.closest<SVGElement>(".beam")];
  return found.filter((group) => group !== null);
}

/** Mark the notes that `generated` names, and the beams and stems that join nothing but such notes. */
export function markGenerated(drawing: Element, generated: (id: string) => boolean): void {
  const groups = new Map<Element, boolean>();
  for (const note of drawing.querySelectorAll("[data-id]")) {
    const marked = generated((note.getAttribute("data-id") ?? "").replace(/-\d+$/, ""));
    note.classList.toggle("mnb-by-model", marked);
    for (const group of groupsOf(note)) groups.set(group, (groups.get(group) ?? true) && marked);
  }
  for (const [tie, { id }] of tiesOf(drawing)) tie.classList.toggle("mnb-by-model", generated(id));
  for (const [group, marked] of groups) group.classList.toggle("mnb-by-model", marked);
}

function copied(from: Element): SVGElement | undefined {
  if (from.namespaceURI !== SVG || !ELEMENTS.has(from.localName)) return undefined;
  const made = document.createElementNS(SVG, from.localName);
  for (const { name, localName, value } of from.attributes) {
    if (localName === "href") {
      if (value.startsWith("#")) made.setAttribute("href", value);
    } else if (ATTRIBUTES.has(name) && !/url|script:/i.test(value)) made.setAttribute(name, value);
  }
  for (const child of from.childNodes) {
    if (child.nodeType === 3) made.append(child.nodeValue ?? "");
    else if (child.nodeType === 1) {
      const inner = copied(child as Element);
      if (inner) made.append(inner);
    }
  }
  return made;
}
