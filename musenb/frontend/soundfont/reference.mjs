// Plays single notes of the piano with the page's own synthesiser and writes how loud they are, for tests/export:
//
//     node soundfont/reference.mjs
//
// Writes ../../tests/export/piano_reference.json. Levels are decibels: of windows in seconds after the key goes down (it is
// up after one second), and of the first partials from 0.1 to 0.9 seconds. There is no room: effects are off.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BasicSoundBank, SoundBankLoader, SpessaSynthProcessor } from "spessasynth_core";

const RATE = 44100;
const BLOCK = 128;
const KEYS = [28, 40, 52, 60, 64, 67, 72, 84, 96];
const VELOCITIES = [40, 80, 120];
const WINDOWS = [[0.05, 0.2], [0.2, 0.5], [0.5, 0.95], [1.05, 1.15], [1.2, 1.3]];
const PARTIALS = 6;

const here = dirname(fileURLToPath(import.meta.url));
const decibels = (power) => Math.round(1000 * Math.log10(power + 1e-30)) / 100;

await BasicSoundBank.isSF3DecoderReady;
const file = readFileSync(join(here, "..", "..", "static", "piano.sf3"));
const bytes = () => file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);

async function play(key, velocity) {
  const synth = new SpessaSynthProcessor(RATE, { maxBufferSize: BLOCK, eventsEnabled: false, effectsEnabled: false });
  await synth.processorInitialized;
  synth.soundBankManager.addSoundBank(SoundBankLoader.fromArrayBuffer(bytes()), "piano");
  const frames = Math.ceil((1.4 * RATE) / BLOCK) * BLOCK;
  const [left, right] = [new Float32Array(frames), new Float32Array(frames)];
  synth.noteOn(0, key, velocity);
  for (let start = 0, held = true; start < frames; start += BLOCK) {
    if (held && start >= RATE) {
      synth.noteOff(0, key);
      held = false;
    }
    synth.process(left, right, start, BLOCK);
  }
  synth.destroySynthProcessor();
  return left;
}

function level(wave, [from, to]) {
  const part = wave.subarray(Math.round(from * RATE), Math.round(to * RATE));
  return decibels(part.reduce((sum, value) => sum + value * value, 0) / part.length);
}

function partial(wave, hertz) {
  const [first, count] = [Math.round(0.1 * RATE), Math.round(0.8 * RATE)];
  let [real, imaginary] = [0, 0];
  for (let n = 0; n < count; n++) {
    const value = wave[first + n] * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / count));
    real += value * Math.cos((2 * Math.PI * hertz * n) / RATE);
    imaginary += value * Math.sin((2 * Math.PI * hertz * n) / RATE);
  }
  return decibels((real * real + imaginary * imaginary) / (count * count));
}

const notes = [];
for (const key of KEYS) {
  for (const velocity of VELOCITIES) {
    const wave = await play(key, velocity);
    const fundamental = 440 * 2 ** ((key - 69) / 12);
    const partials = Array.from({ length: PARTIALS }, (_, k) => partial(wave, fundamental * (k + 1)));
    notes.push({ key, velocity, windows: WINDOWS.map((window) => level(wave, window)), partials });
  }
}
const target = join(here, "..", "..", "..", "tests", "export", "piano_reference.json");
const rows = notes.map((note) => JSON.stringify(note)).join(",\n");
writeFileSync(target, `{"rate":${RATE},"windows":${JSON.stringify(WINDOWS)},"notes":[\n${rows}\n]}\n`);
