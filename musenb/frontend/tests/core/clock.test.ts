import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clockOf, pageClocks, PageClock, type Driver } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import { TempoMap } from "../../src/core/tempo";
import { quarters, seconds } from "../../src/core/units";

describe("the tempo map", () => {
  const map = new TempoMap([
    [quarters(0), 60],
    [quarters(4), 120],
  ]);

  test("goes both ways over a change of tempo", () => {
    expect([0, 2, 4, 6].map((quarter) => map.secondsAt(quarters(quarter)))).toEqual([0, 2, 4, 5]);
    for (const quarter of [0, 1.5, 4, 9.25])
      expect(map.quartersAt(map.secondsAt(quarters(quarter)))).toBeCloseTo(quarter, 12);
  });

  test("is 100 quarters a minute when nothing is said", () => {
    expect(new TempoMap().secondsAt(quarters(100))).toBeCloseTo(60, 12);
  });
});

/** An audio clock that the test moves. */
class FakeDriver implements Driver {
  running = true;
  now = 10;
  delay = seconds(0.05);
  lead = 0.05;
  seconds() {
    return seconds(this.now);
  }
  start() {
    return seconds(this.lead);
  }
}

describe("the page's clock", () => {
  let life: Life;
  let clock: PageClock;
  let driver: FakeDriver;

  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        "setTimeout",
        "clearTimeout",
        "performance",
        "requestAnimationFrame",
        "cancelAnimationFrame",
      ],
    });
    life = new Life();
    clock = clockOf("test", life);
    clock.setTempos([[quarters(0), 60]]);
    clock.setEnd(quarters(8));
    driver = new FakeDriver();
  });
  afterEach(() => life.end());

  test("goes by the system's time without a driver, and stops at the end", () => {
    clock.play();
    vi.advanceTimersByTime(3000);
    expect(clock.playhead).toBeCloseTo(3, 3);
    vi.advanceTimersByTime(6000);
    expect(clock.playing).toBe(false);
    expect(clock.playhead).toBe(8);
    clock.play();
    expect(clock.playhead).toBeCloseTo(0, 3);
  });

  test("stands for the driver's lead, then goes by its time alone", () => {
    clock.drive(driver);
    clock.play();
    driver.now += 0.05;
    expect(clock.playhead).toBe(0);
    driver.now += 2;
    expect(clock.playhead).toBeCloseTo(2, 9);
    vi.advanceTimersByTime(60_000);
    expect(clock.playhead).toBeCloseTo(2, 9);
  });

  test("keeps its place when the driver comes and goes", () => {
    clock.play();
    vi.advanceTimersByTime(1000);
    clock.drive(driver);
    driver.now += 1;
    expect(clock.playhead).toBeCloseTo(2, 3);
    driver.running = false;
    clock.driverChanged();
    vi.advanceTimersByTime(1000);
    expect(clock.playhead).toBeCloseTo(3, 3);
  });

  test("changes tempo without a jump", () => {
    clock.drive(driver);
    clock.play();
    driver.now += 1.05;
    clock.setFactor(2);
    expect(clock.playhead).toBeCloseTo(1, 9);
    driver.now += 1;
    expect(clock.playhead).toBeCloseTo(3, 9);
    clock.setFactor(100);
    expect(clock.factor).toBe(4);
    clock.setFactor(Number.NaN);
    expect(clock.factor).toBe(4);
  });

  test("runs into a loop and stays in it", () => {
    clock.drive(driver);
    clock.setLoop([quarters(2), quarters(4)]);
    clock.play();
    const seen = [1, 3, 4.5, 6.5, 41].map((after) => {
      driver.now = 10.05 + after;
      return clock.playhead;
    });
    [1, 3, 2.5, 2.5, 3].forEach((expected, place) => expect(seen[place]).toBeCloseTo(expected, 6));
  });

  test("takes no loop that is too short, and jumps back into one that lies behind", () => {
    clock.setLoop([quarters(1), quarters(1.05)]);
    expect(clock.loop).toBeNull();
    clock.drive(driver);
    clock.seek(quarters(6));
    clock.play();
    clock.setLoop([quarters(1), quarters(3)]);
    expect(clock.playhead).toBe(1);
  });

  test("seeks inside the piece only", () => {
    clock.seek(quarters(99));
    expect(clock.playhead).toBe(8);
    clock.seek(quarters(-1));
    expect(clock.playhead).toBe(0);
  });

  test("waits at the end of what is still growing and goes on with what comes", () => {
    clock.drive(driver);
    clock.setEnd(quarters(2), true);
    clock.play();
    driver.now += 5;
    vi.advanceTimersByTime(5000);
    expect(clock.playing).toBe(true);
    expect(clock.playhead).toBe(2);
    expect(clock.waiting).toBe(true);
    clock.setEnd(quarters(4), true);
    driver.now += 1.05;
    expect(clock.playhead).toBeCloseTo(3, 9);
    clock.setEnd(quarters(4), false);
    driver.now += 5;
    vi.advanceTimersByTime(5000);
    expect(clock.playing).toBe(false);
    expect(clock.playhead).toBe(4);
  });

  test("one plays at a time", () => {
    const other = clockOf("other", life);
    other.setEnd(quarters(4));
    clock.play();
    other.play();
    expect([clock.playing, other.playing]).toEqual([false, true]);
  });

  test("tells of selection and hover once for a change", () => {
    const told: string[] = [];
    clock.on(["selection", "hover"], life, (change) => told.push(change));
    clock.select(["v0n1", "v0n0"]);
    clock.select(["v0n0", "v0n1"]);
    clock.setHover("v0n0");
    clock.setHover("v0n0");
    clock.select([]);
    expect(told).toEqual(["selection", "hover", "selection"]);
  });

  test("is shared by id for as long as somebody holds it", () => {
    const second = new Life();
    expect(clockOf("test", second)).toBe(clock);
    life.end();
    expect(pageClocks().has("test")).toBe(true);
    second.end();
    expect(pageClocks().has("test")).toBe(false);
    expect(clockOf("", new Life()).id).not.toBe("");
  });

  test("follows in frames only while it plays", () => {
    const seen: number[] = [];
    clock.follow(life, (playhead) => seen.push(playhead));
    vi.advanceTimersByTime(1000);
    expect(seen.length).toBe(1);
    clock.play();
    vi.advanceTimersByTime(500);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.at(-1)).toBeCloseTo(0.5, 1);
  });
});
