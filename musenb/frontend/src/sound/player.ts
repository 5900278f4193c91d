/** Look-ahead player: schedules a clock's notes 100 ms ahead on the audio clock, and drives the clock by it. */

import type { Driver, PageClock } from "../core/clock";
import type { Life } from "../core/life";
import { clicks, countIn, held, strikes, type Strike, type Timeline } from "../core/schedule";
import { channelOf, CHANNELS, LIVE, type PageAudio, type Parts } from "./synth";
import type { NoteTable } from "../core/table";
import { seconds, type Quarters, type Seconds } from "../core/units";
import type { Bar } from "../core/wire/notes";

export const LOOKAHEAD = 0.1;
const TICK_MS = 25;
// A tab in the background gets a timer a second.
const LOOKAHEAD_HIDDEN = 1.5;
// How long the playhead waits for an engine that is loading before it moves without sound.
const PATIENCE = 6;
// How long one waits for a browser to let the sound begin once the engine is there.
const RESUMING = 1;
const LOOK_MS = 250;

export interface Music {
  readonly table: NoteTable;
  readonly bars: readonly Bar[];
}

export interface PlayerSettings {
  readonly volume: number;
  readonly muted: readonly number[];
  readonly soloed: readonly number[];
  readonly metronome: boolean;
  readonly countIn: number;
  readonly programs: readonly number[];
  /** Name of the soundfont. */
  readonly font: string;
}

export interface PlayerSource {
  music(): Music;
  settings(): PlayerSettings;
  parts(): Promise<Parts>;
  font(): Promise<ArrayBuffer>;
}

export type PlayerState = "idle" | "loading" | "blocked" | "silent" | "sounding";

export class Player implements Driver {
  readonly #clock: PageClock;
  readonly #audio: PageAudio;
  readonly #source: PlayerSource;
  readonly #life: Life;
  readonly #events = new EventTarget();
  #state: PlayerState = "idle";
  #base = 0;
  // Up to this moment everything is scheduled, by the timeline that was seen last.
  #cursor = 0;
  #seen: Timeline | undefined;
  #queued = 0;
  #clicks: AudioScheduledSourceNode[] = [];
  #ticking: Life | undefined;
  #anchored = false;
  #begun = 0;
  #failed = false;
  #fontFailed = false;

