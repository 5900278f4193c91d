/** Legend of the score: what the colours, the dashed lines, the arcs and the tints mean. */

import { element } from "../core/dom";
import type { NoteStore } from "../core/notes";
import type { Theme } from "../core/theme";
import { legendGradient } from "../marks/sheet-overlay";
import type { Drawing } from "./drawing";

export interface LegendPlan {
  readonly notes: NoteStore;
  readonly theme: Theme;
  readonly colours: boolean;
  readonly tintName: string;
}

/** Return its parts; none where there is nothing to tell. */
export function legend(
  { notes, theme, colours, tintName }: LegendPlan,
  { tint, arcs }: Drawing,
): Element[] {
  const parts: Element[] = [];
  if (colours) {
    notes.piece.voices.forEach((name, voice) => {
      const dot = element("span", { "aria-hidden": true }, "●");
      dot.style.color = theme.voices[voice % theme.voices.length] ?? "";
      parts.push(element("span", {}, dot, name));
    });
  }
  for (const { name, colour, dashed } of arcs.heads(theme)) {
    const dot = element("i", { class: "mnb-arc-sign" });
    dot.style.borderColor = colour;
    dot.style.borderTopStyle = dashed ? "dashed" : "solid";
    parts.push(element("span", {}, dot, name));
  }
  const { table } = notes;
  if (table.flags.some((_, row) => table.generated(row))) {
    parts.push(element("span", {}, element("i", { class: "mnb-dash" }), "generated"));
  }
  if (tint.values.size) {
    const scale = element("i");
    scale.style.background = legendGradient(theme.dark);
    const [low, high] = [tint.low, tint.high].map((value) => String(Number(value.toPrecision(3))));
    const words = element("span", {}, `${tintName || "value"}:`);
    parts.push(
      element("span", {}, words, element("span", { class: "mnb-scale" }, low!, scale, high!)),
    );
  }
  return parts;
}

