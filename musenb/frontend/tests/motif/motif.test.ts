import { describe, expect, test, vi } from "vitest";
import { pageClocks } from "../../src/core/clock";
import { countText, lanesOf, stacked } from "../../src/motif/lanes";
import { matrixAt, places } from "../../src/motif/likeness";
import { measureText } from "../../src/widgets/motif";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { Bar } from "../../src/core/wire/notes";
import type { LaneRow, ReturnRow } from "../../src/core/wire/motif";
import { contract } from "../contract";
import { Host } from "../fake";

const q = quarters;
const row = (
  onset: number,
  end: number,
  form: string,
  voice = 0,
  ids: string[] = ["v0n0"],
): ReturnRow => [
  q(onset),
  q(end),
  [voice],
  form,
  "a fifth lower",
  `returns <img src=x> at ${onset}`,
  0.8,
  0.25,
  ids,
];
const motif = row(0, 4, "motif", 0, ["v0n0", "v0n1"]);
const returns = [
  row(4, 8, "exact", 1, ["v1n0", "v1n1"]),
  row(6, 10, "transposed"),
  row(8, 12, "exact"),
  row(9, 13, "exact", 1),
];
const lanes: LaneRow[] = [
  ["exact", "note for note", 3, 0.5],
  ["transposed", "at another pitch", 1, -1],
];
const bars: Bar[] = [0, 1, 2, 3].map((bar) => [q(4 * bar), q(4 * bar + 4), bar + 1, 4, 4, q(1)]);
const notes = encodeNotes(
  [0, 1].flatMap((voice) =>
    [0, 4].map((at) => ({
      onset: q(at),
      duration: q(4),
      pitch: 60 + at,
      velocity: 80,
      voice,
      generated: false,
      fermata: false,
    })),
  ),
);
const state = {
  notes: new DataView(notes.onset.buffer),
  version: 1,
  seq: 0,
  streaming: false,
  piece: { title: "", voices: ["soprano", "alto"], bars, tempos: [], keys: [], end: q(16) },
  motif,
  returns,
  lanes,
  selected: -1,
  verdict: "",
  side: 2,
  likeness: new DataView(new Uint8Array([255, 100, 100, 255]).buffer),
  likeness_scale: 1 / 254,
  attention: new DataView(new Uint8Array(12).fill(9).buffer),
  attention_scales: [0.1, 0.1, 0.1],
  heads: 2,
  looking: [[0, 1, 0.3, 0.02, 0.01]],
  looking_words: "One head.",
  matrices: 1,
};

contract(
  "motif",
  () => import("../../src/widgets/motif"),
  state,
  (el) => {
    el.querySelector<HTMLElement>("[data-number='1']")!.click();
    el.querySelector<HTMLElement>("[data-head='2']")!.click();
  },
);

async function motifView(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/motif");
  const host = await new Host(widget, { ...state, clock_id: "motif-clock", ...changes }).start();
  const { el } = await host.view();
  const clock = pageClocks().get("motif-clock")!;
  const option = (number: number) =>
    el.querySelector<HTMLElement>(`[role=option][data-number="${number}"]`)!;
  return { host, el, clock, option };
}

