/** Attention beside occlusion: where the heads looked, and the test that takes each note away. */

import { percent } from "../core/words";
import type { Arc } from "../core/clock";
import { button, element } from "../core/dom";
import type { HeardRow } from "../core/wire/asking";
import { job, renewed, show, type AskingView } from "./parts";

const ARCS = 6;

/** Return the arcs from a note to those that were looked at most and, after a test, to those that mattered most. */
export function arcsOf(note: string, rows: readonly HeardRow[]): Arc[] {
  const arcs: Arc[] = rows
    .slice(0, ARCS)
    .filter(({ looked }) => looked > 0.01)
    .map(({ id, looked }) => ({
      from: note,
      to: id,
      weight: looked,
      head: 0,
      name: "looked at (all heads)",
    }));
  const most = Math.max(0, ...rows.map(({ mattered }) => mattered ?? 0));
  const tested = [...rows]
    .sort((one, other) => (other.mattered ?? 0) - (one.mattered ?? 0))
    .slice(0, ARCS);
  for (const { id, mattered } of tested) {
    if (mattered && mattered > 0.05 * most)
      arcs.push({
        from: note,
        to: id,
        weight: mattered / most,
        head: 1,
        name: "taken away, it changes what is expected (share of the most)",
      });
  }
  return arcs;
}

/** Return which layer's attention agrees best with the test, in words. */
export function layersText(found: readonly (number | null)[]): string {
  const known = found
    .map((value, layer) => ({ value, layer }))
    .filter((one): one is { value: number; layer: number } => one.value !== null);
  if (!known.length) return "";
  const said = known.map(({ value, layer }) => `layer ${layer + 1} ${value.toFixed(2)}`).join(", ");
  return `Rank correlation of attention with the test, by layer: ${said}.`;
}

export function heardPart(panel: AskingView, shown: () => boolean): HTMLElement {
  const { view, hand } = panel;
  const { model, life, clock } = view;
  const table = element("table", { class: "mnb-ask-heard" });
  const verdict = element("p", { class: "mnb-ask-verdict", "aria-label": "Verdict" });
  const layers = element("p", { class: "mnb-ask-faint" });
  const test = button("Test it: take each note away", "Test it: take each note away", {
    class: "mnb-ask-main",
  });
  const every = button("Show every head", "Show every head", { "aria-pressed": "false" });
  const owner = {};
  const rowsLife = renewed(panel);
  life.on(test, "click", () => job(panel, "test"));
  life.on(every, "click", () => model.set({ every_head: !model.get("every_head") }));
  life.atEnd(() => clock.setOverlay(owner, []));

  const cell = (share: number, kind: string, text: string) => {
    const fill = element("i");
    fill.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
    return element(
      "td",
      {},
      element(
        "div",
        {},
        element("span", {}, text),
        element("div", { class: `mnb-ask-bar ${kind}`, "aria-hidden": true }, fill),
      ),
    );
  };
  const fill = () => {
    const rows = model.get("heard") ?? [];
    const inner = rowsLife();
    const tested = rows.some(({ mattered }) => mattered !== null);
    // A share is drawn as it is said: a full bar is 100 %. Bits have no such end: there the largest is full.
    const worst = Math.max(1e-9, ...rows.map(({ mattered }) => mattered ?? 0));
    const head = element(
      "tr",
      {},
      ...[
        "earlier note",
        "looked at (all heads)",
        tested ? "taken away: change in bits" : "taken away",
      ].map((name) => element("th", { scope: "col" }, name)),
    );
    const body = rows.map(({ id, name, pitch, looked, mattered }) => {
      const hear = element("button", { type: "button", title: "Hear it", "data-note": id }, name);
      inner.on(hear, "click", () => hand.tap(pitch));
      inner.on(hear, "pointerenter", () => clock.setHover(id));
      inner.on(hear, "pointerleave", () => clock.setHover(null));
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, hear),
        cell(looked, "mnb-ask-look", percent(looked)),
        mattered === null
          ? element("td", { class: "mnb-ask-faint" }, "not tested")
          : cell(mattered / worst, "mnb-ask-test", mattered.toFixed(3)),
      );
    });
    table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
    table.hidden = !rows.length;
    verdict.textContent = model.get("verdict") ?? "";
    layers.textContent = layersText(model.get("by_layer") ?? []);
    test.disabled = Boolean(model.get("running")) || !rows.length || tested;
    every.setAttribute("aria-pressed", String(model.get("every_head") ?? false));
    clock.setOverlay(owner, shown() ? arcsOf(model.get("note") ?? "", rows) : []);
  };
  show(panel, ["heard", "verdict", "by_layer", "running", "every_head", "tab", "note"], fill);
  return element(
    "div",
    {},
    element(
      "p",
      {},
      "Attention tells where the heads looked when the note was chosen. " +
        "Whether they needed what they saw, it does not tell: it is a hypothesis. " +
        "The test takes the earlier notes away, one at a time, and measures how much the prediction changes.",
    ),
    element("div", { class: "mnb-bar" }, test, every),
    verdict,
    table,
    layers,
  );
}
