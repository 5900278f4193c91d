/** Decoder of compressed note tables, the inverse of musenb/widgets/squeeze.py. */

import { inflate } from "./inflate";
import { NoteTable } from "./table";
import { NOTE_BYTES } from "./wire/notes";

const HEAD = 8;

/** Return the table that `bytes` hold. */
export function unsqueeze(bytes: ArrayBufferView): NoteTable {
  const { buffer, byteOffset, byteLength } = bytes;
  const head = new DataView(buffer, byteOffset, HEAD);
  const [n, ticks] = [head.getUint32(0, true), head.getUint32(4, true)];
  const wide = ticks ? 4 : 8;
  const planes = inflate(
    new Uint8Array(buffer, byteOffset + HEAD, byteLength - HEAD),
    n * (2 * wide + 8),
  );
  let plane = 0;
  /** Put the next planes together to the bytes of a column. */
  const column = (bytesEach: number): Uint8Array<ArrayBuffer> => {
    const made = new Uint8Array(n * bytesEach);
    for (let part = 0; part < bytesEach; part++, plane++) {
      for (let row = 0; row < n; row++) made[row * bytesEach + part] = planes[plane * n + row]!;
    }
    return made;
  };
  const table = new NoteTable(new ArrayBuffer(n * NOTE_BYTES), 0, n * NOTE_BYTES);
  const [onsets, durations] = [column(wide).buffer, column(wide).buffer];
  if (ticks) {
    let now = 0;
    new Uint32Array(onsets).forEach((step, row) => void (table.onset[row] = (now += step) / ticks));
    new Uint32Array(durations).forEach(
      (length, row) => void (table.duration[row] = length / ticks),
    );
  } else {
    table.onset.set(new Float64Array(onsets));
    table.duration.set(new Float64Array(durations));
  }
  const indices = new Uint32Array(column(4).buffer);
  const pitches = column(1);
  table.velocity.set(column(1));
  table.voice.set(column(1));
  table.flags.set(column(1));
  const [lastIndex, lastPitch] = [new Float64Array(256).fill(-1), new Uint8Array(256)];
  for (let row = 0; row < n; row++) {
    const voice = table.voice[row]!;
    const last = lastIndex[voice]!;
    table.index[row] = indices[row]! + (last < 0 ? 0 : last + 1);
    table.pitch[row] = pitches[row]! + lastPitch[voice]!;
    lastIndex[voice] = table.index[row]!;
    lastPitch[voice] = table.pitch[row]!;
  }
  return table;
}
