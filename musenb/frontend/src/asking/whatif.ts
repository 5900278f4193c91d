/** Counterfactual controls: a part of the model silent, or a note of the prime another. */

import { button, element } from "../core/dom";
import type { AskIf, IfAct } from "../core/wire/asking";
import { show, type AskingView } from "./parts";

const ACTS: readonly (readonly [IfAct | "rest bar" | "move bar", string])[] = [
  ["head", "one head were silent"],
  ["layer", "a whole layer were silent"],
  ["relative", "the relative term were silent"],
  ["rest", "this note were a rest"],
  ["rest bar", "its bar were empty"],
  ["move", "this note stood higher or lower"],
  ["move bar", "its bar stood higher or lower"],
  ["change", "this note were another"],
];

export function ask({ view: { model } }: AskingView, asked: Omit<AskIf, "kind">): void {
  model.post<AskIf>({ kind: "if", ...asked });
}

export function ifPart(panel: AskingView): HTMLElement {
  const { view } = panel;
  const { model, life, store } = view;
  const act = element("select", { "aria-label": "What if" });
  const layer = element("input", { type: "number", min: 1, value: 1, "aria-label": "Layer" });
  const head = element("input", { type: "number", min: 1, value: 1, "aria-label": "Head" });
  const amount = element("input", {
    type: "number",
    min: -12,
    max: 12,
    value: 2,
    "aria-label": "Semitones up or down",
  });
  const pitch = element("select", { "aria-label": "Another pitch" });
  const go = button("Try it", "Try it", { class: "mnb-ask-main" });
  const about = element("p", { class: "mnb-ask-faint" });
  const fields: Record<string, HTMLElement> = {
    layer: element("label", {}, "layer", layer),
    head: element("label", {}, "head", head),
    amount: element("label", {}, amount, "semitones"),
    pitch: element("label", {}, "pitch", pitch),
  };
  for (let midi = 81; midi >= 36; midi--)
    pitch.append(element("option", { value: midi }, panel.nameOf(midi)));

  const fit = () => {
    const kind = act.value;
    const wanted = {
      layer: kind === "head" || kind === "layer",
      head: kind === "head",
      amount: kind.startsWith("move"),
      pitch: kind === "change",
    };
    for (const [name, needed] of Object.entries(wanted)) fields[name]!.hidden = !needed;
    const ofNote = !["head", "layer", "relative"].includes(kind);
    const bars = model.get("prime");
    const place = model.get("place") || "none";
    about.textContent = ofNote
      ? `Notes of the prime can be changed${bars ? `: ${bars}` : ""}. The note that is selected: ${place}.`
      : "Before and after go on from the same prime with the same seed, so that only the change differs.";
    go.disabled = Boolean(model.get("running")) || (ofNote && !model.get("note"));
  };
  const fill = () => {
    const chosen = act.value;
    const acts = ACTS.filter(([kind]) => kind !== "relative" || model.get("relative"));
    act.replaceChildren(...acts.map(([value, text]) => element("option", { value }, `… ${text}?`)));
    act.value = acts.some(([kind]) => kind === chosen) ? chosen : "head";
    layer.max = String(model.get("layers") ?? 1);
    head.max = String(model.get("heads") ?? 1);
    fit();
  };
  const follow = () => {
    const row = store.table.row(model.get("note") ?? "");
    if (row >= 0) pitch.value = String(store.table.pitch[row]);
    fit();
  };
  life.on(act, "change", fit);
  life.on(go, "click", () => {
    const [kind, scope] = act.value.split(" ");
    const fields = [layer, head, amount].filter(
      (field) => !field.closest<HTMLElement>("label")?.hidden,
    );
    if (!fields.every((field) => field.reportValidity())) return;
    ask(panel, {
      act: kind as IfAct,
      scope: scope === "bar" ? "bar" : "note",
      layer: layer.valueAsNumber - 1,
      head: head.valueAsNumber - 1,
      amount: kind === "change" ? Number(pitch.value) : amount.valueAsNumber,
    });
  });
  show(panel, ["layers", "heads", "relative"], fill);
  show(panel, ["note", "place", "prime"], follow);
  show(panel, ["running"], fit);
  return element(
    "div",
    {},
    element(
      "form",
      { class: "mnb-ask-form" },
      element("span", {}, "What if"),
      act,
      ...Object.values(fields),
      go,
    ),
    about,
  );
}
