/**
 * Candidate view, one of several takes written side by side: a small roll that grows, Play, a button to go on from
 * it.
 */

import css from "./choice.css";
import { clockOf } from "../core/clock";
import { button, element, fitCanvas, setSign } from "../core/dom";
import type { Life } from "../core/life";
import { drawSmallRoll, smallView } from "../marks/small-roll";
import { mount } from "../core/mount";
import type { Model } from "../core/model";
import { NoteStore } from "../core/notes";
import { Player } from "../sound/player";
import { fontFrom, pageAudio, partsFrom, PIANO } from "../sound/synth";
import { quarters } from "../core/units";
import type { ChoiceState, Choose } from "../core/wire/choice";

const HEIGHT = 116;

interface Store {
  readonly notes: NoteStore;
  player(): Player;
}

function makeStore(model: Model<ChoiceState>, life: Life, clockId: string): Store {
  const notes = new NoteStore(model, life, clockId);
  let player: Player | undefined;
  const source = {
    music: () => ({ table: notes.table, bars: notes.bars }),
    settings: () => ({
      volume: 0.8,
      muted: [],
      soloed: [],
      metronome: false,
      countIn: 0,
      programs: [],
      font: PIANO,
    }),
    font: fontFrom(model, life),
    parts: partsFrom(model, life),
  };
  return {
    notes,
    player: () => (player ??= new Player(clockOf(clockId, life), pageAudio(), source, life)),
  };
}

export default mount<ChoiceState, Store>({
  label: "Choice",
  store: makeStore,
  view(view) {
    const { root, life, model, store, clock, say } = view;
    const style = element("style");
    style.textContent = css;
    const name = element("b");
    const about = element("span", { class: "mnb-choice-about" });
    const canvas = element("canvas", { role: "img", "aria-label": "Notes" });
    const play = button("▶ Play", "Play");
    const choose = button("Go on from this one", "Go on from this one", {
      class: "mnb-choice-main",
    });
    const card = element(
      "div",
      { class: "mnb-choice" },
      element("div", { class: "mnb-choice-head" }, name, about),
      canvas,
      element("div", { class: "mnb-bar" }, play, choose),
    );
    root.append(style, card);

    let width = 0;
    const draw = life.frame(() => {
      const context = width ? fitCanvas(canvas, width, HEIGHT) : null;
      if (!context) return;
      const span = [model.get("shown_from") ?? 0, model.get("shown_to") ?? 16] as const;
      const { table } = store.notes;
      const at = clock.playing || clock.playhead > span[0] ? clock.playhead : undefined;
      const music = {
        table,
        bars: store.notes.bars,
        voices: store.notes.piece.voices,
        begins: model.get("begins") ?? 0,
        playhead: at,
      };
      drawSmallRoll(context, smallView(table, span, width, HEIGHT), music, view.theme);
      canvas.dataset.notes = String(table.length);
    });
    const tell = life.frame(() => {
      const [writing, current] = [model.get("writing") ?? false, model.get("current") ?? false];
      const { table } = store.notes;
      const count = table.flags.reduce((sum, _, row) => sum + Number(table.generated(row)), 0);
      name.textContent = model.get("name") ?? "";
      const notes = `${count} ${count === 1 ? "note" : "notes"}`;
      about.textContent = `seed ${model.get("seed") ?? 0} · ${writing ? "writing… " : ""}${notes}`;
      card.toggleAttribute("data-current", current);
      choose.disabled = writing || current;
      const sign = current ? "Current take" : "Go on from this one";
      setSign(choose, sign);
      choose.setAttribute("aria-label", sign);
      setSign(play, clock.playing ? "⏸ Pause" : "▶ Play");
      play.setAttribute("aria-label", clock.playing ? "Pause" : "Play");
    });
    store.notes.onChange(life, () => (draw(), tell()));
    for (const trait of [
      "name",
      "seed",
      "writing",
      "current",
      "begins",
      "shown_from",
      "shown_to",
      "piece",
    ] as const) {
      model.on(`change:${trait}`, life, () => (draw(), tell()));
    }
    clock.on(["play", "pause"], life, tell);
    clock.follow(life, draw);
    life.size(card, (room) => {
      width = Math.floor(room);
      draw();
    });
    view.onTheme(draw);
    tell();

    /** Hear what was written: from where the model began, unless it was paused on the way. */
    life.on(play, "click", () => {
      const begins = quarters(model.get("begins") ?? 0);
      if (!clock.playing && (clock.playhead < begins || clock.playhead >= clock.end))
        clock.seek(begins);
      store.player().toggle();
    });
    life.on(choose, "click", () => {
      model.post<Choose>({ kind: "choose" });
      say(`${model.get("name") ?? "This take"} is the current take`);
    });
  },
});
