/** Synthesiser back end: spessasynth in an audio worklet, or on the main thread where there is none. */

import { SoundBankLoader, SpessaSynthProcessor, BasicSoundBank } from "spessasynth_core";
import { WorkletSynthesizer } from "spessasynth_lib";
import worklet from "raw:spessasynth_lib/dist/spessasynth_processor.min.js";
import type { EngineModule, Synth } from "./synth";
import { BANKS, CHANNELS } from "./synth";

const ALL_SOUND_OFF = 120;
const EXPRESSION = 11;

/**
 * Before the worklet's own code: its synthesiser counts the blocks it has made from the time of its making on, and on
 * a busy machine the first block comes much later (155 ms were measured), so that every scheduled note is late by as
 * much. Set by the context's time in every block it is not.
 */
const ON_TIME = `const register = registerProcessor;
globalThis.registerProcessor = (name, Processor) => register(name, class extends Processor {
  process(inputs, outputs) {
    const core = this.core?.synthesizer?.synthCore;
    if (core) core.currentTime = currentTime;
    return super.process(inputs, outputs);
  }
});
`;

/** Return a synthesiser that sounds into `output`. */
async function createSynth(
  context: AudioContext,
  piano: ArrayBuffer,
  output: AudioNode,
): Promise<Synth> {
  if (!context.audioWorklet) return PlainSynth.create(context, piano, output);
  // A data: URL, because a blob: URL is refused in pages opened from a file.
  await context.audioWorklet.addModule(`data:text/javascript;base64,${btoa(ON_TIME + worklet)}`);
  const synth = new WorkletSynthesizer(context, { eventsEnabled: false });
  synth.connect(output);
  await synth.isReady;
  for (let bank = 1; bank < BANKS; bank++)
    for (let made = 0; made < 16; made++) synth.addNewChannel();
  // The bank's buffer is detached by this: a copy.
  await synth.soundBankManager.addSoundBank(piano.slice(0), "piano");
  return {
    noteOn: (channel, pitch, velocity, time) => synth.noteOn(channel, pitch, velocity, { time }),
    noteOff: (channel, pitch, time) => synth.noteOff(channel, pitch, { time }),
    program: (channel, program) => synth.programChange(channel, program),
    silence(channels, until) {
      for (const channel of channels) {
        for (const time of [0, until]) synth.controllerChange(channel, ALL_SOUND_OFF, 0, { time });
        synth.controllerChange(channel, EXPRESSION, 0, { time: 0 });
        synth.controllerChange(channel, EXPRESSION, 127, { time: until + 0.003 });
      }
    },
    async useSoundfont(name, bytes) {
      const known = synth.soundBankManager.priorityOrder;
      if (!known.includes(name)) await synth.soundBankManager.addSoundBank(bytes.slice(0), name);
      synth.soundBankManager.priorityOrder = [
        name,
        ...synth.soundBankManager.priorityOrder.filter((id) => id !== name),
      ];
    },
    prepare: () => undefined,
    destroy() {
      synth.disconnect();
      synth.destroy();
    },
  };
}

interface Sounding {
  readonly channel: number;
  readonly pitch: number;
  readonly source: AudioBufferSourceNode;
  readonly gain: GainNode;
  released: boolean;
}

/**
 * Without a secure context a page has no worklet: each pitch is rendered once by spessasynth's core on the main
 * thread and played by the browser as a sample, so onsets are as exact as with the worklet.
 */
class PlainSynth implements Synth {
  static readonly SECONDS = 4;
  static readonly RELEASE = 0.25;
  readonly #context: AudioContext;
  readonly #output: AudioNode;
  #banks: Map<string, ArrayBuffer>;
  #bank = "piano";
  #core: SpessaSynthProcessor | undefined;
  readonly #programs = new Map<number, number>();
  readonly #rendered = new Map<string, AudioBuffer>();
  #sounding: Sounding[] = [];

  private constructor(context: AudioContext, piano: ArrayBuffer, output: AudioNode) {
    this.#context = context;
    this.#output = output;
    this.#banks = new Map([["piano", piano]]);
  }

  static async create(
    context: AudioContext,
    piano: ArrayBuffer,
    output: AudioNode,
  ): Promise<Synth> {
    await BasicSoundBank.isSF3DecoderReady;
    const synth = new PlainSynth(context, piano, output);
    await synth.#open();
    return synth;
  }

  async #open(): Promise<void> {
    this.#core = new SpessaSynthProcessor(this.#context.sampleRate, {
      maxBufferSize: 4096,
      eventsEnabled: false,
      effectsEnabled: false,
    });
    await this.#core.processorInitialized;
    const bytes = this.#banks.get(this.#bank);
    if (bytes)
      this.#core.soundBankManager.addSoundBank(
        SoundBankLoader.fromArrayBuffer(bytes.slice(0)),
        this.#bank,
      );
    this.#rendered.clear();
  }

  noteOn(channel: number, pitch: number, velocity: number, time: number): void {
    const context = this.#context;
    const [source, gain] = [context.createBufferSource(), context.createGain()];
    source.buffer = this.#render(channel, pitch);
    gain.gain.value = (velocity / 100) ** 1.5;
    source.connect(gain).connect(this.#output);
    const sounding = { channel, pitch, source, gain, released: false };
    this.#sounding.push(sounding);
    source.onended = () => {
      gain.disconnect();
      this.#sounding = this.#sounding.filter((other) => other !== sounding);
    };
    source.start(Math.max(time, context.currentTime));
  }

  noteOff(channel: number, pitch: number, time: number): void {
    const at = Math.max(time, this.#context.currentTime);
    const found = this.#sounding.find(
      (one) => one.channel === channel && one.pitch === pitch && !one.released,
    );
    if (!found) return;
    found.released = true;
    found.gain.gain.setTargetAtTime(0, at, PlainSynth.RELEASE / 4);
    found.source.stop(at + PlainSynth.RELEASE);
  }

  program(channel: number, program: number): void {
    this.#programs.set(channel, program);
  }

  silence(channels: readonly number[]): void {
    for (const one of this.#sounding) {
      if (channels.includes(one.channel)) one.source.stop();
    }
  }

  async useSoundfont(name: string, bytes: ArrayBuffer): Promise<void> {
    this.#banks.set(name, bytes);
    if (name === this.#bank) return;
    this.#bank = name;
    await this.#open();
  }

  prepare(channel: number, pitch: number): void {
    this.#render(channel, pitch);
  }

  destroy(): void {
    this.silence([...Array(BANKS * CHANNELS).keys()]);
    this.#core?.destroySynthProcessor();
  }

  #render(channel: number, pitch: number): AudioBuffer {
    const program = this.#programs.get(channel) ?? 0;
    const key = `${program}/${pitch}`;
    const known = this.#rendered.get(key);
    if (known) return known;
    const rate = this.#context.sampleRate;
    const buffer = this.#context.createBuffer(2, Math.round(PlainSynth.SECONDS * rate), rate);
    const [left, right] = [buffer.getChannelData(0), buffer.getChannelData(1)];
    const core = this.#core;
    core?.programChange(0, program);
    core?.noteOn(0, pitch, 100);
    for (let start = 0; start < left.length; start += 4096) {
      core?.process(left, right, start, Math.min(4096, left.length - start));
    }
    core?.stopAllChannels(true);
    this.#rendered.set(key, buffer);
    return buffer;
  }
}

export default { createSynth } satisfies EngineModule;
