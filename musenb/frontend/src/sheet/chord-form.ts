/** Form at a chord label: another numeral and key, the second choice, or back to what was found. */

import { element } from "../core/dom";
import type { Life } from "../core/life";
import type { ChordRow } from "../core/wire/sheet";

const MAJOR = ["C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F"];
const MINOR = ["A", "E", "B", "F#", "C#", "G#", "Eb", "Bb", "F", "C", "G", "D"];
const KEYS = [...MAJOR.map((name) => `${name} major`), ...MINOR.map((name) => `${name} minor`)];

export interface ChordActs {
  /** Name the chord; an empty numeral takes a person's label back. */
  name(numeral: string, key: string): unknown;
  leave(): unknown;
}

export function chordForm(life: Life, row: ChordRow, acts: ChordActs): HTMLElement {
  const [, , numeral, key, , , , , [second, secondKey], overruled] = row;
  const field = element("input", {
    type: "text",
    size: 7,
    maxlength: 20,
    "aria-label": "Numeral, such as V6/5 or viio7/V",
    spellcheck: "false",
    autocomplete: "off",
  });
  field.value = numeral;
  const keys = element("select", { "aria-label": "Key" });
  for (const name of KEYS.includes(key) ? KEYS : [key, ...KEYS])
    keys.append(element("option", { value: name }, name));
  keys.value = key;
  const act = (words: string, title: string, call: () => unknown) => {
    const made = element("button", { type: "button", title }, words);
    life.on(made, "click", call);
    return made;
  };
  const form = element(
    "form",
    { class: "mnb-bubble mnb-chord-form", "aria-label": "Name the chord" },
    ...[field, element("span", {}, "in"), keys],
    element("button", { type: "submit" }, "Keep"),
  );
  if (overruled) form.append(act("Take back", "The label that was found", () => acts.name("", "")));
  else if (second)
    form.append(
      act(`or ${second} in ${secondKey}`, "The next likely label", () =>
        acts.name(second, secondKey),
      ),
    );
  life.on(form, "submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) acts.name(field.value.trim(), keys.value);
  });
  life.on(form, "keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") acts.leave();
  });
  life.on(form, "click", (event) => event.stopPropagation());
  return form;
}
