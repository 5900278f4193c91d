/** The music of a question: a button for each piece, a clock of its own for each, and one plays at a time. */

import { clockOf, type PageClock } from "../clock";
import { button, element, setSign } from "../dom";
import type { Life } from "../life";
import type { Model } from "../mount";
import { Player } from "../player";
import { pageAudio, partsFrom, PIANO } from "../synth";
import { decodeNotes } from "../table";
import { quarters } from "../units";
import type { QuestionState } from "../wire";

export interface Piece {
  readonly label: string;
  readonly clock: PageClock;
  readonly player: Player;
}

const SETTINGS = { volume: 0.8, muted: [], soloed: [], metronome: false, countIn: 0, programs: [], font: PIANO };

export function makePieces(model: Model<QuestionState>, life: Life, clockId: string): Piece[] {
  const parts = partsFrom(model, life);
  return (model.get("music") ?? []).map(({ label, notes, piece }, place) => {
    const clock = clockOf(`${clockId}-${place}`, life);
    const table = decodeNotes(notes);
    clock.setTempos(piece.tempos);
    clock.setEnd(quarters(Math.max(piece.end, table.lastEnd())), false);
    const source = {
      music: () => ({ table, bars: piece.bars }),
      settings: () => SETTINGS,
      parts,
      font: () => Promise.reject(new Error("a question has the piano only")),
    };
    return { label, clock, player: new Player(clock, pageAudio(), source, life) };
  });
}

/** Return the row of buttons; empty where there is nothing to hear. */
export function musicRow(pieces: readonly Piece[], life: Life): HTMLElement {
  const row = element("div", { class: "mnb-bar", role: "group", "aria-label": "Listen" });
  for (const { label, clock, player } of pieces) {
    const play = button("▶", `Play ${label}`);
    play.append(` ${label}`);
    const show = () => {
      setSign(play, clock.playing ? "■" : "▶");
      const name = `${clock.playing ? "Stop" : "Play"} ${label}`;
      for (const attribute of ["aria-label", "title"]) play.setAttribute(attribute, name);
      play.setAttribute("aria-pressed", String(clock.playing));
    };
    life.on(play, "click", () => {
      if (!clock.playing) clock.seek(quarters(0));
      player.toggle();
    });
    life.on(play, "pointerenter", () => player.warm());
    clock.on(["play", "pause"], life, show);
    show();
    row.append(play);
  }
  row.hidden = !pieces.length;
  return row;
}
