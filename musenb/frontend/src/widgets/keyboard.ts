/** Piano keyboard view, to play on, to record from, and to see what sounds or is likely. */

import { percent } from "../core/words";
import { button, element, setSign } from "../core/dom";
import "../keyboard/icons";
import { KeysPanel, pitchesOf, soundingAt } from "../keyboard/keys-panel";
import { listenToMidi } from "../keyboard/midi-input";
import type { Life } from "../core/life";
import { mount, type View } from "../core/mount";
import { NoteStore } from "../core/notes";
import { Recorder, timeOf, type Beat } from "../keyboard/recorder";
import { handOf, pageAudio, partsFrom } from "../sound/synth";
import { midiPitch, pitchName } from "../core/units";
import type { KeyboardState, Played, Recorded } from "../core/wire/keyboard";
import type { NotesState } from "../core/wire/notes";
import type { Model } from "../core/model";

type KeyboardView = View<KeyboardState, NoteStore>;

const GRIDS: Record<KeyboardState["grid"], string> = {
  quarter: "to ♩",
  eighth: "to ♪",
  triplet: "to ♪ of 3",
  sixteenth: "to ♬",
  "thirty-second": "to 1/32",
};
const STATUS_MS = 100;
const RESUME_MS = 600;

function sharesOf(model: Model<KeyboardState>): Map<number, number> {
  return new Map((model.get("distribution") ?? []).map(([pitch, share]) => [pitch, share]));
}

/** Return the distribution in words: the five likeliest and what goes elsewhere. */
export function distributionText(
  shares: ReadonlyMap<number, number>,
  label: string,
  nameOf: (pitch: number) => string = pitchName,
): string {
  if (!shares.size) return "";
  const best = [...shares].sort((a, b) => b[1] - a[1]).slice(0, 5);
  const rest = 1 - [...shares.values()].reduce((sum, share) => sum + share, 0);
  const said = best.map(([pitch, share]) => `${nameOf(pitch)} ${percent(share)}`).join(", ");
  return `${label ? `${label}: ` : ""}${said}${rest > 0.005 ? `; no pitch of these: ${percent(rest)}` : ""}`;
}

/** Makes the keys sound, tells Python when it listens, and records. */
class Hands {
  recorder: Recorder | undefined;
  #beat: Beat = { qpm: 90, beats: 4, metronome: true, countIn: 1 };
  readonly #view: KeyboardView;
  readonly #hand;

  constructor(view: KeyboardView) {
    this.#view = view;
    this.#hand = handOf(view.model, view.life);
  }

  down(pitch: number, velocity: number): void {
    this.#hand.noteOn(pitch, velocity);
    this.recorder?.down(pitch, velocity);
    this.#tell(pitch, velocity, true);
  }

  up(pitch: number): void {
    this.#hand.noteOff(pitch);
    this.recorder?.up(pitch);
    this.#tell(pitch, 0, false);
  }

  tap(pitch: number, velocity: number, duration: number): void {
    this.#hand.tap(pitch, velocity, duration);
  }

  #tell(pitch: number, velocity: number, down: boolean): void {
    const { model } = this.#view;
    if (model.get("listening"))
      model.post<Played>({ kind: "played", pitch: midiPitch(pitch), velocity, down });
  }

  /** Begin to record: called in a click, since sound may begin only there. */
  async record(): Promise<void> {
    const { model, life } = this.#view;
    const audio = pageAudio();
    audio.resume();
    // The engine comes meanwhile; without it one records in silence.
    audio.load(partsFrom(model, life)).catch((error: unknown) => this.#view.fail(error));
    const resumed = () => audio.lost || audio.context.state === "running";
    for (let waited = 0; waited < RESUME_MS && !resumed(); waited += 50) {
      await new Promise<void>((resolve) => {
        life.after(50, resolve);
        life.atEnd(resolve);
      });
    }
    if (life.ended) return;
    this.#beat = {
      qpm: model.get("qpm") ?? 90,
      beats: model.get("beats") ?? 4,
      metronome: model.get("metronome") ?? true,
      countIn: model.get("count_in") ?? 1,
    };
    this.recorder = new Recorder(timeOf(audio), this.#beat, life);
  }

  stop(): number {
    const { model } = this.#view;
    const presses = this.recorder?.stop() ?? [];
    this.recorder = undefined;
    const { qpm, beats } = this.#beat;
    model.post<Recorded>({ kind: "recorded", presses, qpm, beats });
    return presses.length;
  }
}

