/** Button icons as SVG drawings: no font that a machine may lack. */

interface Icon {
  /** Lines on a square of 14. */
  readonly lines?: string;
  readonly areas?: string;
}

/** A widget with signs of its own adds them. */
export const ICONS: Record<string, Icon> = {
  "▶": { areas: "M3 1.5v11l9-5.5z" },
  "⏸": { areas: "M3 2h3v10H3zM8 2h3v10H8z" },
  "↶": { lines: "M5 2.5l-3 3 3 3M2.5 5.5H9a3 3 0 0 1 0 6H6" },
  "↷": { lines: "M9 2.5l3 3-3 3M11.5 5.5H5a3 3 0 0 0 0 6h3" },
  "✎": { areas: "M2 12l.7-3L9.5 2.2l2.3 2.3L5 11.3z" },
  "✕": { lines: "M3 3l8 8M11 3l-8 8" },
  "⤢": { lines: "M8 2h4v4M12 2L8 6M6 12H2V8M2 12l4-4" },
  "⇥": { lines: "M1.5 7h7M6 4l3 3-3 3M12 2.5v9" },
  "▂▅▇": { lines: "M2 12.5v-3M5.3 12.5V7M8.7 12.5V3.5M12 12.5v-7" },
};

const SPACE = "http://www.w3.org/2000/svg";

/** Return a sign as a drawing, or as text where there is none of it. A sign may have words after a space. */
export function signOf(sign: string): (Node | string)[] {
  const [first = "", ...words] = sign.split(" ");
  const icon = ICONS[first.replace(/\uFE0E$/, "")];
  if (!icon) return [sign];
  const drawing = document.createElementNS(SPACE, "svg");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 14 14",
    width: "14",
    height: "14",
    class: "mnb-icon",
  }))
    drawing.setAttribute(name, value);
  for (const [kind, path] of Object.entries(icon)) {
    const drawn = document.createElementNS(SPACE, "path");
    drawn.setAttribute("d", path as string);
    drawn.setAttribute("fill", kind === "areas" ? "currentColor" : "none");
    if (kind === "lines") drawn.setAttribute("stroke", "currentColor");
    drawing.append(drawn);
  }
  return words.length ? [drawing, ` ${words.join(" ")}`] : [drawing];
}
