/** Signs on buttons as drawings: no font that a machine may lack. */

interface Icon {
  /** Lines on a square of 14. */
  readonly lines?: string;
  readonly areas?: string;
}

const ICONS: Readonly<Record<string, Icon>> = {
  "▶": { areas: "M3 1.5v11l9-5.5z" },
  "⏸": { areas: "M3 2h3v10H3zM8 2h3v10H8z" },
  "⏮": { areas: "M2 2h2v10H2zM12 2v10L5 7z" },
  "■": { areas: "M3 3h8v8H3z" },
  "●": { areas: "M7 2.5a4.5 4.5 0 1 0 .01 0z" },
  "🔁": { lines: "M3 8V6.5a2 2 0 0 1 2-2h6M9 2.5l2 2-2 2M11 6v1.5a2 2 0 0 1-2 2H3M5 11.5l-2-2 2-2" },
  "↶": { lines: "M5 2.5l-3 3 3 3M2.5 5.5H9a3 3 0 0 1 0 6H6" },
  "↷": { lines: "M9 2.5l3 3-3 3M11.5 5.5H5a3 3 0 0 0 0 6h3" },
  "↻": { lines: "M11.2 8.6A4.4 4.4 0 1 1 11 5M11.3 2v3.2H8.1" },
  "✎": { areas: "M2 12l.7-3L9.5 2.2l2.3 2.3L5 11.3z" },
  "✕": { lines: "M3 3l8 8M11 3l-8 8" },
  "⤢": { lines: "M8 2h4v4M12 2L8 6M6 12H2V8M2 12l4-4" },
  "⇥": { lines: "M1.5 7h7M6 4l3 3-3 3M12 2.5v9" },
  "▂▅▇": { lines: "M2 12.5v-3M5.3 12.5V7M8.7 12.5V3.5M12 12.5v-7" },
  "𝅘𝅥": { lines: "M5.2 1.8h3.6l2.4 10.4H2.8zM7 9.5l3.6-6M3.6 9.5h6.8" },
  "🔈": { areas: "M1.5 5.2H4L7.5 2v10L4 8.8H1.5z", lines: "M9.5 4.8a3 3 0 0 1 0 4.4M11.3 3a5.5 5.5 0 0 1 0 8" },
  "🗑": { lines: "M2.5 4h9M5.5 4V2.3h3V4M3.8 4l.6 8h5.2l.6-8M6 6.3v3.5M8 6.3v3.5" },
  "★": { areas: "M7 1.2l1.8 3.8 4.1.4-3.1 2.8.9 4L7 10.1l-3.7 2.1.9-4L1.1 5.4l4.1-.4z" },
  "⇄": { lines: "M4 2.5L1.8 4.7 4 6.9M2 4.7h9.5M10 7.1l2.2 2.2-2.2 2.2M12 9.3H2.5" },
};

const SPACE = "http://www.w3.org/2000/svg";

/** Return a sign as a drawing, or as text where there is none of it. A sign may have words after a space. */
export function signOf(sign: string): (Node | string)[] {
  const [first = "", ...words] = sign.split(" ");
  const icon = ICONS[first.replace(/\uFE0E$/, "")];
  if (!icon) return [sign];
  const drawing = document.createElementNS(SPACE, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 14 14", width: "14", height: "14", class: "mnb-icon" })) drawing.setAttribute(name, value);
  for (const [kind, path] of Object.entries(icon)) {
    const drawn = document.createElementNS(SPACE, "path");
    drawn.setAttribute("d", path as string);
    drawn.setAttribute("fill", kind === "areas" ? "currentColor" : "none");
    if (kind === "lines") drawn.setAttribute("stroke", "currentColor");
    drawing.append(drawn);
  }
  return words.length ? [drawing, ` ${words.join(" ")}`] : [drawing];
}
