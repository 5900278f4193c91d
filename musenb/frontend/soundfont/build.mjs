// Cuts the piano out of FluidR3Mono_GM.sf3 (MIT) of Debian's package fluidr3mono-gm-soundfont:
//
//     node soundfont/build.mjs [SOUNDFONT [COPYRIGHT]]
//
// Writes ../static/piano.sf3 and its licence text beside it. The samples stay as they are: Vorbis, not encoded again.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BasicSoundBank, SoundBankLoader } from "spessasynth_core";

const PIANO = { program: 0, bankMSB: 0, bankLSB: 0, isGMGSDrum: false };
const [soundfont, copyright] = [
  process.argv[2] ?? "/usr/share/sounds/sf3/FluidR3Mono_GM.sf3",
  process.argv[3] ?? "/usr/share/doc/fluidr3mono-gm-soundfont/copyright",
];
const target = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "static");

await BasicSoundBank.isSF3DecoderReady;
const file = readFileSync(soundfont);
const whole = SoundBankLoader.fromArrayBuffer(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
const piano = whole.presets.find((preset) =>
  Object.entries(PIANO).every(([name, value]) => preset[name] === value),
);
if (!piano) throw new Error(`${soundfont} has no piano at bank 0, program 0`);

const cut = new BasicSoundBank();
Object.assign(cut.soundBankInfo, whole.soundBankInfo, {
  name: "Piano of Fluid (R3) Mono GM",
  comment: "Cut out of FluidR3Mono_GM.sf3; licence: MIT, see piano.LICENSE.txt",
  creationDate: new Date(0),
});
cut.clonePreset(piano);
cut.flush();
const bytes = new Uint8Array(cut.writeSF2());
writeFileSync(join(target, "piano.sf3"), bytes);
writeFileSync(join(target, "piano.LICENSE.txt"), readFileSync(copyright));
console.log(`piano.sf3: ${piano.name}, ${cut.samples.length} samples, ${bytes.length} bytes`);
