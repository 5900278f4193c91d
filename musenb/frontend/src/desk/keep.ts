/** Download and recovery: what is taken home, and where the work is kept meanwhile. */

import { button, element } from "../core/dom";
import type { Keep, KeepForm, Kept, Recover } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

const NAMES: Record<KeepForm, readonly [string, string]> = {
  mid: ["MIDI", "Save as MIDI"],
  musicxml: ["MusicXML", "Save as MusicXML, for notation programs"],
  wav: ["WAV", "Save the sound"],
  pdf: ["PDF", "Save the score as pages to print"],
  png: ["PNG", "Save the score as a picture"],
  svg: ["SVG", "Save the score as a drawing that stays sharp at any size"],
  brf: ["Braille", "Save the score as Braille music, for a display or an embosser"],
  html: ["Page", "Save one page that plays without a notebook"],
};

export function keepPart(view: DeskView): HTMLElement {
  const { life, model } = view;
  const bar = element("div", { class: "mnb-bar" });
  const able = () => {
    for (const one of bar.querySelectorAll("button"))
      one.disabled = !model.get("selected") || (model.get("running") ?? false);
  };
  show(view, ["forms"], () => {
    const made = (model.get("forms") ?? []).map((form) => {
      const one = button(...NAMES[form]);
      one.dataset.form = form;
      return one;
    });
    bar.replaceChildren(...made);
    able();
  });
  show(view, ["selected", "running"], able);
  life.on(bar, "click", (event) => {
    const form = (event.target as HTMLElement).closest<HTMLElement>("[data-form]")?.dataset.form;
    if (!form) return;
    view.say(`${NAMES[form as KeepForm][0]} is being made…`);
    model.post<Keep>({ kind: "keep", form: form as KeepForm });
  });
  const kept = element("p", { class: "mnb-desk-reading", "aria-label": "Where the work is kept" });
  show(view, ["kept"], () => (kept.textContent = model.get("kept") ?? ""));
  downloads(view);
  const part = element("fieldset", { class: "mnb-desk-part" }, element("legend", {}, "Keep"));
  part.append(bar, sessions(view), kept);
  return part;
}

function sessions(view: DeskView): HTMLElement {
  const { life, model } = view;
  const choice = element("select", { "aria-label": "Earlier work" });
  const row = element("div", { class: "mnb-bar" }, choice);
  show(view, ["sessions"], () => {
    const rows = model.get("sessions") ?? [];
    row.hidden = !rows.length;
    choice.replaceChildren(
      element("option", { value: "" }, "Bring back earlier work…"),
      ...rows.map(([id, label]) => element("option", { value: id }, label)),
    );
  });
  life.on(choice, "change", () => {
    if (choice.value) model.post<Recover>({ kind: "recover", id: choice.value });
    choice.value = "";
  });
  return row;
}

/** Gather the pieces of a file and let the browser save it. */
function downloads({ model, life, say }: DeskView): void {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  model.onMessage<Kept>("kept", life, ({ name, type, part, parts }, [buffer]) => {
    if (part === 0) pieces = [];
    if (buffer)
      pieces.push(
        new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength).slice(),
      );
    if (part < parts - 1) return;
    const address = URL.createObjectURL(new Blob(pieces, { type }));
    pieces = [];
    const link = element("a", { href: address, download: name });
    link.click();
    life.after(60_000, () => URL.revokeObjectURL(address));
    life.atEnd(() => URL.revokeObjectURL(address));
    say(`${name} is saved`);
  });
}
