/** Tab Type of the drawer Begin: music as text, with room for several lines, and how it is written. */

import { button, element } from "../core/dom";
import type { PrimeFrom } from "../core/wire/desk";
import type { DeskView } from "./parts";

const LINES = 7;
const WRITTEN: readonly (readonly [string, string])[] = [
  ["C4 D4 F#4 Bb4", "notes of a quarter, with their octave"],
  ["do re mi, fis es", "other names for them"],
  ["C4/8 D4/4. E4:2", "an eighth, a dotted quarter, two quarters"],
  ["r r/8", "rests"],
  ["3/4 key=D |", "metre, key and bar lines, if you like"],
  ["soprano: …", "first in a line: a voice of its own"],
  ["X:1 …", "a tune in ABC, pasted as it is"],
];

export function typed(view: DeskView): HTMLElement {
  const { life, model, clock } = view;
  const field = element("textarea", {
    rows: LINES,
    "aria-label": "Music as text, in several lines",
    class: "mnb-desk-lines",
    spellcheck: "false",
    autocapitalize: "off",
  });
  const use = button("Use this", "Begin with this text");
  const begin = () => {
    if (field.value.trim())
      model.post<PrimeFrom>({ kind: "prime", source: "text", text: field.value });
  };
  const able = () => (use.disabled = !field.value.trim());
  life.on(field, "input", able);
  able();
  life.on(use, "click", begin);
  life.on(field, "keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    begin();
  });
  clock.band.onWish(life, (wish) => {
    if (wish.kind !== "type") return;
    field.value = wish.text;
    able();
    model.set({ drawer: "begin", begin_tab: "type" });
    life.after(0, () => field.focus());
  });
  const list = element("dl", { class: "mnb-desk-written" });
  for (const [text, means] of WRITTEN)
    list.append(element("dt", {}, text), element("dd", {}, means));
  return element("div", {}, field, element("div", { class: "mnb-bar" }, use), list);
}
