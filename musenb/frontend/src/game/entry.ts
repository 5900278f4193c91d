/** Answer form of a round: a pitch for each voice, on the keys or from a list, and how sure. */

import { button, element } from "../core/dom";
import { KeysPanel } from "../keyboard/keys-panel";
import { listenToMidi } from "../keyboard/midi-input";
import type { Life } from "../core/life";
import { handOf } from "../sound/synth";
import { midiPitch } from "../core/units";
import type { Guess } from "../core/wire/game";
import { nameIn, revealOf, roundOf, show, type GameView } from "./parts";

const SURE: readonly (readonly [number, string])[] = [
  [-1, "I don't say"],
  [0.1, "a guess (10 %)"],
  [0.25, "unsure (25 %)"],
  [0.5, "half and half (50 %)"],
  [0.75, "quite sure (75 %)"],
  [0.9, "very sure (90 %)"],
  [0.99, "certain (99 %)"],
];
const AN_OCTAVE = 12;

export class Entry {
  readonly element = element("div", { class: "mnb-game-entry" });
  readonly #view: GameView;
  readonly #slots = element("div", { class: "mnb-game-slots" });
  readonly #reveal = button("Reveal", "Reveal: what all say", { class: "mnb-game-main" });
  readonly #sure = element("select", {
    "aria-label": "How sure you are",
    title: "Your confidence sets what a right or wrong answer costs",
  });
  readonly panel: KeysPanel;
  /** Which voice the next key is for. */
  #next = 0;
  #octave = 4;

  constructor(view: GameView) {
    this.#view = view;
    const { life, model, say } = view;
    const hand = handOf(model, life);
    this.panel = new KeysPanel({
      life,
      say,
      theme: () => view.theme,
      range: () => this.#range(),
      octave: () => this.#octave,
      velocity: () => 80,
      shares: () => new Map(),
      nameOf: (pitch) => nameIn(view, pitch),
      shiftOctave: (by) => {
        this.#octave = Math.min(Math.max(this.#octave + by, 1), 6);
        this.panel.repaint();
        say(`octave ${this.#octave}`);
      },
      down: (pitch, velocity) => {
        this.#enter(pitch);
        hand.noteOn(pitch, velocity);
      },
      up: (pitch) => hand.noteOff(pitch),
    });
    this.panel.canvas.setAttribute("aria-label", "Piano keys: the note that you expect");
    this.#sure.append(...SURE.map(([value, text]) => element("option", { value }, text)));
    life.on(this.#sure, "change", () => model.set({ confidence: Number(this.#sure.value) }));
    life.on(this.#reveal, "click", () => this.#submit());
    const bar = element(
      "div",
      { class: "mnb-bar" },
      this.#slots,
      element("label", {}, "how sure", this.#sure),
      this.#reveal,
      ...midi(view, this.panel),
    );
    this.element.append(bar, this.panel.canvas);
    show(view, ["rounds", "current", "reveals", "ranges"], () => this.#build());
    show(view, ["entered", "confidence", "busy"], () => this.#mark());
    view.onTheme(() => this.panel.repaint());
    life.size(this.element, (width) => this.panel.resize(width));
  }

  #voices(): readonly string[] {
    return roundOf(this.#view)?.[2] ?? [];
  }

  #entered(): number[] {
    const told = this.#view.model.get("entered") ?? [];
    return this.#voices().map((_, place) => told[place] ?? -1);
  }

  #rangeOf(voice: string): readonly [number, number] {
    const [, low = 48, high = 84] =
      this.#view.model.get("ranges")?.find(([name]) => name === voice) ?? [];
    return [low, high];
  }

  #range(): readonly [number, number] {
    const all = this.#voices().map((voice) => this.#rangeOf(voice));
    const low = Math.min(84, ...all.map(([from]) => from));
    return [low, Math.max(low + AN_OCTAVE, ...all.map(([, to]) => to))];
  }

  #build(): void {
    this.element.hidden = revealOf(this.#view) !== undefined || !this.#voices().length;
    const { life } = this.#view;
    const [low] = this.#range();
    this.#octave = Math.floor((low + 4) / 12) - 1;
    this.#slots.replaceChildren(
      ...this.#voices().map((voice, place) => {
        const [from, to] = this.#rangeOf(voice);
        const list = element("select", {
          "aria-label": `Note of the ${voice}`,
          "data-slot": place,
        });
        const pitches = Array.from({ length: to - from + 1 }, (_, step) => to - step);
        list.append(
          element("option", { value: -1 }, "—"),
          ...pitches.map((pitch) => element("option", { value: pitch }, nameIn(this.#view, pitch))),
        );
        return element("label", {}, voice, list);
      }),
    );
    for (const list of this.#slots.querySelectorAll("select")) {
      life.on(list, "change", () => this.#set(Number(list.dataset.slot), Number(list.value)));
    }
    this.#next = Math.max(0, this.#entered().indexOf(-1));
    this.#mark();
    this.panel.repaint();
  }

  /** A key was pressed: it is for the voice whose turn it is; then comes the next. */
  #enter(pitch: number): void {
    if (this.element.hidden || this.#view.model.get("busy")) return;
    const voice = this.#voices()[this.#next];
    if (voice === undefined) return;
    const [low, high] = this.#rangeOf(voice);
    if (pitch < low || pitch > high)
      return this.#view.say(`${nameIn(this.#view, pitch)} is outside the range of the ${voice}`);
    const at = this.#next;
    this.#next = (at + 1) % this.#voices().length;
    this.#set(at, pitch);
  }

  #set(place: number, pitch: number): void {
    const entered = this.#entered();
    entered[place] = pitch;
    this.#view.model.set({ entered });
    this.#view.say(
      pitch < 0 ? "no note" : `${this.#voices()[place]}: ${nameIn(this.#view, pitch)}`,
    );
    this.#mark();
  }

  #mark(): void {
    const { model } = this.#view;
    const entered = this.#entered();
    this.#slots.querySelectorAll("select").forEach((list, place) => {
      list.value = String(entered[place] ?? -1);
      list.parentElement?.toggleAttribute("data-next", entered.length > 1 && place === this.#next);
    });
    const sure = model.get("confidence") ?? -1;
    this.#sure.value = String(SURE.find(([value]) => Math.abs(value - sure) < 0.005)?.[0] ?? -1);
    this.#reveal.disabled = (model.get("busy") ?? false) || !entered.length || entered.includes(-1);
    this.panel.setChosen(new Set(entered.filter((pitch) => pitch >= 0)));
  }

  #submit(): void {
    const { model, say } = this.#view;
    const pitches = this.#entered();
    if (pitches.includes(-1)) return;
    this.#reveal.disabled = true;
    say("asking the others");
    model.post<Guess>({
      kind: "guess",
      round: model.get("current") ?? 0,
      pitches: pitches.map(midiPitch),
      confidence: model.get("confidence") ?? -1,
    });
  }
}

function midi({ life, say }: GameView, panel: KeysPanel): HTMLElement[] {
  const connect = button("MIDI", "Listen to a MIDI keyboard", { "aria-pressed": "false" });
  let inner: Life | undefined;
  life.on(connect, "click", async () => {
    const was = inner;
    was?.end();
    inner = was ? undefined : life.child();
    connect.setAttribute("aria-pressed", String(inner !== undefined));
    if (!inner) return;
    try {
      await listenToMidi(inner, {
        down: (pitch, velocity) => panel.press(`midi ${pitch}`, pitch, velocity),
        up: (pitch) => panel.release(`midi ${pitch}`),
        inputs: (names) => say(names.length ? names.join(", ") : "no MIDI keyboard is plugged in"),
      });
    } catch (error) {
      inner?.end();
      inner = undefined;
      connect.setAttribute("aria-pressed", "false");
      throw error;
    }
  });
  return [connect];
}
