import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clockOf, type PageClock } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import { LOOKAHEAD, Player, type PlayerSettings } from "../../src/sound/player";
import { channelOf, CHANNELS, LIVE, type PageAudio, type Synth } from "../../src/sound/synth";
import { encodeNotes } from "../../src/core/table";
import { quarters, seconds } from "../../src/core/units";
import { contract } from "../contract";

const piece = {
  ...{ title: "<b>x</b>", voices: ["soprano", "<i>alto</i>"], end: 4, tempos: [[0, 60]], keys: [] },
  bars: [[0, 4, 1, 4, 4, 1]],
};
const notes = encodeNotes(
  [0, 1, 2, 3].map((onset) => ({
    ...{
      onset: quarters(onset),
      duration: quarters(1),
      pitch: 60 + onset,
      velocity: 80,
      voice: onset % 2,
    },
    ...{ generated: false, fermata: false },
  })),
);

contract(
  "sound",
  () => import("../../src/widgets/sound"),
  {
    notes: new DataView(notes.onset.buffer as ArrayBuffer),
    version: 1,
    seq: 0,
    piece,
    volume: 0.5,
    muted: [],
    soloed: [],
  },
  (el) => {
    for (const name of ["Loop", "Metronome", "Mute soprano", "Only <i>alto</i>"]) {
      el.querySelector<HTMLElement>(`[aria-label="${name}"]`)?.click();
    }
  },
);

/** The page's sound with a clock that the test moves; `log` has what was asked of the engine. */
function fakeAudio() {
  const log: unknown[][] = [];
  const events = new EventTarget();
  const audio = {
    now: 50,
    ready: true,
    log,
    latency: 0.03,
    blocked: false,
    held: false,
    lost: false,
    context: {
      get currentTime() {
        return audio.now;
      },
    },
    output: { gain: { setTargetAtTime: vi.fn() } },
    get running() {
      return audio.ready;
    },
    get synth() {
      return audio.ready ? synth : undefined;
    },
    heard: () => seconds(audio.now - 0.03),
    resume: vi.fn(),
    load: () => Promise.resolve(synth),
    fonts: ["piano"],
    hasFont: (name: string) => audio.fonts.includes(name),
    useFont: async (name: string) => {
      log.push(["font", name]);
    },
    bank: 0,
    nextBank: () => CHANNELS * (audio.bank = (audio.bank + 1) % 3),
    onChange: (life: Life, call: () => void) => life.on(events, "change", call),
    change: () => events.dispatchEvent(new Event("change")),
    click: (time: number, strong: boolean) => {
      log.push(["click", time, strong]);
      return { stop: () => log.push(["stop click", time]) };
    },
  };
  const synth: Synth = {
    noteOn: (channel, pitch, _, time) => log.push(["on", channel % CHANNELS, pitch, time]),
    noteOff: () => undefined,
    program: () => undefined,
    silence: (channels, until) => log.push(["silence", channels.length, until]),
    useSoundfont: () => Promise.resolve(),
    prepare: () => undefined,
    destroy: () => undefined,
  };
  return audio;
}

