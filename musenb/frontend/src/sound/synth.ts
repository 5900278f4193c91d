/**
 * Page-wide synthesiser: one AudioContext and one engine, on `globalThis`, whichever widget asked first. The engine's
 * code and the piano are fetched once, from the notebook's Engine model or, where models cannot reach each other, by
 * a message.
 */

import type { Life } from "../core/life";
import type { Model } from "../core/model";
import { seconds, type Seconds } from "../core/units";
import type {
  EngineReply,
  EngineRequest,
  SoundfontPart,
  SoundfontRequest,
} from "../core/wire/sound";

/** Channels of one bank, and banks: a new start uses the next bank while the one before dies away. */
export const CHANNELS = 16;
export const BANKS = 3;
/** The soundfont that is always there. */
export const PIANO = "piano";
const DRUMS = 9;
/** The last channel is played by hand: keyboard, clicks on notes. */
export const LIVE = CHANNELS - 1;

/** What the engine's bundle makes. Times are those of the audio context; 0 is now. */
export interface Synth {
  noteOn(channel: number, pitch: number, velocity: number, time: number): void;
  noteOff(channel: number, pitch: number, time: number): void;
  program(channel: number, program: number): void;
  /** Silence channels now, and whatever is still queued for them until `until`. */
  silence(channels: readonly number[], until: number): void;
  /** Put a soundfont in front; its bytes are needed the first time. "piano" is always there. */
  useSoundfont(name: string, bytes: ArrayBuffer): Promise<void>;
  /** A note will be wanted soon. */
  prepare(channel: number, pitch: number): void;
  destroy(): void;
}

export interface EngineModule {
  createSynth(context: AudioContext, piano: ArrayBuffer, output: AudioNode): Promise<Synth>;
}

/** What the engine is made of: its code (gzip) and the piano. */
export interface Parts {
  readonly code: ArrayBuffer;
  readonly piano: ArrayBuffer;
}

/** Return the channel of a voice; the drums' channel and the live one are left out. */
export function channelOf(voice: number): number {
  const channel = voice % (CHANNELS - 2);
  return channel < DRUMS ? channel : channel + 1;
}

export class PageAudio {
  readonly version = 1;
  #context: AudioContext | undefined;
  #output: GainNode | undefined;
  #analyser: AnalyserNode | undefined;
  #synth: Promise<Synth> | undefined;
  #ready: Synth | undefined;
  #lost = false;
  #lastHeard = 0;
  readonly #fonts = new Set<string>();
  #front = PIANO;
  #bank = 0;
  readonly #events = new EventTarget();

  /** The context, made when it is first wanted; it may be suspended until somebody clicks. */
  get context(): AudioContext {
    if (!this.#context) {
      const context = new AudioContext({ latencyHint: "interactive" });
      this.#context = context;
      this.#output = new GainNode(context, { gain: 0.8 });
      this.#analyser = new AnalyserNode(context, { fftSize: 4096 });
      this.#output.connect(this.#analyser).connect(context.destination);
      context.addEventListener("statechange", () => this.#found(context.state === "running"));
    }
    return this.#context;
  }
  get output(): GainNode {
    void this.context;
    return this.#output as GainNode;
  }
  /** Hears everything that sounds in the page; for meters and tests. */
  get analyser(): AnalyserNode {
    void this.context;
    return this.#analyser as AnalyserNode;
  }
  /** The engine, once it is there. */
  get synth(): Synth | undefined {
    return this.#ready;
  }
  /** True when what is scheduled now is heard. */
  get running(): boolean {
    return this.#ready !== undefined && this.#context?.state === "running";
  }
  /** True when the browser holds the sound back until somebody clicks in the page. */
  get blocked(): boolean {
    return this.#context?.state !== "running" && !(navigator.userActivation?.hasBeenActive ?? true);
  }
  /** True where there is no sound: a browser without audio, or no device that it could open. */
  get lost(): boolean {
    return this.#lost;
  }
  /** True while the browser holds the sound back although it was asked for. */
  get held(): boolean {
    return this.#context !== undefined && this.#context.state !== "running";
  }
  /** Seconds from scheduling to hearing. */
  get latency(): number {
    const context = this.#context;
    return context ? context.outputLatency || context.baseLatency || 0.02 : 0.02;
  }

  /** The moment of the context that is heard now; never goes back. */
  heard(): Seconds {
    const context = this.#context;
    if (!context) return seconds(0);
    const late = context.currentTime - this.latency;
    const stamp = context.getOutputTimestamp?.();
    let at = late;
    if (stamp?.contextTime && stamp.performanceTime) {
      const exact = stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
      if (exact <= context.currentTime && exact > context.currentTime - 0.5) at = exact;
    }
    this.#lastHeard = Math.max(this.#lastHeard, at);
    return seconds(this.#lastHeard);
  }

  /** Call inside a click or key handler: browsers let sound begin only there. */
  resume(): void {
    try {
      if (this.context.state !== "running")
        this.context.resume().then(
          () => undefined,
          () => this.#lose(),
        );
    } catch {
      this.#lose();
    }
  }

  #opens(): boolean {
    try {
      void this.context;
    } catch {
      this.#lose();
    }
    return !this.#lost;
  }

  #lose(): void {
    if (this.#context?.state === "running") return;
    this.#lost = true;
    this.#events.dispatchEvent(new Event("change"));
  }

  #found(running: boolean): void {
    if (running) this.#lost = false;
    this.#events.dispatchEvent(new Event("change"));
  }

