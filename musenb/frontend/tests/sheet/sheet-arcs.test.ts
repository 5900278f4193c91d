import { afterEach, expect, test, vi } from "vitest";
import { clockOf, type Arc } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import type { ArcShape } from "../../src/marks/arcs";
import { drawSheet, markGenerated } from "../../src/marks/sheet";
import { arcElements, headBox, sheetArcs, type Standing } from "../../src/marks/sheet-arcs";
import { Places } from "../../src/marks/sheet-places";
import { encodeNotes, type Note } from "../../src/core/table";
import { midiPitch, quarters } from "../../src/core/units";
import type { SheetPlan, SheetPlate } from "../../src/core/wire/sheet";
import duet from "../duet.json";
import { Host } from "../fake";

// Soprano G4 A4 F♯4 (tied over the bar line) G4, bass G2 D3.
const { plan, plate } = duet as unknown as { plan: SheetPlan; plate: SheetPlate };
const VOICES = { voices: ["#0072b2", "#d55e00"] };
const note = (voice: number, onset: number, duration: number, pitch: number): Omit<Note, "id"> => ({
  onset: quarters(onset),
  duration: quarters(duration),
  pitch: midiPitch(pitch),
  velocity: 80,
  voice,
  generated: false,
  fermata: false,
});
const table = (later = 0) =>
  encodeNotes([
    note(0, later, 1, 67),
    note(0, 1 + later, 2, 69),
    note(0, 3 + later, 2, 66),
    note(0, 5 + later, 3, 67),
    note(1, later, 4, 43),
    note(1, 4 + later, 4, 50),
  ]);
const arc = (from: string, to: string, weight = 0.5, head = 0): Arc => ({
  from,
  to,
  weight,
  head,
  name: `layer 1, head ${head + 1}`,
});
const first: Standing = { places: new Places(plate, table()), left: 10, top: 100, scale: 0.05 };

test("an arc goes from the middle of one head to the middle of the other, at their tops", () => {
  const [made] = sheetArcs([arc("v0n3", "v1n0")], [first], VOICES);
  for (const [id, [x, y]] of [
    ["v0n3", made!.from],
    ["v1n0", made!.to],
  ] as const) {
    const head = first.places.headsOf(id)[0]!;
    expect(x).toBeCloseTo(10 + 0.05 * (head.x + head.width / 2));
    expect(y).toBeCloseTo(100 + 0.05 * (head.y - 90));
  }
  expect(made!.over[1]).toBeLessThan(Math.min(made!.from[1], made!.to[1]));
});

test("a tied note is met where it begins, on whichever page that is", () => {
  const [begin] = first.places.headsOf("v0n2");
  expect(headBox("v0n2", [first])?.x).toBeCloseTo(10 + 0.05 * begin!.x);
  // The same page with the notes an eternity earlier: what stands on it has begun before.
  const behind: Standing = { ...first, places: new Places(plate, table(-8)) };
  expect(headBox("v0n2", [behind])).toBeUndefined();
  expect(headBox("v0n2", [behind, { ...first, top: 900 }])!.y).toBeGreaterThan(900);
});

test("an arc to a note on no page is left out; one over the first line stays in the picture", () => {
  expect(sheetArcs([arc("v0n3", "v7n0"), arc("v0n3", "v0n3")], [first], VOICES)).toEqual([]);
  const soprano = first.places.headsOf("v0n3")[0]!.y;
  for (const to of ["v0n0", "v1n0"]) {
    const [{ from, over, to: end, width }] = sheetArcs(
      [arc("v0n3", to)],
      [{ ...first, top: 40 - 0.1 * soprano, scale: 0.1 }],
      VOICES,
    ) as [ArcShape];
    const heights = Array.from({ length: 101 }, (_, k) => k / 100).map(
      (t) => (1 - t) ** 2 * from[1] + 2 * t * (1 - t) * over[1] + t * t * end[1],
    );
    expect(Math.min(...heights) - width / 2).toBeGreaterThan(3.99);
    expect(Math.min(...heights) - width / 2).toBeLessThan(5);
  }
});

