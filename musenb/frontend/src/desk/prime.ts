/** Prime picker: text, the shelf, the corpus, a file, what stands on the roll. */

import { button, element } from "../core/dom";
import { CHUNK_BYTES } from "../core/wire/base";
import type { FilePart, Found, PrimeFrom, PrimeSource, Search } from "../core/wire/desk";
import { numberIn, show, type DeskView } from "./parts";

const READ = ".mid,.midi,.rmi,.musicxml,.xml,.mxl,.abc,.jsonl";
const TYPING_MS = 200;

export function primePart(view: DeskView): HTMLElement {
  const part = element("fieldset", { class: "mnb-desk-part" }, element("legend", {}, "Begin with"));
  part.append(textRow(view), choiceRow(view), trimRow(view), reading(view));
  drops(view, part);
  return part;
}

function begin({ model }: DeskView, source: PrimeSource, text = ""): void {
  model.post<PrimeFrom>({ kind: "prime", source, text });
}

function textRow(view: DeskView): HTMLElement {
  const field = element("input", {
    type: "text",
    "aria-label": "Motif as text",
    placeholder: "D4 A4 F4 D4 C#4:2, or ABC",
    class: "mnb-desk-text",
    spellcheck: "false",
  });
  const use = button("Use", "Use this motif");
  const go = () => (field.value.trim() ? begin(view, "text", field.value) : field.focus());
  view.life.on(use, "click", go);
  view.life.on(field, "keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) go();
  });
  return element("div", { class: "mnb-bar" }, field, use);
}

function choiceRow(view: DeskView): HTMLElement {
  const { life, model } = view;
  const shelf = element("select", { "aria-label": "Famous motifs" });
  show(view, ["shelf"], () => {
    const options = (model.get("shelf") ?? []).map(([id, label]) =>
      element("option", { value: id }, label),
    );
    shelf.replaceChildren(element("option", { value: "" }, "Famous motifs…"), ...options);
  });
  life.on(shelf, "change", () => {
    if (shelf.value) begin(view, "shelf", shelf.value);
    shelf.value = "";
  });
  const file = element("input", {
    type: "file",
    accept: READ,
    hidden: true,
    tabindex: -1,
    "aria-hidden": "true",
  });
  const open = button(
    "File…",
    "Begin with a file (MIDI, MusicXML, ABC); it can also be dropped here",
  );
  life.on(open, "click", () => file.click());
  life.on(file, "change", async () => {
    const chosen = file.files?.[0];
    if (chosen) await upload(view, chosen);
    file.value = "";
  });
  const roll = button("From the roll", "Begin with what is drawn on the roll");
  life.on(roll, "click", () => begin(view, "roll"));
  return element("div", { class: "mnb-bar" }, shelf, corpus(view), open, file, roll);
}

/** A field that lists what the corpus holds while one types. */
function corpus(view: DeskView): HTMLElement {
  const { life, model, say } = view;
  const id = `mnb-corpus-${Math.random().toString(36).slice(2)}`;
  const list = element("datalist", { id });
  const field = element("input", {
    type: "search",
    list: id,
    "aria-label": "Search the corpus",
    placeholder: "Corpus: bwv66.6…",
  });
  let cancel = () => {};
  let found: readonly string[] = [];
  life.on(field, "input", () => {
    cancel();
    if (found.includes(field.value)) return choose();
    cancel = life.after(TYPING_MS, () => model.post<Search>({ kind: "search", text: field.value }));
  });
  const choose = () => {
    if (!field.value.trim()) return;
    begin(view, "corpus", field.value.trim());
    field.value = "";
  };
  life.on(field, "keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) choose();
  });
  model.onMessage<Found>("found", life, ({ text, names, count }) => {
    if (text !== field.value) return;
    found = names;
    list.replaceChildren(...names.map((name) => element("option", { value: name })));
    say(
      count > names.length
        ? `${count} pieces, the first ${names.length} are listed`
        : `${count} pieces`,
    );
  });
  return element("span", {}, field, list);
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
  return element(
    "div",
    { class: "mnb-bar" },
    element("label", {}, "first bars", bars, element("span", { class: "mnb-faint" }, "(0: all)")),
    element("label", {}, "voice", voice),
  );
}

function reading(view: DeskView): HTMLElement {
  const shown = element("p", {
    class: "mnb-desk-reading",
    "aria-label": "What the model will read",
  });
  show(
    view,
    ["reading"],
    () =>
      (shown.textContent =
        view.model.get("reading") || "No music yet: type, choose, drop or play some."),
  );
  return shown;
}

function drops(view: DeskView, part: HTMLElement): void {
  const { life } = view;
  const over = (on: boolean) => part.toggleAttribute("data-over", on);
  life.on<DragEvent>(part, "dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    over(true);
  });
  life.on(part, "dragleave", () => over(false));
  life.on<DragEvent>(part, "drop", async (event) => {
    const file = event.dataTransfer?.files[0];
    over(false);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    await upload(view, file);
  });
}

/** Send a file in pieces that every server lets through. */
export async function upload({ model, say }: DeskView, file: File): Promise<void> {
  const id = Math.random().toString(36).slice(2);
  const parts = Math.max(1, Math.ceil(file.size / CHUNK_BYTES));
  for (let part = 0; part < parts; part++) {
    const piece = await file.slice(part * CHUNK_BYTES, (part + 1) * CHUNK_BYTES).arrayBuffer();
    model.post<FilePart>({ kind: "file", file: id, name: file.name, part, parts }, [piece]);
  }
  say(`${file.name} is read`);
}
