/** Piano roll view. */

import { placeName } from "../core/bars";
import { element } from "../core/dom";
import { signOf } from "../core/icons";
import { findRow } from "../roll/edits";
import { mount, type View } from "../core/mount";
import { RollEditor } from "../roll/editor";
import { listenToKeys } from "../roll/keys";
import { Pointer } from "../roll/pointer";
import css from "../roll/roll.css";
import { Stage } from "../roll/stage";
import { RollStore } from "../roll/store";
import { buildHelp, buildLegend, buildToolbar, type ToolbarOptions } from "../roll/toolbar";
import type { Fit, RollState } from "../core/wire/roll";

type RollView = View<RollState, RollStore>;

function optionsOf({ model, clock }: RollView, drawing: { now: boolean }): ToolbarOptions {
  return {
    drawing: () => drawing.now,
    setDrawing: (now) => void (drawing.now = now),
    snap: () => model.get("snap") ?? 0.25,
    setSnap: (snap) => model.set({ snap }),
    seconds: () => model.get("units") === "seconds",
    setSeconds: (seconds) => model.set({ units: seconds ? "seconds" : "bars" }),
    follow: () => model.get("follow") ?? true,
    setFollow: (follow) => model.set({ follow }),
    lane: () => model.get("velocity_lane") ?? false,
    setLane: (lane) => model.set({ velocity_lane: lane }),
    toggle: () => clock.toggle(),
  };
}

/** Tell what is under the pointer, or where the playhead stands. */
function placeLine({ clock, life }: RollView, stage: Stage): HTMLElement {
  const shown = element("output", { class: "mnb-roll-place", "aria-hidden": true });
  const { editor } = stage;
  const show = () => {
    const row = clock.hover === null ? -1 : findRow(editor.store.table, clock.hover);
    const text =
      row >= 0 ? editor.describe(row) : placeName(editor.store.notes.bars, clock.playhead);
    if (text !== shown.textContent) shown.textContent = text;
  };
  clock.on("hover", life, show);
  clock.follow(life, show);
  return shown;
}

/**
 * Return what notes are changed with, folded: below a score the roll is looked at first. It is no tab stop: a wish of
 * the band, the key E, opens it.
 */
function tools({ life, clock }: RollView, ...parts: HTMLElement[]): HTMLElement {
  const name = element("summary", { title: "Draw, move and delete notes (E)" }, ...signOf("✎ Edit"));
  const items = element("div", { class: "mnb-menu-items" }, ...parts);
  name.tabIndex = -1;
  const menu = element("details", { class: "mnb-menu mnb-roll-tools" }, name, items);
  clock.band.onWish(life, (wish) => {
    if (wish.kind !== "focus" || wish.on !== "tools") return;
    menu.open = true;
    name.focus();
  });
  return menu;
}

/** Below a score Enter asks about the chosen note, as it does there, and E opens what notes are changed with. */
function asks({ life, clock }: RollView, editor: RollEditor, { canvas }: Stage): void {
  life.on(canvas, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const row = editor.cursorRow;
    if (event.key === "Enter" && row >= 0)
      clock.band.wish({ kind: "ask", note: editor.store.table.note(row).id });
    else if (event.key.toLowerCase() === "e") clock.band.wish({ kind: "focus", on: "tools" });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

export default mount<RollState, RollStore>({
  label: "Piano roll",
  store: (model, life, clockId) => new RollStore(model, life, clockId),
  view(view) {
    const { root, model, store, clock, life, say } = view;
    const drawing = { now: false };
    const options = optionsOf(view, drawing);
    const editor = new RollEditor(store, clock, options.snap, say);
    const stage = new Stage(life, editor, view.theme, {
      units: () => model.get("units") ?? "bars",
      follow: options.follow,
      lane: options.lane,
      height: () => model.get("height") ?? 420,
      strip: () => model.get("strip") ?? false,
    });
    const pointer = new Pointer(life, stage, { snap: options.snap, drawing: options.drawing, say });
    const toolbar = buildToolbar(life, stage, options);
    const legend = buildLegend(life, stage, () => view.theme);
    const bottom = element("div", { class: "mnb-bar" }, placeLine(view, stage), buildHelp());
    const style = element("style");
    style.textContent = css;
    if (model.get("strip")) {
      root.classList.add("mnb-roll-strip");
      root.append(style, stage.frame, tools(view, toolbar.element, legend.element, bottom));
      asks(view, editor, stage);
    } else root.append(style, toolbar.element, stage.frame, legend.element, bottom);
    stage.canvas.setAttribute("aria-label", "Notes");
    stage.canvas.setAttribute("aria-roledescription", "piano roll");
    listenToKeys(
      life,
      stage,
      () =>
        model.get("strip")
          ? clock.band.wish({ kind: "focus", on: "tools" })
          : (toolbar.element.querySelector("[tabindex='0']") as HTMLElement | null)?.focus(),
      {
        toggle: options.toggle,
        toggleFollow: () => options.setFollow(!options.follow()),
        toggleDrawing() {
          options.setDrawing(!options.drawing());
          toolbar.show();
          say(options.drawing() ? "Drawing" : "Selecting");
        },
        cancelDrag: () => pointer.cancel(),
        say,
      },
    );
    life.on(stage.canvas, "focus", () => {
      stage.focused = true;
      stage.redraw();
    });
    life.on(stage.canvas, "blur", () => {
      stage.focused = false;
      stage.redraw();
    });
    const changed = () => {
      toolbar.show();
      legend.show();
      stage.refresh();
    };
    store.onChange(life, changed);
    model.onMessage<Fit>("fit", life, () => stage.fit());
    clock.on(["selection", "play", "pause"], life, () => toolbar.show());
    for (const name of [
      "piece",
      "snap",
      "units",
      "follow",
      "velocity_lane",
      "height",
      "editable",
      "streaming",
    ] as const) {
      model.on(`change:${name}`, life, changed);
    }
    view.onTheme((theme) => {
      stage.setTheme(theme);
      legend.show();
    });
  },
});
