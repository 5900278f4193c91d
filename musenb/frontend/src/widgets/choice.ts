/**
 * Candidate view, one of several takes written side by side: a small roll that grows and is chosen by a click, Play,
 * raised hands.
 */

import css from "./choice.css";
import { clockOf } from "../core/clock";
import { button, element, fitCanvas, setSign } from "../core/dom";
import { ICONS } from "../core/icons";
import type { Life } from "../core/life";
import { drawSmallRoll, smallView } from "../marks/small-roll";
import { mount, type View } from "../core/mount";
import type { Model } from "../core/model";
import { NoteStore } from "../core/notes";
import { Player } from "../sound/player";
import { fontFrom, pageAudio, partsFrom, PIANO } from "../sound/synth";
import { quarters } from "../core/units";
import type { ChoiceState, Choose, RaiseHand } from "../core/wire/choice";

Object.assign(ICONS, {
  "✋": {
    lines:
      "M4 8V3.2a.9.9 0 0 1 1.7 0V6.5M5.7 6V2a.9.9 0 0 1 1.7 0v4M7.4 6V2.6a.9.9 0 0 1 1.7 0V6.8" +
      "M9.1 6.5V4a.9.9 0 0 1 1.7 0v4.5a4 4 0 0 1-7.2 2.4L1.9 8.6a1 1 0 0 1 1.6-1.1L4 8.2",
  },
});

const HEIGHT = 52;
const CHOOSE = "Go on from this one";
const CURRENT = "Current take";

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

/** The parts of a card, in the order in which they are met. */
function cardOf() {
  const number = element("b", { class: "mnb-choice-number" });
  const about = element("span", { class: "mnb-choice-about" });
  const canvas = element("canvas", { role: "img", "aria-label": "Notes" });
  const play = button("▶", "Play");
  const choose = element(
    "button",
    { type: "button", class: "mnb-choice-main", "aria-label": CHOOSE },
    canvas,
  );
  const less = button("−", "One hand less", { class: "mnb-choice-less" });
  const more = button("✋", "Raise a hand for this one", { class: "mnb-choice-more" });
  const votes = element("output", { class: "mnb-choice-votes", "aria-label": "Hands" });
  const hands = element("span", { class: "mnb-choice-hands" }, less, more);
  const head = element("div", { class: "mnb-choice-head" }, number, about, play, hands, votes);
  const card = element("div", { class: "mnb-choice" }, head, choose);
  return { card, number, about, canvas, play, choose, less, more, votes };
}

type ChoiceView = View<ChoiceState, Store>;

/** Return what draws the small roll again. */
function drawing(view: ChoiceView, canvas: HTMLCanvasElement, room: HTMLElement): () => void {
  const { life, model, store, clock } = view;
  let width = 0;
  let height = HEIGHT;
  const draw = life.frame(() => {
    const context = width ? fitCanvas(canvas, width, height) : null;
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
    drawSmallRoll(context, smallView(table, span, width, height), music, view.theme);
    canvas.dataset.notes = String(table.length);
  });
  life.size(room, (wide, tall) => {
    width = Math.floor(wide);
    height = Math.max(Math.floor(tall), HEIGHT);
    draw();
  });
  clock.follow(life, draw);
  view.onTheme(draw);
  return draw;
}

export default mount<ChoiceState, Store>({
  label: "Choice",
  store: makeStore,
  view(view) {
    const { root, life, model, store, clock, say } = view;
    const style = element("style");
    style.textContent = css;
    const { card, number, about, canvas, play, choose, less, more, votes } = cardOf();
    root.append(style, card);
    const draw = drawing(view, canvas, choose);
    const tell = life.frame(() => {
      const [writing, current] = [model.get("writing") ?? false, model.get("current") ?? false];
      number.textContent = String(model.get("number") ?? 1);
      const seed = `seed ${model.get("seed") ?? 0}`;
      about.textContent = writing ? "writing…" : current ? "shown" : seed;
      about.title = `${model.get("name") ?? ""}, ${seed}`;
      card.toggleAttribute("data-current", current);
      card.style.setProperty("--mnb-votes", String(model.get("votes") ?? 0));
      choose.disabled = writing || current;
      for (const attribute of ["aria-label", "title"])
        choose.setAttribute(attribute, current ? CURRENT : CHOOSE);
      votes.textContent = String(model.get("votes") ?? 0);
      less.disabled = writing || !model.get("votes");
      more.disabled = writing;
      setSign(play, clock.playing ? "⏸" : "▶");
      play.setAttribute("aria-label", clock.playing ? "Pause" : "Play");
    });
    store.notes.onChange(life, () => (draw(), tell()));
    const traits = ["name", "seed", "writing", "current", "votes", "number"] as const;
    for (const trait of [...traits, "begins", "shown_from", "shown_to", "piece"] as const)
      model.on(`change:${trait}`, life, () => (draw(), tell()));
    clock.on(["play", "pause"], life, tell);
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
    life.on(more, "click", () => model.post<RaiseHand>({ kind: "vote", by: 1 }));
    life.on(less, "click", () => model.post<RaiseHand>({ kind: "vote", by: -1 }));
  },
});