describe("the player", () => {
  let life: Life;
  let clock: PageClock;
  let audio: ReturnType<typeof fakeAudio>;
  let settings: PlayerSettings;
  let player: Player;
  let table = notes;

  const step = (by: number) => {
    for (let left = by; left > 1e-9; left -= 0.025) {
      audio.now += Math.min(0.025, left);
      vi.advanceTimersByTime(25);
    }
  };
  const struck = () => audio.log.filter(([kind]) => kind === "on").map(([, , pitch]) => pitch);

  beforeEach(() => {
    vi.useFakeTimers();
    life = new Life();
    clock = clockOf("player", life);
    clock.setTempos([[quarters(0), 60]]);
    clock.setEnd(quarters(4));
    audio = fakeAudio();
    table = notes;
    settings = {
      volume: 0.5,
      muted: [],
      soloed: [],
      metronome: false,
      countIn: 0,
      programs: [],
      font: "piano",
    };
    const source = {
      music: () => ({ table, bars: [[0, 4, 1, 4, 4, 1]] as never }),
      settings: () => settings,
      parts: () => Promise.reject(new Error("not asked for")),
      font: () => Promise.reject(new Error("not asked for")),
    };
    player = new Player(clock, audio as unknown as PageAudio, source, life);
  });
  afterEach(() => life.end());

  test("schedules each note once, ahead of its time, where the playhead will be", () => {
    player.toggle();
    step(4.5);
    expect(struck()).toEqual([60, 61, 62, 63]);
    const first = audio.log.find(([kind]) => kind === "on")?.[3] as number;
    audio.log
      .filter(([kind]) => kind === "on")
      .forEach((entry, place) => {
        expect(entry[3]).toBeCloseTo(first + place, 6);
      });
    // Heard at its time plus the latency: that is when the playhead is there.
    expect(first).toBeCloseTo(50 - 0.03 + 0.07, 6);
    expect(clock.playing).toBe(false);
    expect(audio.log.some(([kind]) => kind === "silence")).toBe(false);
  });

  test("never schedules further ahead than it says", () => {
    player.toggle();
    step(1);
    for (const [kind, , , time] of audio.log)
      if (kind === "on") expect(Number(time)).toBeLessThan(audio.now + LOOKAHEAD);
  });

  test("is silent at once after pause, and in another bank after a seek", () => {
    player.toggle();
    step(1.5);
    clock.seek(quarters(3));
    step(0.1);
    expect(struck()).toEqual([60, 61, 63]);
    const [, channels, until] = audio.log.find(([kind]) => kind === "silence") ?? [];
    expect(channels).toBe(CHANNELS);
    expect(until).toBeGreaterThan(51.5);
    clock.pause();
    const before = struck().length;
    step(2);
    expect(struck().length).toBe(before);
    expect(player.state).toBe("idle");
  });

  test("a change of tempo neither doubles nor drops a note", () => {
    player.toggle();
    for (const factor of [0.5, 2, 0.3, 1, 4, 0.7]) {
      step(0.31);
      clock.setFactor(factor);
    }
    step(9);
    expect(struck()).toEqual([60, 61, 62, 63]);
  });

  test("mutes and solos voices", () => {
    settings = { ...settings, muted: [1] };
    player.toggle();
    step(1.5);
    settings = { ...settings, soloed: [1] };
    player.settingsChanged();
    step(3);
    expect(struck()).toEqual([60, 63]);
    expect(channelOf(1)).toBe(1);
    expect([8, 9, 13].map(channelOf)).toEqual([8, 10, 14]);
    expect(Array.from({ length: 40 }, (_, voice) => channelOf(voice))).not.toContain(LIVE);
  });

  test("counts in before the playhead moves, and a pause stops the count", () => {
    settings = { ...settings, countIn: 1 };
    player.toggle();
    expect(audio.log.filter(([kind]) => kind === "click").length).toBe(4);
    step(3.9);
    expect(clock.playhead).toBe(0);
    step(0.5);
    expect(clock.playhead).toBeGreaterThan(0.3);
    clock.pause();
    expect(audio.log.filter(([kind]) => kind === "stop click").length).toBe(4);
  });

  test("plays notes that come while it plays, also after waiting for them", () => {
    clock.setEnd(quarters(4), true);
    player.toggle();
    step(6);
    expect(clock.waiting).toBe(true);
    table = encodeNotes([
      ...[0, 1, 2, 3].map((row) => notes.note(row)),
      { ...notes.note(0), onset: quarters(4), pitch: 72 },
    ]);
    clock.setEnd(quarters(5), false);
    step(1.5);
    expect(struck()).toEqual([60, 61, 62, 63, 72]);
    expect(clock.playing).toBe(false);
  });

  test("waits for an engine that loads, then begins where it stood", () => {
    audio.ready = false;
    player.toggle();
    expect(player.state).toBe("loading");
    vi.advanceTimersByTime(1000);
    expect(clock.playhead).toBe(0);
    audio.ready = true;
    audio.change();
    step(1.2);
    expect(player.state).toBe("sounding");
    expect(struck()).toEqual([60, 61]);
  });

  test("moves without sound where the browser wants a click, and sounds after it", () => {
    audio.ready = false;
    audio.blocked = true;
    clock.play();
    expect(player.state).toBe("blocked");
    vi.advanceTimersByTime(1500);
    expect(clock.playhead).toBeCloseTo(1.5, 1);
    audio.ready = true;
    audio.change();
    step(1);
    expect(player.state).toBe("sounding");
    expect(struck()).toEqual([61, 62]);
  });

  test("moves without sound and says so where there is no device", () => {
    audio.ready = false;
    audio.lost = true;
    player.toggle();
    expect(player.state).toBe("silent");
    vi.advanceTimersByTime(1500);
    expect(clock.playhead).toBeCloseTo(1.5, 1);
  });

  test("says so when the device turns out to be missing while it waits", () => {
    audio.ready = false;
    player.toggle();
    expect(player.state).toBe("loading");
    vi.advanceTimersByTime(100);
    audio.lost = true;
    audio.change();
    expect(player.state).toBe("silent");
    vi.advanceTimersByTime(1000);
    expect(clock.playhead).toBeCloseTo(1, 1);
  });

  test("asks for a click when the sound does not begin after one", () => {
    audio.ready = false;
    audio.held = true;
    player.toggle();
    vi.advanceTimersByTime(500);
    expect([player.state, clock.playhead]).toEqual(["loading", 0]);
    vi.advanceTimersByTime(1000);
    expect([player.state, clock.playhead]).toEqual(["blocked", 0]);
    vi.advanceTimersByTime(6500);
    expect(clock.playhead).toBeCloseTo(2, 1);
    audio.held = false;
    audio.ready = true;
    audio.change();
    step(1.2);
    expect(player.state).toBe("sounding");
    expect(struck()).toEqual([62, 63]);
  });

  test("waits for the user's soundfont, and plays the piano when it does not come", async () => {
    settings = { ...settings, font: "mine" };
    player.toggle();
    expect(player.state).toBe("loading");
    await vi.advanceTimersByTimeAsync(500);
    expect(audio.log).toEqual([["font", "mine"]]);
    expect(clock.playhead).toBe(0);
    audio.fonts.push("mine");
    audio.change();
    step(0.2);
    expect(struck()).toEqual([60]);

    clock.pause();
    settings = { ...settings, font: "lost" };
    audio.useFont = () => Promise.reject(new Error("did not come"));
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    clock.seek(quarters(2));
    player.toggle();
    await vi.advanceTimersByTimeAsync(10);
    step(0.2);
    expect(player.state).toBe("sounding");
    expect(struck()).toEqual([60, 62]);
  });

  test("makes up for nothing after a sleep", () => {
    player.toggle();
    step(0.1);
    audio.now += 2.5;
    vi.advanceTimersByTime(25);
    step(1);
    expect(struck()).toEqual([60, 63]);
  });

  test("loops without gap or double", () => {
    clock.setLoop([quarters(1), quarters(3)]);
    player.toggle();
    step(7);
    expect(struck()).toEqual([60, 61, 62, 61, 62, 61, 62, 61]);
  });

  test("leaves nothing when it ends", () => {
    player.toggle();
    step(0.5);
    life.end();
    const before = audio.log.length;
    step(3);
    expect(audio.log.slice(before)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