function octaves(view: KeyboardView, shift: (by: number) => void): HTMLElement[] {
  const { model, life } = view;
  const down = button("−", "Octave down", { "aria-keyshortcuts": "Z" });
  const up = button("+", "Octave up", { "aria-keyshortcuts": "X" });
  const shown = element("output", { "aria-label": "Octave of the computer's keys" });
  const show = () => void (shown.textContent = `A = C${model.get("octave") ?? 4}`);
  life.on(down, "click", () => shift(-1));
  life.on(up, "click", () => shift(1));
  model.on("change:octave", life, show);
  show();
  return [down, shown, up];
}

function recording(view: KeyboardView, hands: Hands, panel: KeysPanel): HTMLElement[] {
  const { model, life, say } = view;
  const record = button("●", "Record", { "aria-pressed": "false" });
  const status = element("output", { class: "mnb-place", "aria-label": "Recording" });
  const showTake = () => {
    const count = model.get("take")?.length ?? 0;
    if (!hands.recorder)
      status.textContent = count ? `${count} note${count === 1 ? "" : "s"} recorded` : "";
  };
  let starting = false;
  const end = () => {
    const count = hands.stop();
    show();
    say(count ? `${count} notes recorded` : "nothing recorded");
  };
  const show = () => {
    const on = hands.recorder !== undefined;
    record.setAttribute("aria-pressed", String(on));
    status.style.minWidth = on ? "" : "0";
    for (const name of ["aria-label", "title"])
      record.setAttribute(name, on ? "Stop recording" : "Record");
    setSign(record, on ? "■" : "●");
    showTake();
  };
  life.on(record, "click", async () => {
    if (starting) return;
    if (hands.recorder) return end();
    starting = true;
    panel.canvas.focus({ preventScroll: true });
    await hands.record().finally(() => (starting = false));
    if (hands.recorder) say("recording");
    show();
  });
  life.every(STATUS_MS, () => {
    if (hands.recorder) status.textContent = hands.recorder.placeText;
  });
  model.on("change:take", life, showTake);
  show();
  return [record, status, listening(view, hands)];
}

/** Sound the take as it was quantised, until the life ends; `over` is called behind the last note. */
function playTake(model: Model<KeyboardState>, life: Life, hands: Hands, over: () => void): void {
  const quarter = 60 / (model.get("qpm") ?? 90);
  let end = 0;
  for (const [onset, duration, pitch, velocity] of model.get("take") ?? []) {
    life.after(onset * quarter * 1000, () => hands.tap(pitch, velocity, duration * quarter));
    end = Math.max(end, onset + duration);
  }
  life.after(end * quarter * 1000, over);
}

/** The button that plays the take, and stops it. */
function listening({ model, life }: KeyboardView, hands: Hands): HTMLElement {
  const listen = button("▶", "Listen to the take");
  let playing: Life | undefined;
  const show = () => {
    listen.hidden = !model.get("take")?.length;
    listen.setAttribute("aria-pressed", String(playing !== undefined));
    listen.firstChild!.textContent = playing ? "■" : "▶";
  };
  const stop = () => {
    playing?.end();
    playing = undefined;
    show();
  };
  life.on(listen, "click", () => {
    if (playing) return stop();
    playing = life.child();
    playTake(model, playing, hands, stop);
    show();
  });
  model.on("change:take", life, stop);
  show();
  return listen;
}

