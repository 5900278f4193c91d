/** Tree view of takes: one tab stop, arrow keys inside. */

import { button, element, fitCanvas } from "../core/dom";
import { signOf } from "../core/icons";
import type { OnTake, TakeAct, TakeRow } from "../core/wire/desk";
import { drawSketch } from "../marks/sketch";
import { show, type DeskView } from "./parts";

/** Return the rows in the order of the tree, each with its depth from 0; a row whose parent is not there is a root. */
export function treeOrder(rows: readonly TakeRow[]): { row: TakeRow; depth: number }[] {
  const ids = new Set(rows.map(([id]) => id));
  const children = new Map<string, TakeRow[]>();
  for (const row of rows) {
    const parent = ids.has(row[1]) && row[1] !== row[0] ? row[1] : "";
    children.set(parent, [...(children.get(parent) ?? []), row]);
  }
  const ordered: { row: TakeRow; depth: number }[] = [];
  const pending = (children.get("") ?? []).map((row) => ({ row, depth: 0 })).reverse();
  while (pending.length) {
    const next = pending.pop()!;
    ordered.push(next);
    pending.push(
      ...(children.get(next.row[0]) ?? []).map((row) => ({ row, depth: next.depth + 1 })).reverse(),
    );
  }
  return ordered;
}

/** Return the takes of the motif that a take goes back to, itself included. */
export function familyOf(rows: readonly TakeRow[], id: string): TakeRow[] {
  const parents = new Map(rows.map(([one, parent]) => [one, parent]));
  const rootOf = (one: string): string => {
    let at = one;
    for (let steps = rows.length; steps > 0 && parents.get(at); steps--) at = parents.get(at)!;
    return at;
  };
  return id ? rows.filter(([one]) => rootOf(one) === rootOf(id)) : [...rows];
}

/** Return what stands for the names while one listens blind: a letter for each take, in an order that tells nothing. */
export function letters(rows: readonly TakeRow[], salt: number): Map<string, string> {
  const mixed = (id: string) =>
    [...id].reduce(
      (sum, sign) => Math.imul(sum ^ sign.codePointAt(0)!, 16777619) >>> 0,
      salt >>> 0,
    );
  const shuffled = rows
    .filter(([, parent]) => parent)
    .map(([id]) => id)
    .sort((a, b) => mixed(a) - mixed(b));
  return new Map(
    shuffled.map((id, place) => [
      id,
      `Take ${String.fromCodePoint(65 + (place % 26))}${place < 26 ? "" : Math.floor(place / 26)}`,
    ]),
  );
}

const SKETCH_WIDTH = 64;
const SKETCH_HEIGHT = 34;

