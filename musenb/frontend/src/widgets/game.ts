/** Prediction game view: listen, say what comes next, see and hear what all say. */

import { barAt } from "../core/bars";
import { clockOf } from "../core/clock";
import { button, element } from "../core/dom";
import { answersPart, classPart } from "../game/answers";
import { Entry } from "../game/entry";
import css from "../game/game.css";
import { nextRound, revealOf, roundOf, show, type GameStore, type GameView } from "../game/parts";
import { mount } from "../core/mount";
import { NoteStore } from "../core/notes";
import { Passage } from "../sound/passage";
import { Player } from "../sound/player";
import "../sound/icons";
import { pageAudio, partsFrom, PIANO } from "../sound/synth";
import type { GameState } from "../core/wire/game";

/** Bars that are heard before a stop: at least, and at most. */
const [FEWEST, MOST] = [2, 4];

/** Return where to begin to listen: where the round before stopped, two to four bars back. */
function startOf({ model, store }: GameView, stop: number): number {
  const bar = barAt(store.notes.bars, stop - 0.01);
  const length = bar ? bar[1] - bar[0] : 4;
  const before = model.get("rounds")?.[(model.get("current") ?? 0) - 1]?.[0] ?? 0;
  return Math.max(0, Math.min(stop - FEWEST * length, Math.max(before, stop - MOST * length)));
}

function listening(view: GameView, passage: Passage): HTMLElement {
  const { life, clock } = view;
  const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Listening" });
  const listen = button("▶ Listen", "Listen to what comes before", { class: "mnb-game-main" });
  const whole = button("⏮", "Listen from the beginning");
  const stop = button("■", "Stop");
  const from = (start: (stop: number) => number) => {
    const at = roundOf(view)?.[0];
    if (at !== undefined) passage.play(start(at), at);
  };
  life.on(listen, "click", () => from((at) => startOf(view, at)));
  life.on(whole, "click", () => from(() => 0));
  life.on(stop, "click", () => passage.stop());
  const mark = () => void (stop.disabled = !clock.playing);
  clock.on(["play", "pause"], life, mark);
  mark();
  bar.append(listen, whole, stop);
  return bar;
}

/** A button for each round; those behind the next one would tell what comes. */
function rounds(view: GameView, go: (round: number) => void): HTMLElement {
  const group = element("div", { class: "mnb-game-rounds", role: "group", "aria-label": "Rounds" });
  view.life.on(group, "click", (event) => {
    const round = (event.target as HTMLElement).closest<HTMLElement>("[data-round]")?.dataset.round;
    if (round !== undefined) go(Number(round));
  });
  show(view, ["rounds", "reveals", "current"], () => {
    const focus = (group.getRootNode() as Document | ShadowRoot)
      .activeElement as HTMLElement | null;
    const held = focus && group.contains(focus) ? focus.dataset.round : undefined;
    const next = nextRound(view);
    group.replaceChildren(
      ...(view.model.get("rounds") ?? []).map(([, place], round) => {
        const found = view.model.get("reveals")?.find(([number]) => number === round);
        const student = found?.[1].find(([player]) => player === "student");
        const state = !student
          ? "not answered"
          : student[3] === student[1].length
            ? "right"
            : student[3]
              ? "partly right"
              : "not right";
        const sign = !student
          ? String(round + 1)
          : state === "right"
            ? "✓"
            : state === "partly right"
              ? "~"
              : "✗";
        const made = button(sign, `Round ${round + 1}, ${place}: ${state}`, {
          "data-round": round,
        });
        if (round === view.model.get("current")) made.setAttribute("aria-current", "step");
        made.disabled = !student && round !== next;
        return made;
      }),
    );
    if (held !== undefined) group.querySelector<HTMLElement>(`[data-round="${held}"]`)?.focus();
  });
  return group;
}

function asked(view: GameView): HTMLElement {
  const line = element("p", { class: "mnb-game-asked", "aria-label": "What is asked" });
  show(view, ["rounds", "reveals", "current"], () => {
    const [round, reveal] = [roundOf(view), revealOf(view)];
    if (!round) return void (line.textContent = "");
    const [, place, voices] = round;
    const who =
      voices.length > 1
        ? `${voices.slice(0, -1).join(", ")} and ${voices.at(-1)}`
        : (voices[0] ?? "");
    const question =
      voices.length > 1
        ? `which notes come next in ${who}?`
        : `which note comes next in the ${who}?`;
    const where = `${place[0]?.toUpperCase() ?? ""}${place.slice(1)}`;
    line.textContent = reveal ? reveal[5].split(". ")[0] + "." : `${where}: ${question}`;
  });
  return line;
}

function text(view: GameView, name: "result" | "recorded", label: string): HTMLElement {
  const line = element("p", { class: "mnb-faint", "aria-label": label });
  show(view, [name], () => void (line.textContent = view.model.get(name) ?? ""));
  return line;
}

export default mount<GameState, GameStore>({
  label: "Prediction game",
  store(model, life, clockId) {
    const notes = new NoteStore(model as never, life, clockId);
    const settings = {
      volume: 0.8,
      muted: [],
      soloed: [],
      metronome: false,
      countIn: 0,
      programs: [],
      font: PIANO,
    };
    const source = {
      music: () => ({ table: notes.table, bars: notes.bars }),
      settings: () => settings,
      parts: partsFrom(model, life),
      font: () => Promise.reject(new Error("the game plays the piano alone")),
    };
    return { notes, player: new Player(clockOf(clockId, life), pageAudio(), source, life) };
  },
  view(view) {
    const { root, model, life, store, clock } = view;
    const passage = new Passage(clock, life);
    let wanted = -1;
    const go = (round: number) => {
      if (round === model.get("current")) return;
      passage.stop();
      clock.select([]);
      wanted = round;
      model.set({ current: round });
    };
    const next = button("Next ›", "Next round", { class: "mnb-game-main" });
    life.on(next, "click", () => go(nextRound(view)));
    // The music of the next round has come: it plays and stops.
    store.notes.onChange(life, () => {
      const stop = roundOf(view)?.[0] ?? 0;
      if (wanted !== model.get("current") || Math.abs(store.notes.end - stop) > 1e-6) return;
      wanted = -1;
      passage.play(startOf(view, stop), stop);
    });
    show(view, ["reveals", "rounds", "current"], () => {
      const count = model.get("rounds")?.length ?? 0;
      next.hidden = !revealOf(view) || nextRound(view) >= count;
    });
    const entry = new Entry(view);
    const style = element("style");
    style.textContent = css;
    const top = element("div", { class: "mnb-bar" }, rounds(view, go), listening(view, passage));
    const game = element(
      "div",
      { class: "mnb-game" },
      top,
      asked(view),
      entry.element,
      answersPart(view),
      element("div", {}, next),
    );
    game.append(
      text(view, "result", "How it stands"),
      text(view, "recorded", "Where answers are kept"),
      classPart(view),
    );
    root.append(style, game);
    entry.panel.listen(game);
  },
});
