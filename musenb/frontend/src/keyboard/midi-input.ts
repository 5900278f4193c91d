/** Web MIDI input, where the browser has it and the user grants it. */

import type { Life } from "../core/life";

export interface MidiKeys {
  down(pitch: number, velocity: number): void;
  up(pitch: number): void;
  /** Which inputs there are now, by name: text of the device, never HTML. */
  inputs(names: readonly string[]): void;
}

/** What a message says: [pitch, velocity], velocity 0 for a key that goes up; undefined for anything else. */
export function noteOf(
  data: ArrayLike<number> | null | undefined,
): readonly [number, number] | undefined {
  const kind = (data?.[0] ?? 0) & 0xf0;
  if (!data || data.length < 3 || (kind !== 0x80 && kind !== 0x90)) return undefined;
  return [data[1] ?? 0, kind === 0x90 ? (data[2] ?? 0) : 0];
}

/** Listen to all inputs until the life ends; throws in words why it cannot. */
export async function listenToMidi(life: Life, keys: MidiKeys): Promise<void> {
  if (!navigator.requestMIDIAccess) {
    const why = globalThis.isSecureContext
      ? "this browser has no Web MIDI"
      : "a browser allows it only over https or on localhost";
    throw new Error(`No MIDI keyboard: ${why}. Play with the mouse or the computer's keys.`);
  }
  const access = await navigator.requestMIDIAccess().catch((error: unknown) => {
    throw new Error(
      `No MIDI keyboard: the browser did not allow it (${error instanceof Error ? error.message : String(error)}).`,
    );
  });
  if (life.ended) return;
  let inner: Life | undefined;
  const connect = () => {
    inner?.end();
    inner = life.child();
    const inputs = [...access.inputs.values()];
    for (const input of inputs) {
      inner.on<MIDIMessageEvent>(input, "midimessage", (event) => {
        const note = noteOf(event.data);
        if (note?.[1]) keys.down(...note);
        else if (note) keys.up(note[0]);
      });
    }
    keys.inputs(inputs.map((input) => input.name ?? "MIDI"));
  };
  life.on(access, "statechange", connect);
  connect();
}