export function takesPart(view: DeskView): HTMLElement {
  const { life, model, say } = view;
  const tree = element("div", { role: "tree", "aria-label": "Takes", class: "mnb-desk-tree" });
  const blind = button("Blind", "Listen blind: hide which take is which", {
    "aria-pressed": "false",
  });
  const compared = element("p", { class: "mnb-desk-reading", "aria-label": "Comparison" });
  let hidden: Map<string, string> | undefined;
  let focused = "";

  const send = (act: TakeAct, id: string, text = "") =>
    model.post<OnTake>({ kind: "take", act, id, text });
  const shown = () => model.get("takes") ?? [];
  const family = () => familyOf(shown(), model.get("selected") ?? "");
  const shuffled = () => letters(family(), (Math.random() * 2 ** 32) >>> 0);

  const draw = () => {
    const had = (tree.getRootNode() as ShadowRoot | Document).activeElement;
    const inside = had !== null && tree.contains(had);
    const rows = hidden
      ? treeOrder(family()).map((one) => ({ ...one, depth: Math.min(one.depth, 1) }))
      : treeOrder(shown());
    if (hidden)
      rows.sort((a, b) => (hidden!.get(a.row[0]) ?? "").localeCompare(hidden!.get(b.row[0]) ?? ""));
    if (!rows.some(({ row }) => row[0] === focused))
      focused = model.get("selected") || rows[0]?.row[0] || "";
    tree.replaceChildren(...rows.map(({ row, depth }) => item(row, depth)));
    if (inside) tree.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    reveal();
    compared.textContent = hidden ? "" : (model.get("comparison") ?? "");
  };

  /** Bring the chosen take into sight. */
  const reveal = () => {
    const chosen = tree.querySelector<HTMLElement>('[aria-selected="true"]');
    if (!chosen || !tree.clientHeight) return;
    const [top, bottom] = [chosen.offsetTop, chosen.offsetTop + chosen.offsetHeight];
    if (top < tree.scrollTop) tree.scrollTop = top;
    else if (bottom > tree.scrollTop + tree.clientHeight)
      tree.scrollTop = bottom - tree.clientHeight;
  };

  /** A small roll of a take. */
  const small = (code: string): HTMLCanvasElement => {
    const canvas = element("canvas", { class: "mnb-desk-sketch", "aria-hidden": "true" });
    const [width, height] = [SKETCH_WIDTH, SKETCH_HEIGHT];
    const context = fitCanvas(canvas, width, height);
    const drawn = context ? drawSketch(context, code, width, height, view.theme) : 0;
    canvas.dataset.notes = String(drawn);
    return canvas;
  };
  const item = (row: TakeRow, depth: number): HTMLElement => {
    const [id, parent, name, about, votes, sketch] = row;
    const selected = id === model.get("selected");
    const label = hidden?.get(id) ?? name;
    const said = [label];
    if (!hidden) said.push(about);
    if (votes) said.push(`${votes} votes`);
    if (id === model.get("compared")) said.push("compared");
    const made = element(
      "div",
      {
        role: "treeitem",
        "aria-level": depth + 1,
        "aria-selected": String(selected),
        tabindex: id === focused ? 0 : -1,
        "data-id": id,
        "aria-label": said.join(", "),
      },
      small(hidden?.has(id) ? "" : sketch),
      element("span", { class: "mnb-desk-name" }, label),
      element("span", { class: "mnb-desk-about" }, hidden && parent ? "" : about),
      element("span", { class: "mnb-desk-votes" }, ...(votes ? signOf(`✋ ${votes}`) : [])),
    );
    made.style.paddingInlineStart = `${8 + depth * 18}px`;
    return made;
  };

  const at = (event: Event): string =>
    (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]")?.dataset.id ?? "";
  const choose = (id: string) => {
    focused = id;
    send("select", id);
  };
  life.on(tree, "click", (event) => {
    const id = at(event);
    if (id) choose(id);
  });
  life.on(tree, "dblclick", (event) => rename(at(event)));
  life.on(tree, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const items = [...tree.querySelectorAll<HTMLElement>("[role=treeitem]")];
    const place = items.findIndex((one) => one.dataset.id === focused);
    const go = (to: number) => {
      const next = items[Math.min(Math.max(to, 0), items.length - 1)];
      if (!next) return;
      focused = next.dataset.id ?? "";
      for (const one of items) one.tabIndex = one === next ? 0 : -1;
      next.focus();
    };
    if (event.key === "ArrowDown") go(place + 1);
    else if (event.key === "ArrowUp") go(place - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(items.length - 1);
    else if (event.key === "Enter" || event.key === " ") choose(focused);
    else if (event.key === "Delete" && !model.get("read_only")) send("delete", focused);
    else if (event.key === "F2") rename(focused);
    else return;
    event.preventDefault();
  });

  const rename = (id: string) => {
    const row = shown().find((one) => one[0] === id);
    const place = [...tree.children].find(
      (one) => (one as HTMLElement).dataset.id === id,
    )?.querySelector(".mnb-desk-name");
    if (!row || !place || hidden || model.get("read_only")) return;
    const field = element("input", {
      type: "text",
      value: row[2],
      maxlength: 80,
      "aria-label": "Name of the take",
    });
    field.value = row[2];
    place.replaceChildren(field);
    field.focus();
    field.select();
    const inner = life.child();
    const finish = (keep: boolean) => {
      if (inner.ended) return;
      inner.end();
      if (keep && field.value.trim() && field.value !== row[2])
        send("rename", id, field.value.trim());
      focused = id;
      draw();
    };
    inner.on(field, "keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      else if (event.key === "Escape") finish(false);
    });
    inner.on(field, "click", (event) => event.stopPropagation());
    inner.on(field, "blur", () => finish(true));
  };

  const current = () => model.get("selected") ?? "";
  const named = button("✎", "Rename the take (F2)");
  const vote = button("★ Vote", "Vote for the take");
  const compare = button("⇄ Compare", "Compare: mark this take, then choose another");
  const remove = button("🗑︎", "Delete the take (Delete); Undo brings it back");
  life.on(named, "click", () => rename(current()));
  life.on(vote, "click", () => send("vote", current()));
  life.on(compare, "click", () => send("compare", model.get("compared") ? "" : current()));
  life.on(remove, "click", () => send("delete", current()));
  life.on(blind, "click", () => {
    hidden = hidden ? undefined : shuffled();
    blind.setAttribute("aria-pressed", String(hidden !== undefined));
    say(hidden ? "The names are hidden" : "The names are shown");
    draw();
  });
  show(view, ["takes", "selected", "compared", "comparison"], () => {
    compare.setAttribute("aria-pressed", String(Boolean(model.get("compared"))));
    for (const one of [named, vote, compare, remove]) one.disabled = !current();
    if (hidden && family().some(([id, parent]) => parent && !hidden!.has(id))) hidden = shuffled();
    draw();
  });
  model.on("change:drawer", life, life.frame(reveal));
  view.onTheme(() => tree.childElementCount && draw());
  const part = element("div", { class: "mnb-desk-takes" });
  const actions = model.get("read_only") ? [blind] : [named, vote, compare, blind, remove];
  part.append(tree, element("div", { class: "mnb-bar" }, ...actions), compared);
  return part;
}
