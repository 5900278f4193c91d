/** Rail of drawers, and the one that is open beside the music. */

import { button, element } from "../core/dom";
import { signOf } from "../core/icons";
import { rove } from "../core/rove";
import type { DrawerName } from "../core/wire/desk";
import { askPart } from "./ask";
import { beginPart } from "./begin";
import { keepPart } from "./keep";
import { planPart } from "./plan";
import { show, type DeskView } from "./parts";
import { takesPart } from "./takes";

const DRAWERS: readonly (readonly [DrawerName, string, string])[] = [
  ["begin", "♫", "Begin"],
  ["takes", "⑂", "Takes"],
  ["ask", "⌒", "Ask"],
  ["plan", "☰", "Plan"],
  ["keep", "⤓", "Keep"],
];
/** The key that opens each: its first letter. */
export const DRAWER_KEYS: Readonly<Record<string, DrawerName>> = {
  b: "begin",
  t: "takes",
  a: "ask",
  p: "plan",
  k: "keep",
};

/** Open a drawer, or close it when it is open; the music keeps its place. */
export function turn({ model }: DeskView, name: DrawerName): void {
  model.set({ drawer: model.get("drawer") === name ? "" : name });
}

export function railPart(view: DeskView, enterClass: () => void): HTMLElement {
  const { life, model } = view;
  const made = DRAWERS.map(([name, sign, text]) => {
    const one = element(
      "button",
      { type: "button", "data-drawer": name, title: `${text} (${text[0]})` },
      element("span", { class: "mnb-rail-sign", "aria-hidden": "true" }, ...signOf(sign)),
      element("span", {}, text),
    );
    life.on(one, "click", () => turn(view, name));
    return one;
  });
  const count = element("span", { class: "mnb-rail-count", "aria-hidden": "true" });
  made[1]!.append(count);
  const room = element(
    "button",
    { type: "button", title: "Class view: large, for a projector (F)", class: "mnb-rail-class" },
    element("span", { class: "mnb-rail-sign", "aria-hidden": "true" }, ...signOf("⛶")),
    element("span", {}, "Class"),
  );
  life.on(room, "click", enterClass);
  show(view, ["drawer", "takes"], () => {
    const open = model.get("drawer") ?? "";
    for (const one of made)
      one.setAttribute("aria-pressed", String(one.dataset.drawer === open));
    const takes = (model.get("takes") ?? []).length;
    count.textContent = takes > 1 ? String(takes) : "";
    count.hidden = takes < 2;
  });
  const rail = element(
    "div",
    { class: "mnb-rail", role: "toolbar", "aria-label": "Drawers", "aria-orientation": "vertical" },
    ...made,
    room,
  );
  rove(life, rail);
  life.on(rail, "keydown", (event) => {
    const by = { ArrowDown: "ArrowRight", ArrowUp: "ArrowLeft" }[event.key];
    if (!by) return;
    event.preventDefault();
    event.target?.dispatchEvent(new KeyboardEvent("keydown", { key: by, bubbles: true }));
  });
  return rail;
}

export function drawerPart(view: DeskView): HTMLElement {
  const { life, model } = view;
  const parts: Record<DrawerName, HTMLElement> = {
    begin: beginPart(view),
    takes: takesPart(view),
    ask: askPart(view),
    plan: planPart(view),
    keep: keepPart(view),
  };
  const title = element("h3", {});
  const shut = button("✕", "Close the drawer");
  life.on(shut, "click", () => {
    const before = model.get("drawer");
    model.set({ drawer: "" });
    const desk = shut.closest(".mnb-studio") ?? shut.closest(".musenb");
    desk?.querySelector<HTMLElement>(`.mnb-rail [data-drawer="${before}"]`)?.focus();
  });
  const inside = element("div", { class: "mnb-drawer-inside" });
  inside.append(element("div", { class: "mnb-drawer-head" }, title, shut), ...Object.values(parts));
  const drawer = element("aside", { class: "mnb-drawer" }, inside);
  const scrolled = new Map<string, number>();
  let before = "";
  life.on(inside, "scroll", () => scrolled.set(before, inside.scrollTop));
  show(view, ["drawer"], () => {
    const open = model.get("drawer") ?? "";
    drawer.hidden = !open;
    drawer.dataset.open = open;
    for (const [name, part] of Object.entries(parts)) part.hidden = name !== open;
    const words = DRAWERS.find(([name]) => name === open)?.[2] ?? "";
    title.textContent = words;
    drawer.setAttribute("aria-label", words);
    before = open;
    inside.scrollTop = scrolled.get(open) ?? 0;
  });
  return drawer;
}
