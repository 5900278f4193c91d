/** Head ablation map: what the silence of each head costs. */

import { button, element } from "../core/dom";
import type { HeadCell } from "../core/wire/asking";
import { job, renewed, show, type AskingView } from "./parts";
import { ask } from "./whatif";

/** Return a number of bits with its sign. */
export function bitsText(value: number): string {
  const shown = Math.abs(value).toFixed(3);
  return Number(shown) === 0 ? shown : `${value < 0 ? "−" : "+"}${shown}`;
}

/** Return whether a cost can be told from nothing: its interval holds no 0. */
export const isClear = ({ low, high }: HeadCell): boolean =>
  low !== null && high !== null && (low > 0 || high < 0);

/** Return a head and its cost in words. */
export function cellText(cell: HeadCell, layer: number, head: number): string {
  const name = `layer ${layer + 1}, head ${head + 1}`;
  const job = cell.job ? `; looks at: ${cell.job}` : "";
  if (cell.change === null) return `${name}: not asked${job}`;
  const interval =
    cell.low === null || cell.high === null
      ? ""
      : `, 95 % ${bitsText(cell.low)} to ${bitsText(cell.high)}`;
  return `${name}: ${bitsText(cell.change)} bits a token${interval}${isClear(cell) ? "" : ", not told from 0"}${job}`;
}

export function headsPart(panel: AskingView): HTMLElement {
  const { model, life } = panel.view;
  const begin = button("Silence one after the other", "Silence one head after the other", {
    class: "mnb-ask-main",
  });
  const words = element("p", { "aria-label": "What the map says" });
  const grid = element("table", {
    class: "mnb-ask-map",
    role: "grid",
    "aria-label": "Map of heads: a row a layer, a column a head",
  });
  const cellsLife = renewed(panel);
  let inner = cellsLife();
  let [focusLayer, focusHead] = [0, 0];
  life.on(begin, "click", () => job(panel, "map"));
  const at = (layer: number, head: number) =>
    grid.querySelector<HTMLButtonElement>(`[data-head="${layer} ${head}"]`);
  const fill = () => {
    inner = cellsLife();
    const [layers, heads, cells] = [
      model.get("layers") ?? 0,
      model.get("heads") ?? 0,
      model.get("cells") ?? [],
    ];
    const most = Math.max(1e-9, ...cells.map(({ change }) => Math.abs(change ?? 0)));
    const top = element(
      "tr",
      {},
      element("th"),
      ...Array.from({ length: heads }, (_, head) =>
        element("th", { scope: "col" }, `head ${head + 1}`),
      ),
    );
    const rows = Array.from({ length: layers }, (_, layer) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, `layer ${layer + 1}`),
        ...Array.from({ length: heads }, (_, head) =>
          element("td", {}, cellButton(cells[layer * heads + head], layer, head, most)),
        ),
      ),
    );
    grid.replaceChildren(element("thead", {}, top), element("tbody", {}, ...rows));
    grid.hidden = !cells.length;
    words.textContent = model.get("map_words") ?? "";
    begin.disabled = Boolean(model.get("running"));
  };
  const cellButton = (
    cell: HeadCell | undefined,
    layer: number,
    head: number,
    most: number,
  ): HTMLButtonElement => {
    const found = cell ?? { change: null, low: null, high: null, kl: null, job: "" };
    const made = element("button", {
      type: "button",
      tabindex: layer === focusLayer && head === focusHead ? 0 : -1,
      "data-head": `${layer} ${head}`,
      "aria-label": `${cellText(found, layer, head)}; press to hear the piece without it`,
      title: cellText(found, layer, head),
    });
    made.append(
      found.change === null ? "…" : bitsText(found.change),
      element("small", {}, isClear(found) ? found.job || "\u00a0" : found.job || "≈ 0"),
    );
    if (found.change !== null) {
      const share = Math.round((85 * Math.abs(found.change)) / most);
      const colour = found.change > 0 ? "var(--mnb-accent)" : "var(--mnb-likely)";
      const strength = isClear(found) ? share : Math.round(share / 3);
      made.style.background = `color-mix(in srgb, ${colour} ${strength}%, var(--mnb-panel))`;
      if (isClear(found) && share > 45) made.style.color = "var(--mnb-paper)";
    }
    inner.on(made, "click", () =>
      ask(panel, { act: "head", scope: "note", layer, head, amount: 0 }),
    );
    return made;
  };
  life.on(grid, "keydown", (event) => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const move = moves[event.key];
    if (!move) return;
    const next = at(focusLayer + move[0], focusHead + move[1]);
    event.preventDefault();
    if (!next) return;
    at(focusLayer, focusHead)?.setAttribute("tabindex", "-1");
    [focusLayer, focusHead] = [focusLayer + move[0], focusHead + move[1]];
    next.tabIndex = 0;
    next.focus();
  });
  show(panel, ["layers", "heads", "cells", "map_words", "running"], fill);
  return element(
    "div",
    {},
    element(
      "p",
      {},
      "Each head is silenced in turn, and the piece is read again: how many bits does a token cost more? " +
        "A head that costs nothing here may still work elsewhere, or another may stand in for it. " +
        "Press a head to hear the piece go on without it.",
    ),
    element("div", { class: "mnb-bar" }, begin),
    words,
    element("div", { class: "mnb-ask-wide" }, grid),
  );
}
