/** Tab File of the drawer Begin: a file, its parts to choose the motif from, and how it is read. */

import { button, element } from "../core/dom";
import type { ChoosePart, PartLine, PartRow } from "../core/wire/desk";
import { READ, upload } from "./files";
import { numberIn, show, type DeskView } from "./parts";

const OCTAVES: readonly (readonly [number, string])[] = [
  [2, "two octaves higher"],
  [1, "an octave higher"],
  [0, "as written"],
  [-1, "an octave lower"],
  [-2, "two octaves lower"],
];

export function fromFile(view: DeskView): HTMLElement {
  const { life } = view;
  const file = element("input", {
    type: "file",
    accept: READ,
    hidden: true,
    tabindex: -1,
    "aria-hidden": "true",
  });
  const open = button(
    "Choose a file…",
    "Begin with a file (MIDI, MusicXML, ABC); it can also be dropped here",
  );
  life.on(open, "click", () => file.click());
  life.on(file, "change", async () => {
    const chosen = file.files?.[0];
    if (chosen) await upload(view, chosen);
    file.value = "";
  });
  const words =
    "MIDI, MusicXML or ABC, or all takes as they were saved. " +
    "A file can also be dropped here, or on the motif field.";
  return element(
    "div",
    {},
    element("p", {}, words),
    open,
    file,
    partsOfFile(view),
    trimRow(view),
  );
}

/** Which part is the motif: the parts of the file that was opened last. */
function partsOfFile(view: DeskView): HTMLElement {
  const { life, model } = view;
  const question = element("p", { class: "mnb-file-question" });
  const list = element("div", { class: "mnb-list", role: "group", "aria-label": "Parts of the file" });
  const words = element("p", { class: "mnb-desk-reading" });
  const box = element("div", { class: "mnb-file-parts" }, question, list, words);
  const rows = () => model.get("file_parts") ?? [];
  show(view, ["file_name", "file_parts", "file_words", "file_chosen"], () => {
    const parts = rows();
    box.hidden = !parts.length;
    const count = parts.length === 1 ? "one part" : `${parts.length} parts`;
    const asked = parts.length === 1 ? "" : ". Which is the motif?";
    question.replaceChildren(
      element("b", {}, model.get("file_name") ?? ""),
      ` has ${count}${asked}`,
    );
    const chosen = model.get("file_chosen") ?? "";
    const made = parts.flatMap((part) => buttonsOf(part, chosen));
    if (parts.length > 1) made.push(choice("0", "All together", "up to four lines", chosen));
    list.replaceChildren(...made);
    words.textContent = model.get("file_words") ?? "";
  });
  life.on(list, "click", (event) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-part]")?.dataset.part;
    if (id === undefined) return;
    const [number = "0", line = ""] = id.split(" ");
    model.post<ChoosePart>({ kind: "part", number: Number(number), line: line as PartLine });
  });
  return box;
}

/** One button for a line; of chords two, for what is highest and lowest in them. */
function buttonsOf([number, name, about, lines, likely]: PartRow, chosen: string): HTMLElement[] {
  const words = likely ? `${about}; likely the tune` : about;
  if (lines < 2) return [choice(String(number), name, words, chosen)];
  return [
    choice(`${number} top`, `${name}: the highest notes`, words, chosen),
    choice(`${number} bottom`, `${name}: the lowest notes`, about, chosen),
  ];
}

function choice(id: string, name: string, about: string, chosen: string): HTMLElement {
  const words = element("span", {}, element("b", {}, name));
  words.append(element("span", { class: "mnb-faint" }, about));
  const pressed = String(id === chosen);
  return element("button", { type: "button", "data-part": id, "aria-pressed": pressed }, words);
}

function trimRow(view: DeskView): HTMLElement {
  const { life, model } = view;
  const bars = element("input", {
    type: "number",
    min: 0,
    max: 512,
    step: 1,
    class: "mnb-desk-number",
    "aria-label": "Bars of the beginning, 0 for all",
  });
  const voice = element("select", { "aria-label": "Voice that it belongs to" });
  show(view, ["prime_bars"], () => (bars.value = String(model.get("prime_bars") ?? 0)));
  show(view, ["voices", "prime_voice"], () => {
    const options = (model.get("voices") ?? []).map((name) =>
      element("option", { value: name }, name),
    );
    voice.replaceChildren(element("option", { value: "" }, "as it is written"), ...options);
    voice.value = model.get("prime_voice") ?? "";
  });
  life.on(bars, "change", () => {
    const asked = numberIn(bars);
    if (asked === undefined) bars.value = String(model.get("prime_bars") ?? 0);
    else model.set({ prime_bars: Math.round(asked) });
  });
  life.on(voice, "change", () => model.set({ prime_voice: voice.value }));
  const octave = element(
    "select",
    { "aria-label": "Octave in which a file is read" },
    ...OCTAVES.map(([value, name]) => element("option", { value: String(value) }, name)),
  );
  show(view, ["prime_octave"], () => (octave.value = String(model.get("prime_octave") ?? 0)));
  life.on(octave, "change", () => model.set({ prime_octave: Number(octave.value) }));
  return element(
    "div",
    { class: "mnb-file-trim" },
    element("label", {}, "take the first", bars, "bars", element("small", {}, "(0: all)")),
    element("label", {}, "as the", voice),
    element("label", {}, "read it", octave),
  );
}