function settings({ model, life }: KeyboardView): HTMLElement[] {
  const metronome = button("click", "Metronome");
  const count = button("1 2 3", "Count in one bar");
  const tempo = element("input", {
    type: "number",
    min: 20,
    max: 300,
    step: 1,
    "aria-label": "Quarters a minute",
  });
  tempo.style.width = "5em";
  const volume = element("input", {
    type: "range",
    min: 1,
    max: 127,
    "aria-label": "How hard the keys are struck",
  });
  const grid = element("select", {
    "aria-label": "Grid of the take",
    title: "To which note values a take is moved",
  });
  grid.append(
    ...Object.entries(GRIDS).map(([value, text]) =>
      element("option", { value, "aria-label": value }, text),
    ),
  );
  const show = () => {
    grid.value = model.get("grid") ?? "sixteenth";
    metronome.setAttribute("aria-pressed", String(model.get("metronome") ?? true));
    count.setAttribute("aria-pressed", String((model.get("count_in") ?? 1) > 0));
    tempo.value = String(model.get("qpm") ?? 90);
    volume.value = String(model.get("velocity") ?? 80);
  };
  life.on(metronome, "click", () => model.set({ metronome: !(model.get("metronome") ?? true) }));
  life.on(count, "click", () => model.set({ count_in: (model.get("count_in") ?? 1) ? 0 : 1 }));
  life.on(tempo, "change", () => {
    const asked = Number(tempo.value);
    if (asked >= 20 && asked <= 300) model.set({ qpm: asked });
    show();
  });
  life.on(grid, "change", () => model.set({ grid: grid.value as KeyboardState["grid"] }));
  life.on(volume, "input", () => model.set({ velocity: Number(volume.value) }));
  for (const name of ["metronome", "count_in", "qpm", "grid", "velocity"] as const)
    model.on(`change:${name}`, life, show);
  show();
  const labelled = (text: string, title: string, input: HTMLElement) =>
    element("label", { title }, element("span", { "aria-hidden": true }, text), input);
  const loud = labelled("loud", "How hard the keys are struck", volume);
  return model.get("live") === false
    ? [loud]
    : [metronome, count, labelled("♩ =", "Quarters a minute", tempo), grid, loud];
}

function midi({ life, say }: KeyboardView, panel: KeysPanel): HTMLElement[] {
  const connect = button("MIDI", "Listen to a MIDI keyboard", { "aria-pressed": "false" });
  const shown = element("output", { class: "mnb-place", "aria-label": "MIDI keyboards" });
  shown.style.minWidth = "0";
  let inner: Life | undefined;
  life.on(connect, "click", async () => {
    const was = inner;
    inner = undefined;
    was?.end();
    connect.setAttribute("aria-pressed", "false");
    shown.textContent = "";
    if (was) return;
    const mine = life.child();
    inner = mine;
    try {
      await listenToMidi(mine, {
        down: (pitch, velocity) => panel.press(`midi ${pitch}`, pitch, velocity),
        up: (pitch) => panel.release(`midi ${pitch}`),
        inputs(names) {
          shown.textContent = names.length ? names.join(", ") : "no MIDI keyboard is plugged in";
          say(shown.textContent);
        },
      });
      connect.setAttribute("aria-pressed", String(inner === mine));
    } catch (error) {
      inner = undefined;
      mine.end();
      throw error;
    }
  });
  return [connect, shown];
}

export default mount<KeyboardState, NoteStore>({
  label: "Keyboard",
  store: (model, life, clockId) =>
    new NoteStore(model as unknown as Model<NotesState>, life, clockId),
  view(view) {
    const { root, model, store, clock, life, onTheme, say } = view;
    const hands = new Hands(view);
    const shiftOctave = (by: number) => {
      const octave = Math.min(Math.max((model.get("octave") ?? 4) + by, 0), 8);
      panel.releaseAll();
      model.set({ octave });
      say(`octave ${octave}`);
    };
    const nameOf = (pitch: number) => pitchName(pitch, store.piece.alters);
    const panel = new KeysPanel({
      life,
      say,
      shiftOctave,
      theme: () => view.theme,
      range: () => [model.get("low") ?? 48, model.get("high") ?? 84],
      octave: () => model.get("octave") ?? 4,
      velocity: () => model.get("velocity") ?? 80,
      shares: () => sharesOf(model),
      nameOf,
      down: (pitch, velocity) => hands.down(pitch, velocity),
      up: (pitch) => hands.up(pitch),
    });
    const likely = element("div");
    likely.style.marginTop = "6px";
    const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Keyboard" });
    if (model.get("live") ?? true) bar.append(...recording(view, hands, panel));
    bar.append(...settings(view), ...octaves(view, shiftOctave), ...midi(view, panel));
    root.append(bar, panel.canvas, likely);
    panel.listen(root);
    const showShares = () => {
      likely.textContent = distributionText(
        sharesOf(model),
        model.get("distribution_label") ?? "",
        nameOf,
      );
      panel.repaint();
    };
    for (const name of ["distribution", "distribution_label", "low", "high", "octave"] as const)
      model.on(`change:${name}`, life, showShares);
    clock.follow(life, (playhead) =>
      panel.setPlaying(clock.playing ? soundingAt(store.table, playhead) : new Map()),
    );
    clock.on("selection", life, () => panel.setChosen(pitchesOf(store.table, clock.selection)));
    panel.setChosen(pitchesOf(store.table, clock.selection));
    onTheme(() => panel.repaint());
    life.size(root, (width) => panel.resize(width));
    showShares();
  },
});
