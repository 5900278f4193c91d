/** Playback of a question's music: a button for each piece, a clock of its own for each, and one plays at a time. */

import { barsOf } from "../core/bars";
import { clockOf, type PageClock } from "../core/clock";
import { button, element, setSign } from "../core/dom";
import type { Life } from "../core/life";
import type { Model } from "../core/model";
import { Player } from "../sound/player";
import { pageAudio, partsFrom, PIANO } from "../sound/synth";
import { decodeNotes } from "../core/table";
import { quarters } from "../core/units";
import type { QuestionState } from "../core/wire/question";

interface Piece {
  readonly label: string;
  readonly clock: PageClock;
  readonly player: Player;
}

const SETTINGS = {
  volume: 0.8,
  muted: [],
  soloed: [],
  metronome: false,
  countIn: 0,
  programs: [],
  font: PIANO,
};

/** The pieces of a question. The model comes up without them; they follow in the next message. */
export class Pieces {
  #list: readonly Piece[] = [];
  #life: Life | undefined;
  readonly #events = new EventTarget();

  constructor(model: Model<QuestionState>, life: Life, clockId: string) {
    const take = () => {
      this.#life?.end();
      this.#life = life.child();
      this.#list = makePieces(model, this.#life, clockId);
      this.#events.dispatchEvent(new Event("change"));
    };
    model.on("change:music", life, take);
    take();
  }

  get list(): readonly Piece[] {
    return this.#list;
  }

  onChange(life: Life, call: () => unknown): void {
    life.on(this.#events, "change", call);
  }
}

function makePieces(model: Model<QuestionState>, life: Life, clockId: string): Piece[] {
  const parts = partsFrom(model, life);
  return (model.get("music") ?? []).map(({ label, notes, piece }, place) => {
    const clock = clockOf(`${clockId}-${place}`, life);
    const table = decodeNotes(notes);
    clock.setTempos(piece.tempos);
    clock.setEnd(quarters(Math.max(piece.end, table.lastEnd())), false);
    const bars = barsOf(piece.bars);
    const source = {
      music: () => ({ table, bars }),
      settings: () => SETTINGS,
      parts,
      font: () => Promise.reject(new Error("a question has the piano only")),
    };
    return { label, clock, player: new Player(clock, pageAudio(), source, life) };
  });
}

/** Return the row of buttons; hidden where there is nothing to hear. */
export function musicRow(pieces: Pieces, life: Life): HTMLElement {
  const row = element("div", { class: "mnb-bar", role: "group", "aria-label": "Listen" });
  let inner = life.child();
  const build = () => {
    inner.end();
    inner = life.child();
    row.replaceChildren(...pieces.list.map((piece) => playButton(piece, inner)));
    row.hidden = !pieces.list.length;
  };
  pieces.onChange(life, build);
  build();
  return row;
}

function playButton({ label, clock, player }: Piece, life: Life): HTMLElement {
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
  return play;
}
