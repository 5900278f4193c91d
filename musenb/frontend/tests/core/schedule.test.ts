import { describe, expect, test } from "vitest";
import { placeName } from "../../src/core/bars";
import { clicks, countIn, held, passages, strikes, type Timeline } from "../../src/core/schedule";
import { encodeNotes } from "../../src/core/table";
import { TempoMap } from "../../src/core/tempo";
import { quarters, seconds } from "../../src/core/units";
import type { Bar } from "../../src/core/wire/notes";

const tempo = new TempoMap([[quarters(0), 60]]);
const table = encodeNotes(
  [0, 1, 2, 3].map((onset) => ({
    ...{ onset: quarters(onset), duration: quarters(1), pitch: 60 + onset, velocity: 80, voice: 0 },
    ...{ generated: false, fermata: false },
  })),
);
const timeline = (changes: Partial<Timeline> = {}): Timeline => ({
  ...{ place: seconds(0), moment: seconds(100), factor: 1, loop: null, end: seconds(4) },
  ...changes,
});
const loop = (start: number, end: number) => [seconds(start), seconds(end)] as const;
const times = (line: Timeline, since: number, until: number) =>
  [...strikes(line, tempo, table, since, until)].map(({ row, time }) => [
    row,
    Number(time.toFixed(6)),
  ]);

describe("what is scheduled", () => {
  test("every note once, however the time is cut into ticks", () => {
    for (const step of [0.025, 0.1, 0.37, 5]) {
      const found: unknown[] = [];
      for (let since = 99; since < 106; since += step)
        found.push(...times(timeline(), since, since + step));
      expect(found).toEqual([
        [0, 100],
        [1, 101],
        [2, 102],
        [3, 103],
      ]);
    }
  });

  test("faster and from the middle", () => {
    expect(times(timeline({ factor: 2, place: seconds(1) }), 0, 200)).toEqual([
      [1, 100],
      [2, 100.5],
      [3, 101],
    ]);
  });

  test("nothing before the playhead moves, and nothing behind the end", () => {
    expect(times(timeline(), 0, 100)).toEqual([]);
    expect(times(timeline({ end: seconds(2) }), 0, 200)).toEqual([
      [0, 100],
      [1, 101],
    ]);
  });

  test("a loop again and again, its notes cut at its end", () => {
    const line = timeline({ loop: loop(1, 2.5) });
    const all = [...strikes(line, tempo, table, 0, 106)];
    expect(all.map(({ row, time }) => [row, time])).toEqual([
      [0, 100],
      [1, 101],
      [2, 102],
      [1, 102.5],
      [2, 103.5],
      [1, 104],
      [2, 105],
      [1, 105.5],
    ]);
    expect(all[2]?.until).toBeCloseTo(102.5, 9);
    expect([...passages(line, 0, 103)].map(({ from, to }) => [from, to])).toEqual([
      [0, 2.5],
      [1, 1.5],
    ]);
  });

  test("a loop that lies behind the playhead is not run into", () => {
    expect(times(timeline({ place: seconds(2), loop: loop(0, 1) }), 0, 200)).toEqual([
      [2, 100],
      [3, 101],
    ]);
  });

  test("a start in the middle takes up what sounds there", () => {
    const found = [...held(timeline({ place: seconds(1.5) }), tempo, table)];
    expect(found).toEqual([{ row: 1, time: 100, until: 100.5 }]);
    expect([...held(timeline({ place: seconds(1.95) }), tempo, table)]).toEqual([]);
  });
});

describe("the metronome", () => {
  const bar = (onset: number, end: number, number: number, beats = 3, unit = 4, beat = 1): Bar => [
    ...([quarters(onset), quarters(end), number, beats, unit, quarters(beat)] as const),
  ];
  const bars = [bar(0, 1, 0), bar(1, 4, 1), bar(4, 7, 2)];

  test("clicks on the beats, stronger on the first of a bar", () => {
    const found = [...clicks(timeline({ end: seconds(7) }), tempo, bars, 0, 200)];
    expect(found.map(({ time, strong }) => [time - 100, strong])).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [3, false],
      [4, true],
      [5, false],
      [6, false],
    ]);
  });

  test("counts in a whole bar, in the tempo of the place", () => {
    const found = countIn(tempo, bars, 0, 1, 2);
    expect(found.seconds).toBe(1.5);
    expect(found.clicks.map(({ time, strong }) => [time, strong])).toEqual([
      [0, true],
      [0.5, false],
      [1, false],
    ]);
    expect(countIn(tempo, bars, 0, 0, 1).seconds).toBe(0);
    expect(countIn(tempo, [], 0, 1, 1).clicks).toEqual([]);
  });

  test("places have names", () => {
    expect([0, 1, 3.5, 4].map((quarter) => placeName(bars, quarter))).toEqual([
      "upbeat, beat 3",
      "bar 1, beat 1",
      "bar 1, beat 3",
      "bar 2, beat 1",
    ]);
    expect(placeName([], 2)).toBe("quarter 2.00");
  });
});
