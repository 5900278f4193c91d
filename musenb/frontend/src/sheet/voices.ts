/** Voice names beside a strip, each at its staff, with a lock and a loudspeaker. */

import type { PageClock } from "../core/clock";
import { button, element, setSign } from "../core/dom";
import type { Life } from "../core/life";
import type { NoteStore } from "../core/notes";
import { rove } from "../core/rove";
import type { Strip } from "./strip";

const ROW = 26;

export interface VoicesPlan {
  readonly life: Life;
  readonly clock: PageClock;
  readonly notes: NoteStore;
  readonly strip: Strip;
  /** Return the first and the last staff of a voice, and where it stands among the voices there. */
  staffOf(voice: number): { first: number; last: number; place: number; of: number };
}

/** Return the column; it follows the strip. */
export function voicesBeside({ life, clock, notes, strip, staffOf }: VoicesPlan): HTMLElement {
  const column = element("div", {
    class: "mnb-voices",
    role: "toolbar",
    "aria-label": "Voices",
    "aria-orientation": "vertical",
  });
  const { band } = clock;
  let names: readonly string[] = [];
  let rows: Row[] = [];
  const settle = rove(life, column);
  const build = () => {
    names = notes.piece.voices;
    rows = names.map((name, voice) => rowOf(name, voice, clock, life));
    column.replaceChildren(...rows.map(({ row }) => row));
    settle();
  };
  const show = () => {
    if (names.join("\n") !== notes.piece.voices.join("\n")) build();
    const { locked, muted, writable } = band.facts;
    rows.forEach(({ row, lock, mute }, voice) => {
      const name = names[voice] ?? "";
      const kept = locked.includes(name);
      lock.setAttribute("aria-pressed", String(kept));
      lock.hidden = !writable;
      setSign(lock, kept ? "🔒" : "🔓");
      const silent = muted.includes(voice);
      mute.setAttribute("aria-pressed", String(silent));
      setSign(mute, silent ? "🔇" : "🔊");
      row.toggleAttribute("data-locked", kept);
    });
  };
  const place = () => {
    const { staves } = strip;
    rows.forEach(({ row }, voice) => {
      const { first, last, place: at, of } = staffOf(voice);
      const [[top], [, bottom]] = [first, last].map(
        (staff) => staves[Math.min(staff, staves.length - 1)] ?? [0, 0],
      ) as [readonly [number, number], readonly [number, number]];
      const middle = (top + bottom) / 2 + (at - (of - 1) / 2) * ROW;
      row.style.top = `${Math.round(middle - ROW / 2)}px`;
    });
  };
  notes.onChange(life, () => (show(), place()));
  band.on(["locked", "muted", "writable"], life, show);
  strip.onArrange(() => (show(), place()));
  show();
  return column;
}

interface Row {
  readonly row: HTMLElement;
  readonly lock: HTMLButtonElement;
  readonly mute: HTMLButtonElement;
}

function rowOf(name: string, voice: number, clock: PageClock, life: Life): Row {
  const dot = element("span", { class: "mnb-voice-dot", "data-voice": voice, "aria-hidden": true });
  const words = element("span", { class: "mnb-voice-name" }, name || `part ${voice + 1}`);
  const letter = element(
    "span",
    { class: "mnb-voice-letter", "aria-hidden": true },
    (name[0] ?? String(voice + 1)).toUpperCase(),
  );
  const lock = button("🔓", `Lock the ${name}`);
  const mute = button("🔊", `Mute ${name}`, { class: "mnb-voice-mute" });
  life.on(lock, "click", () => clock.band.wish({ kind: "lock-voice", voice: name }));
  life.on(mute, "click", () => clock.band.wish({ kind: "mute", voice }));
  const row = element("div", { class: "mnb-voice-row" }, dot, words, letter, lock, mute);
  return { row, lock, mute };
}
