/** Motif view: lanes of returns, the selected one in a sentence, and which bars are alike. */

import { button, element } from "../core/dom";
import { Lanes } from "../motif/lanes";
import { Likeness } from "../motif/likeness";
import css from "../motif/motif.css";
import { Passage } from "../sound/passage";
import { mount, type View } from "../core/mount";
import { NoteStore } from "../core/notes";
import { quarters } from "../core/units";
import type { MotifState, ReturnRow } from "../core/wire/motif";

type MotifView = View<MotifState, NoteStore>;

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** Return what is told of a return besides its sentence. */
export function measureText([, , , form, , , confidence, expected]: ReturnRow): string {
  const rare = expected < 0.005 ? "hardly any" : expected.toFixed(2);
  const kept = `${Math.round(100 * confidence)} % of the motif kept`;
  return `${form}; ${kept}; in a piece like this chance gives ${rare} of such`;
}

/** Says in a sentence what is selected. */
function told({ model }: MotifView): { element: HTMLElement; show(): void } {
  const made = element("p", { class: "mnb-motif-said", "aria-label": "The selected return" });
  return {
    element: made,
    show() {
      const row = model.get("returns")?.[model.get("selected") ?? -1];
      const home = model.get("motif")?.[5] ?? "";
      const count = model.get("returns")?.length ?? 0;
      const hint = count
        ? "Choose a return to see and hear it."
        : "It does not return in this piece.";
      const small = element("small", {}, row ? measureText(row) : hint);
      made.replaceChildren(row ? `${capital(row[5])}.` : home, small);
    },
  };
}

/** The buttons that play and step; what plays last is stopped by the same button. */
function toolbar(
  view: MotifView,
  passage: Passage,
  step: (by: number) => void,
): { element: HTMLElement; show(): void } {
  const { model, life, clock } = view;
  const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Motif" });
  const home = button("▶ the motif", "Play the motif");
  const one = button("▶ this return", "Play the selected return");
  const before = button("‹", "Return before");
  const after = button("›", "Next return");
  const stop = button("■", "Stop");
  const rowOf = () => model.get("returns")?.[model.get("selected") ?? -1];
  const play = (row: ReturnRow | null | undefined) => row && passage.play(row[0], row[1]);
  life.on(home, "click", () => play(model.get("motif")));
  life.on(one, "click", () => play(rowOf()));
  life.on(stop, "click", () => passage.stop());
  life.on(before, "click", () => step(-1));
  life.on(after, "click", () => step(1));
  const show = () => {
    const [count, at] = [model.get("returns")?.length ?? 0, model.get("selected") ?? -1];
    home.hidden = !model.get("motif");
    one.disabled = !rowOf();
    before.disabled = at <= 0;
    after.disabled = at >= count - 1;
    stop.disabled = !clock.playing;
  };
  clock.on(["play", "pause"], life, show);
  bar.append(home, one, stop, before, after);
  return { element: bar, show };
}

export default mount<MotifState, NoteStore>({
  label: "Returns of the motif",
  store: (model, life, clockId) => new NoteStore(model as never, life, clockId),
  view(view) {
    const { root, model, store, clock, life, say } = view;
    const passage = new Passage(clock, life);
    const rowOf = (number: number) =>
      number < 0 ? model.get("motif") : model.get("returns")?.[number];
    const take = (number: number) => {
      const row = rowOf(number);
      if (!row) return;
      clock.select(row[8]);
      if (!clock.playing) clock.seek(quarters(row[0]));
    };
    const choose = (number: number, play: boolean) => {
      const row = rowOf(number);
      if (!row) return;
      if (clock.playing && !play) passage.stop();
      if (number !== model.get("selected")) model.set({ selected: number });
      take(number);
      say(`${capital(row[5])}${number < 0 ? "" : `, ${Math.round(100 * row[6])} per cent kept`}`);
      if (play) passage.play(row[0], row[1]);
    };
    const lanes = new Lanes({
      life,
      clock,
      choose,
      motif: () => model.get("motif") ?? null,
      returns: () => model.get("returns") ?? [],
      lanes: () => model.get("lanes") ?? [],
      bars: () => store.bars,
      end: () => store.end,
      voices: () => store.piece.voices,
      selected: () => model.get("selected") ?? -1,
      theme: () => view.theme,
    });
    const sentence = told(view);
    const bar = toolbar(view, passage, (by) =>
      choose(Math.max(0, (model.get("selected") ?? -1) + by), false),
    );
    const verdict = element("p", { class: "mnb-faint", "aria-label": "Beside chance" });
    const likeness = new Likeness(view);
    const style = element("style");
    style.textContent = css;
    root.append(
      style,
      element(
        "div",
        { class: "mnb-motif" },
        sentence.element,
        bar.element,
        lanes.element,
        verdict,
        likeness.element,
      ),
    );
    const showAll = () => {
      lanes.build();
      sentence.show();
      bar.show();
      verdict.textContent =
        model.get("verdict") ||
        (model.get("returns")?.length ? "Looking for motifs of other pieces, to compare…" : "");
      likeness.show();
    };
    for (const name of ["motif", "returns", "lanes", "verdict"] as const)
      model.on(`change:${name}`, life, showAll);
    store.onChange(life, showAll);
    model.on("change:selected", life, () => {
      lanes.mark();
      sentence.show();
      bar.show();
      take(model.get("selected") ?? -1);
    });
    view.onTheme(() => lanes.build());
    showAll();
  },
});
