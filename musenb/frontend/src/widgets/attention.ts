/** Attention view: a grid of heads, the matrix of one of them, and arcs from the selected notes. */

import { ArcStrip } from "../attention/arc-strip";
import css from "../attention/attention.css";
import { AttentionStore } from "../attention/store";
import { percent } from "../core/words";
import { button, element } from "../core/dom";
import { HeadGrid } from "../attention/head-grid";
import { dashOf, headColour } from "../marks/arcs";
import { MatrixPanel } from "../attention/matrix-panel";
import { mount, type View } from "../core/mount";
import type { AttentionState, AttentionWhat, HeadId } from "../core/wire/attention";

type AttentionView = View<AttentionState, AttentionStore>;

const NAMES: Record<AttentionWhat, string> = {
  weights: "weights",
  content: "content logits",
  relative: "relative logits",
};

/** As near to the arcs' dashes as CSS comes. */
const LINES = ["solid", "dashed", "dotted", "double"];

interface Parts {
  readonly panel: MatrixPanel;
  readonly grid: HeadGrid;
  readonly strip: ArcStrip;
}

function choose({ model, store, say }: AttentionView, layer: number, head: number): void {
  if (layer === store.choice.layer && head === store.choice.head) return;
  model.set({ layer, head });
  say(`layer ${layer + 1}, head ${head + 1}`);
}

/** Add a head to those whose arcs are drawn, or take it away. */
function mark({ model, say }: AttentionView, head: HeadId): void {
  const drawn = model.get("arc_heads") ?? [];
  const same = (other: HeadId) => other[0] === head[0] && other[1] === head[1];
  const next = drawn.some(same) ? drawn.filter((other) => !same(other)) : [...drawn, head];
  model.set({ arc_heads: next });
  say(
    next.length
      ? `arcs of ${next.map(([l, h]) => `layer ${l + 1} head ${h + 1}`).join(", ")}`
      : "arcs of the head that is shown",
  );
}

/** A list to choose a trait's value from. */
function picker<K extends "what" | "level" | "order">(
  { model, life }: AttentionView,
  name: K,
  label: string,
  options: () => readonly (readonly [AttentionState[K], string])[],
): HTMLElement {
  const list = element("select", { "aria-label": label, title: label });
  const fill = () => {
    const shown = options().map(([value, text]) => element("option", { value }, text));
    list.replaceChildren(...shown);
    list.value = model.get(name) ?? "";
    list.hidden = shown.length < 2;
  };
  life.on(list, "change", () => model.set({ [name]: list.value } as Partial<AttentionState>));
  for (const change of [name, "kinds", "level", "revision"] as const)
    model.on(`change:${change}`, life, fill);
  model.on("change:version", life, fill);
  fill();
  return list;
}

function slider(
  { model, life }: AttentionView,
  name: "top_k" | "threshold",
  label: string,
  max: number,
  step: number,
  said: (value: number) => string,
): HTMLElement {
  const shown = element("output");
  const range = element("input", { type: "range", min: 0, max, step, "aria-label": label });
  const show = () => {
    range.value = String(model.get(name) ?? 0);
    shown.textContent = said(Number(range.value));
    range.setAttribute("aria-valuetext", shown.textContent);
  };
  life.on(range, "input", () => model.set({ [name]: Number(range.value) }));
  model.on(`change:${name}`, life, show);
  show();
  return element("label", { title: label }, range, shown);
}

function toolbar(view: AttentionView, panel: MatrixPanel): HTMLElement {
  const { model, store, life } = view;
  const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "What is shown" });
  const head = element("output", { "aria-label": "Head" });
  const show = () => {
    const { layer, head: number } = store.choice;
    head.textContent = `layer ${layer + 1}, head ${number + 1}`;
  };
  for (const name of ["layer", "head"] as const) model.on(`change:${name}`, life, show);
  show();
  const what = picker(view, "what", "What", () =>
    (model.get("kinds") ?? []).map((kind) => [kind, NAMES[kind]] as const),
  );
  const live = model.get("live") ?? true;
  const level = picker(view, "level", "Between", () =>
    live && store.hasNotes
      ? ([
          ["notes", "notes"],
          ["tokens", "tokens"],
        ] as const)
      : ([["tokens", "tokens"]] as const),
  );
  const order = picker(view, "order", "Order of the notes", () =>
    live && store.hasNotes && (model.get("level") ?? "notes") === "notes"
      ? ([
          ["time", "by time"],
          ["voice", "by voice"],
        ] as const)
      : ([["time", "by time"]] as const),
  );
  const nearer = button("+", "Zoom in", { "aria-keyshortcuts": "+" });
  const farther = button("−", "Zoom out", { "aria-keyshortcuts": "-" });
  const home = button("⤢", "Show all", { "aria-keyshortcuts": "0" });
  life.on(nearer, "click", () => panel.zoom(2));
  life.on(farther, "click", () => panel.zoom(0.5));
  life.on(home, "click", () => panel.home());
  bar.append(head, what, level, order, farther, nearer, home);
  return bar;
}

