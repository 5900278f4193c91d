import { afterEach, describe, expect, test } from "vitest";
import { clockOf } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import { encodeNotes } from "../../src/core/table";
import { quarters } from "../../src/core/units";
import type { SheetPlate } from "../../src/core/wire/sheet";
import { motifMark } from "../../src/marks/sheet-motif";
import { Places } from "../../src/marks/sheet-places";
import { LARGEST_STAFF, scaleOf, SMALLEST_STAFF } from "../../src/sheet/strip";
import { voicesBeside, type VoicesPlan } from "../../src/sheet/voices";
import { contract } from "../contract";
import { Host } from "../fake";

const table = encodeNotes(
  [0, 1, 2, 3].map((onset) => ({
    ...{ onset: quarters(onset), duration: quarters(1), pitch: 60, velocity: 80, voice: 0 },
    ...{ generated: onset > 1, fermata: false },
  })),
);
const plate: SheetPlate = {
  ...{ edition: 1, page: 0, key: "k", svg: "", width: 5000, height: 1500, error: "" },
  heads: [0, 1, 2, 3].map((n) => [`v0n${n}`, 1000 + 900 * n, 700, 213, 0, 0, "C4"]),
  lines: [{ staves: [[400, 1120]], edges: [100, 4900], times: [quarters(0), quarters(4)] }],
};
const state = {
  ...{ clock_id: "strip", notes: new DataView(table.onset.buffer as ArrayBuffer), version: 1 },
  ...{ seq: 0, streaming: false, zoom: 1, transpose: 0, staves: "each", colours: false, room: 8 },
  strip: true,
  tint: [],
  tint_name: "",
  plan: { edition: 1, width: 0, pages: [[0, 1, [0]]], voices: [[0]], error: "" },
  plates: new DataView(new ArrayBuffer(0)),
  plates_version: 0,
  piece: {
    ...{ title: "", voices: ["soprano"], end: 4, tempos: [[0, 60]], keys: [] },
    bars: [[0, 4, 1, 4, 4, 1]],
  },
};

contract("a strip", () => import("../../src/widgets/sheet"), state);

const hosts: Host[] = [];
afterEach(() => hosts.splice(0).forEach((host) => host.close()));

describe("a strip", () => {
  test("fills the width with staves of a size that can be read, or scrolls", () => {
    const staff = (units: number, room: number) => scaleOf(units, room) * 720;
    expect(staff(20_000, 900)).toBeCloseTo(32.4);
    expect(staff(5000, 900)).toBe(LARGEST_STAFF);
    expect(staff(80_000, 900)).toBeGreaterThan(SMALLEST_STAFF);
    expect(scaleOf(80_000, 900) * 80_000, "wider than the room").toBeGreaterThan(900);
  });

  test("boxes what was given, once something was written", () => {
    const [box] = motifMark(new Places(plate, table), table);
    expect(box!.getAttribute("class")).toBe("mnb-motif-box");
    const [left, width] = ["x", "width"].map((name) => Number(box!.getAttribute(name)));
    expect([left! < 1000, left! + width! > 2113, left! + width! < 2800]).toEqual([true, true, true]);
    const given = encodeNotes([
      {
        ...{ onset: quarters(0), duration: quarters(1), pitch: 60, velocity: 80, voice: 0 },
        ...{ generated: false, fermata: false },
      },
    ]);
    expect(motifMark(new Places(plate, given), given)).toEqual([]);
  });

  test("boxes each statement of the motif by itself, with what begins beside it, and no note of a model", () => {
    const written = (voice: number, given: readonly number[]) =>
      [0, 1, 2, 3].map((onset) => ({
        ...{ onset: quarters(onset), duration: quarters(1), pitch: 60, velocity: 80, voice },
        ...{ generated: !given.includes(onset), fermata: false },
      }));
    const planned = encodeNotes([...written(0, [0, 2, 3]), ...written(1, [0])]);
    const two: SheetPlate = {
      ...plate,
      heads: [0, 1].flatMap((voice) =>
        [0, 1, 2, 3].map((n): SheetPlate["heads"][number] => [
          ...[`v${voice}n${n}`, 1000 + 900 * n, 700 + 1500 * voice, 213, 0, voice, "C4"],
        ] as unknown as SheetPlate["heads"][number]),
      ),
      lines: [
        {
          staves: [
            [400, 1120],
            [1900, 2620],
          ],
          edges: [100, 4900],
          times: [quarters(0), quarters(4)],
        },
      ],
    };
    const boxes = motifMark(new Places(two, planned), planned);
    const spans = boxes.map((box) => ["x", "width", "y"].map((name) => Number(box.getAttribute(name))));
    expect(boxes.map((box) => box.getAttribute("class"))).toEqual(Array(3).fill("mnb-motif-box"));
    expect(spans.filter(([x]) => x! < 1000), "both voices of the beginning").toHaveLength(2);
    const [again] = spans.filter(([x]) => x! > 1900);
    expect([again![0]! > 1900 && again![0]! < 2800, again![0]! + again![1]! > 3700]).toEqual([true, true]);
  });

  test("has a voice's name at its staff, a piano's between its two", async () => {
    const life = new Life();
    const clock = clockOf("rows", life);
    const notes = { piece: { voices: ["voice", "piano"] }, onChange: () => undefined };
    const staves = [...[[0, 40], [100, 140], [200, 240]]] as const;
    const places = [
      { first: 0, last: 0, place: 0, of: 1 },
      { first: 1, last: 2, place: 0, of: 1 },
    ];
    let arranged = () => {};
    const strip = { staves, onArrange: (then: () => void) => (arranged = then) };
    const plan = { life, clock, notes, strip, staffOf: (voice: number) => places[voice]! };
    const column = voicesBeside(plan as unknown as VoicesPlan);
    arranged();
    const tops = [...column.children].map((row) => (row as HTMLElement).style.top);
    expect(tops).toEqual(["7px", "157px"]);
    life.end();
  });

  test("has the voices beside it; their locks and loudspeakers are wishes", async () => {
    const life = new Life();
    const { band } = clockOf("strip", life);
    const heard: unknown[] = [];
    band.onWish(life, (wish) => heard.push(wish));
    band.tell({ writable: true });
    const { default: widget } = await import("../../src/widgets/sheet");
    const host = await new Host(widget, state).start();
    hosts.push(host);
    const { el } = await host.view();
    const press = (name: string) =>
      el.querySelector<HTMLElement>(`[aria-label="${name}"]`)!.click();
    press("Lock the soprano");
    press("Mute soprano");
    expect(heard).toEqual([
      { kind: "lock-voice", voice: "soprano" },
      { kind: "mute", voice: 0 },
    ]);
    band.tell({ locked: ["soprano"], muted: [0] });
    for (const name of ["Lock the soprano", "Mute soprano"])
      expect(el.querySelector(`[aria-label="${name}"]`)!.getAttribute("aria-pressed")).toBe("true");
    life.end();
  });
});
