/** The desk before there is music: a staff, and three ways to begin. */

import { element } from "../core/dom";
import type { BeginTab } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

/** Return what stands in the place of the music; `told` is called with whether it is shown. */
export function emptyPart(view: DeskView, told: (empty: boolean) => unknown): HTMLElement {
  const { life, model } = view;
  const open = (tab: BeginTab) => model.set({ drawer: "begin", begin_tab: tab });
  const way = (words: string, about: string, call: () => unknown) => {
    const made = element(
      "button",
      { type: "button" },
      element("b", {}, words),
      element("span", {}, about),
    );
    life.on(made, "click", call);
    return made;
  };
  const staff = element("div", { class: "mnb-empty-staff", "aria-hidden": "true" });
  for (let line = 0; line < 5; line++) staff.append(element("i"));
  const part = element(
    "div",
    { class: "mnb-empty", role: "group", "aria-label": "Three ways to begin" },
    staff,
    element("p", {}, "What shall the model go on from?"),
    element(
      "div",
      { class: "mnb-empty-ways" },
      way("Type a motif", "letters and octaves: C5 D5 E5 G5", () => {
        part.parentElement?.querySelector<HTMLElement>(".mnb-desk-text")?.focus();
      }),
      way("Take a famous one", "Bach, Beethoven, chorales", () => open("famous")),
      way("Play it, or open a file", "keys, MIDI, MusicXML, ABC", () => open("play")),
    ),
  );
  show(view, ["takes", "running"], () => {
    const empty = !model.get("takes")?.length && !model.get("running");
    part.hidden = !empty;
    told(empty);
  });
  return part;
}