/** The arcs' controls, and which colour is which head. */
function arcBar(view: AttentionView): HTMLElement {
  const { model, store, life, onTheme, clock } = view;
  const bar = element("div", { class: "mnb-bar", role: "group", "aria-label": "Arcs" });
  const legend = element("span", { class: "mnb-attention-key" });
  bar.append(
    element("span", {}, "Arcs"),
    slider(
      view,
      "top_k",
      "Arcs of a note and head, at most",
      16,
      1,
      (value) => `${value} strongest`,
    ),
    slider(
      view,
      "threshold",
      "Least weight of an arc",
      0.5,
      0.005,
      (value) => `from ${percent(value)}`,
    ),
    legend,
  );
  const show = () => {
    legend.replaceChildren(
      ...store.arcHeads.map(([layer, head]) => {
        const sign = element("i");
        const number = layer * store.heads + head;
        sign.style.borderTop = `3px ${LINES[dashOf(number, view.theme)] ?? "solid"} ${headColour(number, view.theme)}`;
        sign.style.height = "3px";
        return element("span", {}, sign, `layer ${layer + 1}, head ${head + 1}`);
      }),
    );
    bar.hidden = !store.hasNotes;
  };
  for (const name of ["layer", "head", "arc_heads", "revision"] as const)
    model.on(`change:${name}`, life, show);
  store.onChange("heads", life, show);
  clock.on("selection", life, show);
  onTheme(show);
  return bar;
}

function arrange(view: AttentionView): Parts {
  const { root, store, clock, life } = view;
  const theme = () => view.theme;
  const style = element("style");
  style.textContent = css;
  const said = element("div", { class: "mnb-said", "aria-label": "Where the note looks" });
  const tell = (text: string) => void (said.textContent = text);
  const turn = (by: number) => {
    const { layer, head } = store.choice;
    const place = layer * store.heads + head + by;
    if (place >= 0 && place < store.layers * store.heads)
      choose(view, Math.floor(place / store.heads), place % store.heads);
  };
  const panel = new MatrixPanel({ store, clock, life, theme, say: view.say, tell, turn });
  const grid = new HeadGrid(
    store,
    theme,
    (layer, head) => choose(view, layer, head),
    (head) => mark(view, head),
    life,
  );
  const strip = new ArcStrip(store.notes, clock, theme, view.say, () => store.overlay, life);
  store.onChange("arcs", life, () => strip.repaint());
  const heads = element("div", { class: "mnb-heads" }, grid.canvas);
  const cells = element("div", { class: "mnb-cells" }, panel.canvas, panel.tip, panel.scale);
  const place = element("div", { class: "mnb-attention" }, heads, cells);
  const below = element("div", { class: "mnb-attention-strip" }, strip.canvas);
  root.append(style, toolbar(view, panel), place, said, arcBar(view), below);
  life.size(root, (width) => {
    grid.resize(width);
    strip.resize(width - 4);
  });
  life.size(cells, (width) => panel.resize(width));
  return { panel, grid, strip };
}

export default mount<AttentionState, AttentionStore>({
  label: "Attention",
  store: (model, life, clockId) => new AttentionStore(model, life, clockId),
  view(view) {
    const { model, store, clock, life, onTheme } = view;
    const { panel, grid, strip } = arrange(view);
    for (const name of ["layer", "head", "what", "level", "order"] as const) {
      model.on(`change:${name}`, life, () => {
        panel.choose();
        grid.repaint();
      });
    }
    model.on("change:arc_heads", life, () => grid.repaint());
    store.onChange("heads", life, () => {
      grid.renew();
      panel.reset();
    });
    store.onChange("overview", life, () => {
      grid.renew();
      panel.repaint(true);
    });
    store.onChange("rows", life, () => panel.rowsCame());
    clock.on("selection", life, () => panel.follow());
    clock.follow(life, () => clock.playing && panel.repaint());
    onTheme(() => {
      grid.renew();
      panel.repaint(true);
      strip.repaint();
    });
    panel.reset();
    panel.follow();
  },
});