  constructor(clock: PageClock, audio: PageAudio, source: PlayerSource, life: Life) {
    this.#clock = clock;
    this.#audio = audio;
    this.#source = source;
    this.#life = life;
    clock.on("play", life, () => this.#mine && this.#begin());
    clock.on("pause", life, () => this.#stop());
    clock.on(["seek", "loop"], life, () => this.#again());
    clock.on("driver", life, () => (this.#mine ? this.#again() : this.#stop(true)));
    audio.onChange(life, () => this.#audioChanged());
    if (!clock.driver) clock.drive(this);
    life.atEnd(() => {
      this.#stop(true);
      if (this.#mine) clock.drive(undefined);
    });
  }

  // The driver of the clock

  get running(): boolean {
    return (
      this.#audio.running && (this.#fontFailed || this.#audio.hasFont(this.#source.settings().font))
    );
  }
  get delay(): Seconds {
    return seconds(this.#audio.latency + 0.04);
  }
  seconds(): Seconds {
    return this.#audio.heard();
  }

  start(from: Quarters): Seconds {
    this.ready();
    this.#begun = performance.now();
    this.#anchored = this.running;
    if (this.#anchored) return this.#lead(from);
    if (this.#audio.lost || this.#audio.blocked) return seconds(0);
    return seconds(this.#audio.synth && this.#audio.held ? RESUMING : PATIENCE);
  }

  ready(): void {
    this.#audio.resume();
    if (!this.#audio.lost) this.#load();
  }

  // What its view shows and does

  get state(): PlayerState {
    return this.#state;
  }

  onState(life: Life, call: () => unknown): void {
    life.on(this.#events, "state", call);
  }

  /** Play by this player, or stop. Call inside a click or key handler. */
  toggle(): void {
    if (!this.#clock.playing) this.#clock.drive(this);
    this.#audio.resume();
    this.#clock.toggle();
  }

  /** Load the engine before it is needed: when the pointer comes near. */
  warm(): void {
    if (!this.#audio.synth && (navigator.userActivation?.hasBeenActive ?? false)) this.#load();
  }

  /** Volume, mutes, programs have changed. */
  settingsChanged(): void {
    if (this.#state !== "sounding") return;
    this.#applySettings();
    const channels = this.#voices()
      .filter((voice) => !this.#audible(voice))
      .map((voice) => this.#channel(voice));
    this.#audio.synth?.silence(
      channels,
      Math.max(this.#queued, this.#audio.context.currentTime) + 0.01,
    );
  }

  get #mine(): boolean {
    return this.#clock.driver === this;
  }

  #load(): void {
    this.#life.guard(async () => {
      try {
        await this.#audio.load(() => this.#source.parts());
      } catch (error) {
        this.#failed = true;
        if (this.#clock.playing) this.#clock.driverChanged();
        if (this.#audio.lost) return; // its view says so
        throw error;
      }
      try {
        await this.#audio.useFont(this.#source.settings().font, () => this.#source.font());
        if (this.#state === "sounding") this.#applySettings();
      } catch (error) {
        this.#fontFailed = true;
        this.#audioChanged();
        throw error;
      }
    })();
  }

  #show(state: PlayerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#events.dispatchEvent(new Event("state"));
  }

  #audioChanged(): void {
    if (!this.#mine || !this.#clock.playing) return;
    if (this.running && !this.#anchored) {
      this.#anchored = true;
      this.#clock.driverChanged(this.#lead(this.#clock.playhead));
    } else if (!this.running && (this.#anchored || this.#audio.lost)) {
      this.#anchored = false;
      this.#clock.driverChanged();
    }
  }

  /** Return how long the playhead stands before it starts, and sound the count-in meanwhile. */
  #lead(from: Quarters): Seconds {
    const { tempo, factor } = this.#clock;
    const count = countIn(
      tempo,
      this.#source.music().bars,
      from,
      this.#source.settings().countIn,
      factor,
    );
    const now = this.#audio.heard() + this.delay;
    for (const { time, strong } of count.clicks)
      this.#clicks.push(this.#audio.click(now + time, strong));
    return seconds(this.delay + count.seconds);
  }

  #begin(): void {
    this.#ticking?.end();
    this.#ticking = this.#life.child();
    if (!this.running) {
      this.#show(this.#missing());
      this.#ticking.every(LOOK_MS, () => this.#show(this.#missing()));
      return;
    }
    this.#base = this.#audio.nextBank();
    this.#applySettings();
    this.#show("sounding");
    this.#seen = this.#clock.timeline;
    this.#cursor = this.#seen.moment;
    for (const strike of held(this.#clock.timeline, this.#clock.tempo, this.#source.music().table))
      this.#strike(strike);
    this.#tick();
    this.#ticking.every(TICK_MS, () => this.#tick());
  }

  /** Return why there is no sound. */
  #missing(): PlayerState {
    if (this.#failed || this.#audio.lost) return "silent";
    const waited = performance.now() - this.#begun > 1000 * RESUMING;
    return this.#audio.blocked || (this.#audio.held && waited) ? "blocked" : "loading";
  }

  /** After a jump: silence what sounds, begin from the new place. */
  #again(): void {
    if (!this.#mine || !this.#clock.playing) return;
    if (this.#state === "sounding") this.#hush();
    this.#begin();
  }

  /** Stop; at the end of the piece the last notes may die away. */
  #stop(atOnce = false): void {
    if (this.#state === "idle") return;
    this.#ticking?.end();
    if (this.#state === "sounding" && (atOnce || this.#clock.playhead < this.#clock.end))
      this.#hush();
    this.#show("idle");
  }

  #hush(): void {
    const now = this.#audio.context.currentTime;
    const channels = Array.from({ length: CHANNELS }, (_, channel) => this.#base + channel).filter(
      (one) => one !== LIVE,
    );
    this.#audio.synth?.silence(channels, Math.max(this.#queued, now) + 0.01);
    this.#queued = 0;
    for (const node of this.#clicks) node.stop();
    this.#clicks = [];
  }

  #tick(): void {
    const { timeline, tempo } = this.#clock;
    const now = this.#audio.context.currentTime;
    if (this.#seen && this.#seen.factor !== timeline.factor) {
      // Another tempo: what is scheduled already reaches less or more far.
      this.#cursor =
        timeline.moment + ((this.#cursor - timeline.moment) * this.#seen.factor) / timeline.factor;
    }
    this.#seen = timeline;
    // After a sleep of the machine or the tab nothing old is made up for.
    if (Math.max(this.#cursor, timeline.moment) < now - 0.3) this.#cursor = now;
    const ahead = globalThis.document?.hidden ? LOOKAHEAD_HIDDEN : LOOKAHEAD;
    const until = now + ahead;
    const { table, bars } = this.#source.music();
    for (const strike of strikes(timeline, tempo, table, this.#cursor, until)) this.#strike(strike);
    if (this.#source.settings().metronome) {
      for (const { time, strong } of clicks(timeline, tempo, bars, this.#cursor, until)) {
        this.#clicks.push(this.#audio.click(time, strong));
      }
    }
    this.#clicks = this.#clicks.slice(-64);
    // Nothing is known yet of what comes behind the end of a piece that is still growing.
    const ends = timeline.moment + (timeline.end - timeline.place) / timeline.factor;
    const looped = timeline.loop !== null && timeline.place < timeline.loop[1];
    this.#cursor = Math.max(this.#cursor, looped ? until : Math.min(until, ends));
  }

  #strike({ row, time, until }: Strike): void {
    const { table } = this.#source.music();
    const voice = table.voice[row] ?? 0;
    const synth = this.#audio.synth;
    if (!synth || !this.#audible(voice)) return;
    const [channel, pitch] = [this.#channel(voice), table.pitch[row] ?? 60];
    synth.noteOn(channel, pitch, table.velocity[row] || 80, time);
    synth.noteOff(channel, pitch, until - 0.005);
    this.#queued = Math.max(this.#queued, time);
  }

  #applySettings(): void {
    const { volume, programs } = this.#source.settings();
    this.#audio.output.gain.setTargetAtTime(volume, this.#audio.context.currentTime, 0.02);
    for (const voice of this.#voices())
      this.#audio.synth?.program(this.#channel(voice), programs[voice] ?? 0);
  }

  #channel(voice: number): number {
    return this.#base + channelOf(voice);
  }

  #voices(): number[] {
    return Array.from({ length: CHANNELS - 2 }, (_, voice) => voice);
  }

  #audible(voice: number): boolean {
    const { muted, soloed } = this.#source.settings();
    return soloed.length ? soloed.includes(voice) : !muted.includes(voice);
  }
}
