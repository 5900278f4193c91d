/** Drawer Keep: the chosen take as a file, a page, all takes. */

import { button, element } from "../core/dom";
import type { Keep, KeepForm } from "../core/wire/desk";
import { downloads } from "./files";
import { act, show, type DeskView } from "./parts";

const NAMES: Record<KeepForm, readonly [string, string]> = {
  mid: ["MIDI", "Save as MIDI"],
  musicxml: ["MusicXML", "Save as MusicXML, for notation programs"],
  wav: ["Sound", "Save the sound"],
  pdf: ["PDF", "Save the score as pages to print"],
  png: ["Picture", "Save the score as a picture"],
  svg: ["SVG", "Save the score as a drawing that stays sharp at any size"],
  brf: ["Braille", "Save the score as Braille music, for a display or an embosser"],
  html: ["Page", "Save one page that plays without a notebook"],
};
const WHAT: Record<KeepForm, string> = {
  mid: "for sequencers and notation programs",
  musicxml: "for notation programs",
  wav: "to listen to anywhere",
  pdf: "pages to print",
  png: "of the score",
  svg: "sharp at any size",
  brf: "for a display or an embosser",
  html: "all takes; plays without a notebook",
};

export function keepPart(view: DeskView): HTMLElement {
  const { life, model, clock } = view;
  const list = element("div", { class: "mnb-list" });
  const able = () => {
    const ready = model.get("selected") && !model.get("running") && clock.band.facts.writable;
    for (const one of list.querySelectorAll("button")) one.disabled = !ready;
  };
  show(view, ["forms"], () => {
    const made = (model.get("forms") ?? []).map((form) => {
      const [name, title] = NAMES[form];
      const words = element("span", {}, element("b", {}, name));
      words.append(element("span", { class: "mnb-faint" }, WHAT[form]));
      const label = { type: "button", "aria-label": title, title, "data-form": form };
      return element("button", label, words);
    });
    list.replaceChildren(...made);
    able();
  });
  show(view, ["selected", "running"], able);
  clock.band.on("writable", life, able);
  life.on(list, "click", (event) => {
    const form = (event.target as HTMLElement).closest<HTMLElement>("[data-form]")?.dataset.form;
    if (!form) return;
    view.say(`${NAMES[form as KeepForm][0]} is being made…`);
    model.post<Keep>({ kind: "keep", form: form as KeepForm });
  });
  const all = button(
    "⤓ All takes",
    "Save all takes as one file; dropped on the motif field, it brings them back",
  );
  life.on(all, "click", () => act(view, "save_all"));
  show(view, ["takes"], () => (all.disabled = !model.get("takes")?.length));
  const kept = element("p", { class: "mnb-desk-reading", "aria-label": "Where the work is kept" });
  show(view, ["kept"], () => (kept.textContent = model.get("kept") ?? ""));
  downloads(view);
  return element(
    "div",
    { class: "mnb-desk-keep", role: "group", "aria-label": "Keep" },
    ...[list, element("div", { class: "mnb-bar" }, all), kept],
  );
}
