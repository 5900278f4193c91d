/** Curve view: values of the notes along a piece, such as their surprise. */

import { noteText } from "../core/words";
import { element, fitCanvas } from "../core/dom";
import { curveScale, dotAt, dotsOf, drawCurve, LINE_DASHES, type CurveScale } from "../marks/curve";
import { mount } from "../core/mount";
import { NoteStore } from "../core/notes";
import type { CurveState } from "../core/wire/curve";

const CSS_LINES = ["solid", "dashed", "dotted", "double"];

export default mount<CurveState, NoteStore>({
  label: "Curve",
  store: (model, life, clockId) => new NoteStore(model as never, life, clockId),
  view({ root, model, store, clock, life, onTheme, say, ...view }) {
    const canvas = element("canvas", {
      tabindex: 0,
      role: "application",
      "aria-roledescription": "curve",
      "aria-keyshortcuts": "ArrowLeft ArrowRight Home End",
    });
    canvas.style.touchAction = "pan-y";
    const said = element("output", { class: "mnb-place", "aria-label": "Value of the note" });
    const legend = element("span", { class: "mnb-place" });
    const bar = element("div", { class: "mnb-bar" }, legend, said);
    bar.style.justifyContent = "space-between";
    root.append(bar, canvas);
    let [width, hover] = [300, -1];
    let theme = view.theme;
    const lines = () => model.get("lines") ?? [];
    const scale = (): CurveScale =>
      curveScale(
        lines().map(({ values }) => values),
        store.end,
        { width, height: model.get("height") ?? 110 },
      );
    const textOf = (row: number): string => {
      const unit = model.get("unit") ?? "";
      const values = lines().map(
        ({ name, values }) =>
          `${lines().length > 1 ? `${name} ` : ""}${values[row]?.toFixed(2) ?? "–"}`,
      );
      return `${noteText(store.table, store.bars, row, true)}: ${values.join(", ")} ${unit}`;
    };
    const chosen = () =>
      [...clock.selection].map((id) => store.table.row(id)).filter((row) => row >= 0);
    const draw = life.frame(() => {
      const size = scale().size;
      const context = fitCanvas(canvas, size.width, size.height);
      if (!context) return;
      drawCurve(context, {
        table: store.table,
        bars: store.bars,
        lines: lines(),
        scale: scale(),
        selected: new Set(chosen()),
        hover,
        playhead: clock.playhead,
        theme,
      });
    });
    const tell = () => {
      const row = hover >= 0 ? hover : (chosen()[0] ?? -1);
      said.textContent = row >= 0 ? textOf(row) : "";
      draw();
    };
    const label = () => {
      const names = lines().map(({ name }) => name);
      const unit = model.get("unit") ?? "";
      canvas.setAttribute(
        "aria-label",
        `${names.join(" and ") || "No values yet"}, ${unit} a note`,
      );
      legend.replaceChildren(
        ...names.map((name, number) => {
          const sign = element("i");
          const voice = theme.voices[number % theme.voices.length] ?? "";
          const colour = names.length === 1 ? theme.ink : voice;
          const line = CSS_LINES[number % LINE_DASHES.length];
          sign.style.cssText = "display:inline-block;width:18px;margin:0 4px 3px 0";
          sign.style.borderTop = `2px ${line} ${colour}`;
          const text =
            names.length === 1
              ? `${name[0]?.toUpperCase() ?? ""}${name.slice(1)}, ${unit} a note`
              : name;
          const shown = element("span", {}, sign, text);
          shown.style.marginInlineEnd = "12px";
          return shown;
        }),
      );
      tell();
    };
    const at = (event: MouseEvent): number => {
      const frame = canvas.getBoundingClientRect();
      const dots = lines().flatMap(({ values }) => dotsOf(store.table, values, scale()));
      return dotAt(dots, event.clientX - frame.left, event.clientY - frame.top);
    };
    const choose = (row: number) => {
      if (row < 0 || row >= store.table.length) return;
      clock.select([store.table.id(row)]);
      say(textOf(row));
    };
    life.on(canvas, "pointermove", (event) => {
      const row = at(event);
      if (row === hover) return;
      hover = row;
      clock.setHover(row < 0 ? null : store.table.id(row));
      tell();
    });
    life.on(canvas, "pointerleave", () => {
      hover = -1;
      clock.setHover(null);
      tell();
    });
    life.on(canvas, "click", (event) => choose(at(event)));
    life.on(canvas, "keydown", (event) => {
      const last = store.table.length - 1;
      const here = chosen()[0] ?? -1;
      const moves: Record<string, number> = {
        ArrowLeft: Math.max(0, here - 1),
        ArrowRight: Math.min(last, here + 1),
        Home: 0,
        End: last,
      };
      if (event.key === " ") clock.toggle();
      else if (event.key === "Escape") canvas.blur();
      else if (event.key in moves) choose(moves[event.key] ?? 0);
      else return;
      event.preventDefault();
    });
    for (const name of ["lines", "unit", "height"] as const)
      model.on(`change:${name}`, life, label);
    store.onChange(life, label);
    clock.on("selection", life, tell);
    clock.follow(life, draw);
    onTheme((next) => {
      theme = next;
      label();
    });
    life.size(root, (now) => {
      width = Math.max(160, Math.floor(now));
      draw();
    });
    label();
  },
});