describe("lanes", () => {
  test("every return stands in the lane of its form, none over another", async () => {
    const { host, el } = await motifView();
    const groups = [...el.querySelectorAll("[role=group]")];
    expect(
      groups.map((group) =>
        [...group.querySelectorAll<HTMLElement>("[role=option]")].map(
          ({ dataset }) => dataset.number,
        ),
      ),
    ).toEqual([["-1"], ["0", "2", "3"], ["1"]]);
    expect(groups[1]!.getAttribute("aria-label")).toBe("exact, note for note: 3, by chance 0.5");
    const tops = ["0", "2", "3"].map(
      (number) => el.querySelector<HTMLElement>(`[data-number="${number}"]`)!.style.top,
    );
    expect(tops).toEqual(["4px", "4px", "30px"]);
    const second = el.querySelector<HTMLElement>('[data-number="2"]')!;
    expect([second.style.left, second.style.width]).toEqual(["50.0000%", "calc(25.0000% - 1px)"]);
    expect(el.querySelector("img")).toBeNull();
    host.close();
  });

  test("stacking takes the first free line", () => {
    expect(
      stacked([row(0, 4, "exact"), row(1, 2, "exact"), row(2, 6, "exact"), row(4, 5, "exact")]),
    ).toEqual([0, 1, 1, 0]);
    expect(lanesOf(null, returns, lanes).map(({ name }) => name)).toEqual(["exact", "transposed"]);
    expect([countText(2, -1), countText(2, 0), countText(1, 0.05)]).toEqual([
      "2",
      "2, by chance 0.0",
      "1, by chance 0.05",
    ]);
  });

  test("a click selects the notes, seeks and plays until the return ends", async () => {
    const { host, clock, option, el } = await motifView();
    const play = vi.spyOn(clock, "play");
    option(0).click();
    expect([...clock.selection]).toEqual(["v1n0", "v1n1"]);
    expect(host.model.state.selected).toBe(0);
    expect(clock.playhead).toBeCloseTo(4, 1);
    expect(play).toHaveBeenCalledOnce();
    expect(option(0).getAttribute("aria-selected")).toBe("true");
    expect(el.querySelector("[aria-label='The selected return']")?.textContent).toContain(
      "Returns <img src=x> at 4.",
    );
    expect(el.querySelector("[role=status]")?.textContent).toContain("80 per cent kept");
    clock.seek(q(0));
    expect(clock.playing).toBe(true);
    host.close();
  });

  test("arrow keys go by time and between lanes without playing; Enter plays", async () => {
    const { host, clock, option } = await motifView();
    const press = (on: HTMLElement, key: string) =>
      on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    press(option(-1), "ArrowRight");
    expect([host.model.state.selected, clock.playing, clock.playhead]).toEqual([0, false, 4]);
    press(option(0), "ArrowDown");
    expect([host.model.state.selected, clock.playhead]).toEqual([1, 6]);
    press(option(1), "End");
    expect(host.model.state.selected).toBe(3);
    press(option(3), "ArrowRight");
    expect(host.model.state.selected).toBe(3);
    press(option(3), "Enter");
    expect(clock.playing).toBe(true);
    press(option(3), "Home");
    expect([clock.playing, [...clock.selection]]).toEqual([false, ["v0n0", "v0n1"]]);
    host.close();
  });

  test("Python's choice is shown, and one tab stop leads in", async () => {
    const { host, clock, option, el } = await motifView();
    host.model.receive({ selected: 1 });
    expect([...clock.selection]).toEqual(["v0n0"]);
    expect(option(1).tabIndex).toBe(0);
    expect(
      [...el.querySelectorAll<HTMLElement>("[role=option]")].filter(
        ({ tabIndex }) => tabIndex === 0,
      ),
    ).toHaveLength(1);
    host.model.receive({ returns: [], lanes: [], selected: -1 });
    expect(el.textContent).toContain("It does not return in this piece.");
    host.close();
  });
});

describe("matrices", () => {
  test("a part of the bytes is one matrix", () => {
    const bytes = new DataView(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer);
    expect([...matrixAt(bytes, 1, 2, 4, 0.5)!.bytes]).toEqual([5, 6, 7, 8]);
    expect(matrixAt(bytes, 2, 2, 4, 0.5)).toBeUndefined();
    expect(matrixAt(undefined, 0, 2, 4, 0.5)).toBeUndefined();
  });

  test("returns have their places: bar of the return, bar of the motif", () => {
    expect(places(bars, motif, returns)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(places(bars, null, returns)).toEqual([]);
    expect(places(bars, row(8, 12, "motif"), returns)).toEqual([]);
  });

  test("the table's heads are chosen, and all heads again", async () => {
    const { host, el } = await motifView();
    const cells = [...el.querySelectorAll("tbody td")].map((cell) => cell.textContent);
    expect(cells).toEqual(["30 %", "2 %", "15.0", "0.010"]);
    const head = el.querySelector<HTMLElement>("[data-head='2']")!;
    head.click();
    expect(head.getAttribute("aria-pressed")).toBe("true");
    expect(el.querySelector("[data-head='0']")!.getAttribute("aria-pressed")).toBe("false");
    host.model.receive({
      attention: new DataView(new ArrayBuffer(0)),
      looking: [],
      side: 0,
      matrices: 2,
    });
    expect(el.querySelector("details")!.hidden).toBe(true);
    host.close();
  });

  test("measures are in words", () => {
    expect(measureText(returns[0]!)).toBe(
      "exact; 80 % of the motif kept; in a piece like this chance gives 0.25 of such",
    );
    expect(measureText([...motif.slice(0, 7), 0.001, []] as unknown as ReturnRow)).toContain(
      "hardly any of such",
    );
  });
});