  /** Build the engine, once; `parts` is asked only then. */
  load(parts: () => Promise<Parts>): Promise<Synth> {
    this.#synth ??= this.#build(parts).catch((error: unknown) => {
      this.#synth = undefined;
      throw error;
    });
    return this.#synth;
  }

  async #build(parts: () => Promise<Parts>): Promise<Synth> {
    if (!this.#opens())
      throw new Error("No sound here: this browser has no audio, or no device for it.");
    const { code, piano } = await parts();
    const engine = await importText(await unpack(code));
    this.#ready = await engine.createSynth(this.context, piano, this.output);
    this.#events.dispatchEvent(new Event("change"));
    return this.#ready;
  }

  /** Whether a soundfont is loaded; the piano always is. */
  hasFont(name: string): boolean {
    return name === PIANO || this.#fonts.has(name);
  }

  /** Put a soundfont in front of the others; `bytes` is asked only the first time. */
  async useFont(name: string, bytes: () => Promise<ArrayBuffer>): Promise<void> {
    const synth = this.#ready;
    if (!synth || this.#front === name) return;
    await synth.useSoundfont(name, this.hasFont(name) ? new ArrayBuffer(0) : await bytes());
    this.#front = name;
    if (name !== PIANO && !this.#fonts.has(name)) {
      this.#fonts.add(name);
      this.#events.dispatchEvent(new Event("change"));
    }
  }

  /** Call when the engine or a soundfont is there, or the context starts or stops. */
  onChange(life: Life, call: () => unknown): void {
    life.on(this.#events, "change", call);
  }

  /** Return the first channel of a bank that nobody plays. */
  nextBank(): number {
    this.#bank = (this.#bank + 1) % BANKS;
    return this.#bank * CHANNELS;
  }

  /** Sound one click of a metronome; returns the node, so that it can be stopped. */
  click(time: number, strong: boolean): AudioScheduledSourceNode {
    const context = this.context;
    const tone = new OscillatorNode(context, { frequency: strong ? 1760 : 1175, type: "triangle" });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(strong ? 0.5 : 0.3, time);
    gain.gain.exponentialRampToValueAtTime(0.001, time + 0.05);
    tone.connect(gain).connect(this.output);
    tone.addEventListener("ended", () => gain.disconnect());
    tone.start(time);
    tone.stop(time + 0.06);
    return tone;
  }
}

const AUDIO = Symbol.for("musenb.audio");
type Page = { [AUDIO]?: PageAudio };

/** Return the sound of this page. */
export function pageAudio(): PageAudio {
  return ((globalThis as Page)[AUDIO] ??= new PageAudio());
}

async function unpack(code: ArrayBuffer): Promise<string> {
  const stream = new Blob([code]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

async function importText(text: string): Promise<EngineModule> {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return ((await import(/* @vite-ignore */ url)) as { default: EngineModule }).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The traits and messages of a widget that sounds; its Python half is `musenb.widgets.sound.Sounding`. */
type Sounding = { engine: string };

const bytesOf = (view: DataView): ArrayBuffer =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;

/** Return a function that fetches the parts of the engine for `PageAudio.load`. */
export function partsFrom<S extends Sounding>(model: Model<S>, life: Life): () => Promise<Parts> {
  return async () => {
    const reference = String(model.get("engine") ?? "");
    const id = reference.replace(/^IPY_MODEL_/, "");
    const other = await within(3000, model.raw.widget_manager?.get_model?.(id));
    const [code, piano] = [
      other?.get("code") as DataView | undefined,
      other?.get("soundfont") as DataView | undefined,
    ];
    if (code?.byteLength && piano?.byteLength)
      return { code: bytesOf(code), piano: bytesOf(piano) };
    const asked = new Promise<Parts>((resolve) => {
      model.onMessage<EngineReply>("engine", life, (_, [first, second]) => {
        if (first && second) resolve({ code: bytesOf(first), piano: bytesOf(second) });
      });
    });
    model.post<EngineRequest>({ kind: "engine" });
    const parts = await within(10_000, asked);
    if (!parts) throw new Error("No sound: the engine did not come. Run the cell again.");
    return parts;
  };
}

/** Return what a promise gives, or undefined when it fails or takes too long. */
async function within<T>(
  milliseconds: number,
  promise: Promise<T> | undefined,
): Promise<T | undefined> {
  if (!promise) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

/** Return a function that fetches the user's soundfont from the kernel, for `PageAudio.useFont`. */
export function fontFrom<S extends object>(
  model: Model<S>,
  life: Life,
): () => Promise<ArrayBuffer> {
  return async () => {
    const inner = life.child();
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const whole = new Promise<ArrayBuffer>((resolve) => {
      model.onMessage<SoundfontPart>("soundfont", inner, ({ part, parts }, [piece]) => {
        if (piece) pieces[part] = new Uint8Array(bytesOf(piece));
        if (pieces.filter(Boolean).length === parts) resolve(new Blob(pieces).arrayBuffer());
      });
    });
    model.post<SoundfontRequest>({ kind: "soundfont" });
    const bytes = await within(30_000, whole);
    inner.end();
    if (!bytes)
      throw new Error("The soundfont did not come; the piano plays instead. Run the cell again.");
    return bytes;
  };
}

/** Notes played by hand, now: for a keyboard, or a click on a note. */
export interface Hand {
  noteOn(pitch: number, velocity?: number): void;
  noteOff(pitch: number): void;
  /** Sound a note for some seconds. */
  tap(pitch: number, velocity?: number, duration?: number): void;
}

/**
 * Return a hand for a widget that sounds. Its first note must come from a click or a key; it may be late by the
 * loading.
 */
export function handOf<S extends Sounding>(model: Model<S>, life: Life): Hand {
  const audio = pageAudio();
  const down = new Set<number>();
  const parts = partsFrom(model, life);
  const play = (call: (synth: Synth) => void) => {
    audio.resume();
    if (audio.synth) call(audio.synth);
    else life.guard(async () => call(await audio.load(parts)))();
  };
  const off = (pitch: number, time = 0) => {
    down.delete(pitch);
    audio.synth?.noteOff(LIVE, pitch, time);
  };
  life.atEnd(() => [...down].forEach((pitch) => off(pitch)));
  return {
    noteOn(pitch, velocity = 80) {
      down.add(pitch);
      play((synth) => down.has(pitch) && synth.noteOn(LIVE, pitch, velocity, 0));
    },
    noteOff: (pitch) => off(pitch),
    tap(pitch, velocity = 80, duration = 0.4) {
      play((synth) => {
        const now = audio.context.currentTime;
        synth.noteOn(LIVE, pitch, velocity, now);
        synth.noteOff(LIVE, pitch, now + duration);
      });
    },
  };
}