test("width, colour and dashes tell weight and head, words tell both", async () => {
  const shapes = sheetArcs(
    [arc("v0n3", "v0n0", 0.6), arc("v0n3", "v0n1", 0.1, 1), arc("v0n3", "v0n2", 0.3, 2)],
    [first],
    VOICES,
  );
  const drawn = arcElements(shapes);
  const of = (to: string) => drawn.find((group) => group.dataset.to === to)!;
  const width = (to: string) => Number(of(to).querySelector("path")!.getAttribute("stroke-width"));
  expect(width("v0n0")).toBeGreaterThan(width("v0n2"));
  expect(width("v0n2")).toBeGreaterThan(width("v0n1"));
  expect([of("v0n0"), of("v0n1"), of("v0n2")].map((group) => group.getAttribute("stroke"))).toEqual(
    ["#0072b2", "#d55e00", "#0072b2"],
  );
  expect(of("v0n2").querySelector("path")!.getAttribute("stroke-dasharray")).not.toBeNull();
  expect(of("v0n0").querySelector("title")!.textContent).toBe("layer 1, head 1: 60 %");
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 330">${drawn.map((group) => group.outerHTML).join("\n")}</svg>\n`;
  await expect(picture).toMatchFileSnapshot("../golden/sheet-arcs.svg");
});

test("a beam is marked when all its notes were generated", () => {
  const svg = (...ids: string[]) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><g class="beam"><path d="M0 0"/>${ids.map((id) => `<g class="note" data-id="${id}"/>`).join("")}</g></svg>`;
  const marked = (...ids: string[]) => {
    const drawing = drawSheet(svg(...ids));
    markGenerated(drawing, (id) => id.startsWith("v1"));
    return [...drawing.querySelectorAll(".mnb-by-model")].map((found) =>
      found.getAttribute("class"),
    );
  };
  expect(marked("v1n0", "v1n1-2")).toEqual([
    "beam mnb-by-model",
    "note mnb-by-model",
    "note mnb-by-model",
  ]);
  expect(marked("v1n0", "v0n1")).toEqual(["note mnb-by-model"]);
});

let host: Host | undefined;
afterEach(() => host?.close());

test("the view draws what the clock's overlay tells, names its heads and forgets both", async () => {
  const state = {
    clock_id: "arcs",
    notes: new DataView(table().onset.buffer as ArrayBuffer),
    version: 1,
    seq: 0,
    streaming: false,
    piece: {
      title: "",
      voices: ["soprano", "bass"],
      bars: [
        [0, 4, 1, 4, 4, 1],
        [4, 8, 2, 4, 4, 1],
      ],
      tempos: [[0, 60]],
      keys: [],
      end: 8,
    },
    zoom: 1,
    transpose: 0,
    staves: "each",
    colours: false,
    tint: [],
    tint_name: "",
    plan,
    plates_version: 0,
  };
  host = await new Host((await import("../../src/widgets/sheet")).default, state).start();
  const { el } = await host.view();
  const life = new Life();
  const clock = clockOf("arcs", life);
  clock.setOverlay("test", [arc("v0n3", "v0n0"), arc("v0n3", "v1n0")]);
  await vi.waitFor(() =>
    expect(host!.model.sent.find(({ content }) => content.kind === "plates")).toBeDefined(),
  );
  const stream = new Blob([JSON.stringify(plate)])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  host.model.message({ kind: "plate", edition: plan.edition, page: 0, key: plate.key } as never, [
    await new Response(stream).arrayBuffer(),
  ]);
  await vi.waitFor(() => expect(el.querySelectorAll(".mnb-arc").length).toBe(2));
  expect(
    [...el.querySelectorAll<SVGElement>(".mnb-arc")]
      .map(({ dataset }) => `${dataset.from} ${dataset.to}`)
      .sort(),
  ).toEqual(["v0n3 v0n0", "v0n3 v1n0"]);
  expect(el.querySelector(".mnb-legend")?.textContent).toContain("layer 1, head 1");
  clock.setOverlay("test", []);
  await vi.waitFor(() => expect(el.querySelectorAll(".mnb-arc").length).toBe(0));
  expect(el.querySelector(".mnb-legend")?.textContent).not.toContain("head");
  life.end();
});
