/** Panel of questions: what else, what was heard, what if, which heads matter. */

import css from "../asking/asking.css";
import { elsePart } from "../asking/else";
import { headsPart } from "../asking/heads";
import { heardPart } from "../asking/heard";
import { job, show, type AskingView } from "../asking/parts";
import { ifPart } from "../asking/whatif";
import { button, element } from "../core/dom";
import { mount } from "../core/mount";
import { NoteStore } from "../core/notes";
import { handOf } from "../sound/synth";
import { pitchName } from "../core/units";
import type { AskingState, AskNote, AskTab } from "../core/wire/asking";

const TABS: readonly (readonly [AskTab, string])[] = [
  ["else", "What else could it have played?"],
  ["heard", "What did it listen to?"],
  ["if", "What if?"],
  ["heads", "Which heads matter?"],
];

function tabs(panel: AskingView, parts: Record<AskTab, HTMLElement>): HTMLElement {
  const { model, life } = panel.view;
  const list = element("div", {
    role: "tablist",
    class: "mnb-ask-tabs",
    "aria-label": "Questions",
  });
  const id = `mnb-${Math.random().toString(36).slice(2)}`;
  const made = TABS.map(([name, text]) => {
    const tab = element(
      "button",
      {
        type: "button",
        role: "tab",
        id: `${id}-${name}`,
        "aria-controls": `${id}-${name}-panel`,
        "data-tab": name,
      },
      text,
    );
    const part = parts[name];
    for (const [attribute, value] of Object.entries({
      role: "tabpanel",
      id: `${id}-${name}-panel`,
      "aria-labelledby": tab.id,
    }))
      part.setAttribute(attribute, value);
    life.on(tab, "click", () => model.set({ tab: name }));
    return tab;
  });
  list.append(...made);
  const fit = () => {
    const now = model.get("tab") ?? "else";
    for (const tab of made) {
      const chosen = tab.dataset.tab === now;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      parts[tab.dataset.tab as AskTab].hidden = !chosen;
    }
  };
  life.on(list, "keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const place = TABS.findIndex(([name]) => name === (model.get("tab") ?? "else"));
    const next = TABS[(place + by + TABS.length) % TABS.length]![0];
    event.preventDefault();
    model.set({ tab: next });
    fit();
    made.find((tab) => tab.dataset.tab === next)?.focus();
  });
  model.on("change:tab", life, fit);
  fit();
  return list;
}

/** Which note is asked about, and what runs. */
function top(panel: AskingView): HTMLElement {
  const { model, life, say } = panel.view;
  const place = element("strong", { "aria-label": "The note" });
  const bits = element("span", { class: "mnb-ask-faint" });
  const words = element("span");
  const bar = element("progress", { "aria-label": "Progress" });
  const stop = button("■ Stop", "Stop");
  const run = element("span", { class: "mnb-ask-run" }, words, bar, stop);
  life.on(stop, "click", () => job(panel, "stop"));
  show(panel, ["place", "bits", "model", "running", "done", "total"], () => {
    place.textContent = model.get("place") || "No note yet";
    const value = model.get("bits");
    bits.textContent =
      value == null
        ? "Select a note in the score or on the curve."
        : `surprise ${value.toFixed(2)} bits · model ${model.get("model")}`;
    const running = model.get("running") ?? "";
    run.style.display = running ? "" : "none";
    words.textContent = running ? `${running}…` : "";
    if (model.get("total")) {
      bar.max = model.get("total");
      bar.value = model.get("done");
    } else bar.removeAttribute("value");
  });
  model.on("change:said", life, () => say(model.get("said") ?? ""));
  model.on("change:verdict", life, () => model.get("verdict") && say(model.get("verdict")));
  model.on("change:map_words", life, () => model.get("map_words") && say(model.get("map_words")));
  model.on("change:place", life, () => say(`about ${model.get("place")}`));
  return element("div", { class: "mnb-ask-top" }, place, bits, run);
}

export default mount<AskingState, NoteStore>({
  label: "Questions",
  store: (model, life, clockId) => new NoteStore(model as never, life, clockId),
  view(view) {
    const { root, model, life, clock, store, onTheme } = view;
    const nameOf = (pitch: number) => pitchName(pitch, store.piece.alters);
    const panel: AskingView = { view, hand: handOf(model, life), nameOf };
    const style = element("style");
    style.textContent = css;
    const parts = {
      else: elsePart(panel),
      heard: heardPart(panel, () => model.get("tab") === "heard"),
      if: ifPart(panel),
      heads: headsPart(panel),
    };
    const frame = element(
      "div",
      { class: "mnb-ask" },
      tabs(panel, parts),
      top(panel),
      ...Object.values(parts),
    );
    root.append(style, frame);
    onTheme((theme) => void (frame.dataset.theme = theme.dark ? "dark" : "light"));
    // The note that is selected is the one that is asked about; the first one comes from the kernel.
    let asked = model.get("note") ?? "";
    const follow = () => {
      const chosen = [...clock.selection].find((id) => store.table.row(id) >= 0);
      if (!chosen || chosen === asked) return;
      asked = chosen;
      model.post<AskNote>({ kind: "ask", id: chosen });
    };
    const lead = () => {
      const note = model.get("note") ?? "";
      if (note && !clock.selection.size) {
        asked = note;
        clock.select([note]);
      }
    };
    clock.on("selection", life, follow);
    model.on("change:note", life, lead);
    lead();
  },
});
