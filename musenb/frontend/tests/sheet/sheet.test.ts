import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { clockOf } from "../../src/core/clock";
import { Life } from "../../src/core/life";
import { drawSheet, markGenerated } from "../../src/marks/sheet";
import { fallbackRoll } from "../../src/marks/sheet-fallback";
import {
  movePlayhead,
  playheadMark,
  share,
  tintColour,
  tintOf,
  underMarks,
} from "../../src/marks/sheet-overlay";
import { parseNoteId, Places, soundingAt, stepFrom } from "../../src/marks/sheet-places";
import { noteWords, placeWords } from "../../src/marks/sheet-words";
import { encodeNotes, type Note } from "../../src/core/table";
import { midiPitch, quarters } from "../../src/core/units";
import type { Bar } from "../../src/core/wire/notes";
import type { SheetPlan, SheetPlate } from "../../src/core/wire/sheet";
import { contract } from "../contract";
import duet from "../duet.json";
import { Host } from "../fake";

// Engraved by verovio through musenb.widgets.sheet_press: soprano G4 A4 F♯4 (tied over the bar line) G4, bass G2 D3.
const { plan, plate } = duet as unknown as { plan: SheetPlan; plate: SheetPlate };

const note = (
  voice: number,
  onset: number,
  duration: number,
  pitch: number,
  generated = false,
): Omit<Note, "id"> => ({
  onset: quarters(onset),
  duration: quarters(duration),
  pitch: midiPitch(pitch),
  velocity: 80,
  voice,
  generated,
  fermata: false,
});
const TABLE = encodeNotes([
  note(0, 0, 1, 67),
  note(0, 1, 2, 69),
  note(0, 3, 2, 66),
  note(0, 5, 3, 67),
  note(1, 0, 4, 43, true),
  note(1, 4, 4, 50, true),
]);
const BARS = [
  [0, 4, 1, 4, 4, 1],
  [4, 8, 2, 4, 4, 1],
] as unknown as Bar[];
const UPBEAT = [
  [0, 1, 0, 4, 4, 1],
  [1, 5, 1, 4, 4, 1],
] as unknown as Bar[];
const packed = async (value: unknown): Promise<ArrayBuffer> => {
  const stream = new CompressionStream("gzip");
  const writer = stream.writable.getWriter();
  void writer.write(new TextEncoder().encode(JSON.stringify(value)));
  void writer.close();
  const parts: Uint8Array[] = [];
  const reader = stream.readable.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    parts.push(part.value as Uint8Array);
  return Uint8Array.from(parts.flatMap((part) => [...part])).buffer;
};
const STATE = {
  clock_id: "sheet",
  notes: new DataView(TABLE.onset.buffer as ArrayBuffer),
  version: 1,
  seq: 0,
  streaming: false,
  piece: {
    title: "duet",
    voices: ["soprano", "bass"],
    bars: BARS,
    tempos: [[0, 60]],
    keys: [[0, 1]],
    end: 8,
  },
  zoom: 1,
  transpose: 0,
  staves: "each",
  colours: false,
  tint: [],
  tint_name: "",
  plan,
  plates: undefined as DataView | undefined,
  plates_version: 1,
};
beforeAll(async () => {
  STATE.plates = new DataView(await packed([plate]));
});
const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

contract(
  "sheet",
  () => import("../../src/widgets/sheet"),
  STATE,
  (el) => {
    el.querySelector(".mnb-scroll")?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
    );
    for (const made of el.querySelectorAll<HTMLElement>(".mnb-bar button:not([aria-label=Play])"))
      made.click();
  },
);

describe("places", () => {
  const places = new Places(plate, TABLE);

  test("every head belongs to a note; a continuation to the note that it continues", () => {
    expect(parseNoteId("v1n12-3")).toEqual({ id: "v1n12", voice: 1, index: 12, tied: true });
    expect(parseNoteId("x1")).toBeUndefined();
    expect(places.headsOf("v0n2").map((head) => head.tied)).toEqual([false, true]);
    for (const head of places.heads) expect(TABLE.row(head.id)).toBeGreaterThanOrEqual(0);
  });

  test("the playhead is in the middle of a head at its onset, and goes on steadily", () => {
    for (const head of places.heads.filter((one) => !one.tied && one.staff === 0)) {
      const at = places.placeAt(TABLE.onset[TABLE.row(head.id)] as never);
      expect(at?.x).toBe(head.x + head.width / 2);
    }
    const way = Array.from({ length: 33 }, (_, k) => places.placeAt(k / 4)?.x ?? NaN);
    for (let k = 1; k < way.length; k++) expect(way[k]!).toBeGreaterThan(way[k - 1]!);
    expect(places.placeAt(8.5)).toBeUndefined();
  });

  test("a point finds the nearest head, and empty space its quarter", () => {
    const head = places.headsOf("v0n1")[0]!;
    expect(places.headAt(head.x + 90, head.y - 60)?.id).toBe("v0n1");
    expect(places.headAt(head.x + 90, head.y - 2000)).toBeUndefined();
    expect(places.quarterAt(head.x + head.width / 2, head.y)).toBeCloseTo(1);
  });

  test("steps lead along a voice and across voices", () => {
    const id = (row: number) => (row < 0 ? "none" : TABLE.id(row));
    const row = (name: string) => TABLE.row(name);
    expect(id(stepFrom(TABLE, -1, "right"))).toBe("v0n0");
    expect(id(stepFrom(TABLE, row("v0n0"), "right"))).toBe("v0n1");
    expect(id(stepFrom(TABLE, row("v0n2"), "down"))).toBe("v1n0");
    expect(id(stepFrom(TABLE, row("v1n1"), "up"))).toBe("v0n2");
    expect(id(stepFrom(TABLE, row("v1n1"), "down"))).toBe("none");
    expect(id(stepFrom(TABLE, row("v0n0"), "left"))).toBe("none");
    expect(soundingAt(TABLE, 4.5).map(id).sort()).toEqual(["v0n2", "v1n1"]);
  });
});

describe("words", () => {
  test("a note is said with its voice, name and place", () => {
    const words = { voices: ["soprano", "bass"], bars: BARS, name: "F♯4" };
    expect(noteWords(TABLE.note(TABLE.row("v0n2")), words)).toBe("soprano F♯4, bar 1 beat 4");
    const bass = TABLE.note(TABLE.row("v1n1"));
    expect(noteWords(bass, { ...words, name: "", tint: "surprise 2" })).toBe(
      "bass D3, bar 2 beat 1, generated, surprise 2",
    );
  });

  test("halves of beats, upbeats and bars that are still to come", () => {
    expect(placeWords(BARS, 6.5)).toBe("bar 2 beat 3½");
    expect(placeWords(UPBEAT, 0)).toBe("upbeat beat 4");
    expect(placeWords(UPBEAT, 2)).toBe("bar 1 beat 2");
    expect(placeWords(BARS, 17)).toBe("bar 5 beat 2");
    expect(placeWords([], 2)).toBe("quarter 2");
  });
});

describe("marks", () => {
  test("the drawing holds the notes and nothing but a drawing", () => {
    const evil =
      '<g onload="alert(1)"><script>alert(1)</script><foreignObject><p/></foreignObject></g>';
    const svg = plate.svg.replace("</svg>", `${evil}<use href="javascript:alert(1)"/></svg>`);
    const drawing = drawSheet(svg);
    expect(drawing.querySelectorAll("[data-id]").length).toBe(plate.heads.length);
    expect(drawing.querySelectorAll("script, foreignObject, p, [onload]").length).toBe(0);
    expect(
      [...drawing.querySelectorAll("use")].every(
        (use) => use.getAttribute("href")?.startsWith("#") ?? true,
      ),
    ).toBe(true);
    expect(drawing.querySelector("[data-id=v1n0]")?.getAttribute("data-voice")).toBe("1");
    expect(() => drawSheet("<html/>")).toThrow("score view unavailable");
  });

  test("a tie has the colour of the voice that it goes on in, and that of the notes a model wrote", () => {
    const tie = (id: string) => `<g class="tie" data-startid="#${id}"><path d="M0 0"/></g>`;
    const drawing = drawSheet(
      `<svg xmlns="http://www.w3.org/2000/svg">${tie("v3n1")}${tie("v1n2-2")}${tie("nothing")}</svg>`,
    );
    const ties = [...drawing.querySelectorAll<SVGElement>(".tie")];
    expect(ties.map((one) => one.dataset.voice)).toEqual(["3", "1", undefined]);
    markGenerated(drawing, (id) => id === "v1n2");
    expect(ties.map((one) => one.classList.contains("mnb-by-model"))).toEqual([false, true, false]);
  });

  test("tints grow and darken with the value; selection frames every part of a tied note", () => {
    const places = new Places(plate, TABLE);
    const tint = tintOf([
      ["v0n0", 1],
      ["v0n1", 4],
    ]);
    const marks = underMarks(places, { selection: new Set(["v0n2"]), hover: null, tint }, TABLE);
    const discs = marks.filter((mark) => mark.classList.contains("mnb-tint"));
    expect(discs.map((disc) => disc.textContent)).toEqual(["1", "4"]);
    expect(Number(discs[1]!.getAttribute("r"))).toBeGreaterThan(
      Number(discs[0]!.getAttribute("r")),
    );
    expect(discs[0]!.getAttribute("fill")).not.toBe(discs[1]!.getAttribute("fill"));
    expect(marks.filter((mark) => mark.classList.contains("mnb-selected")).length).toBe(2);
    expect(marks.filter((mark) => mark.classList.contains("mnb-generated")).length).toBe(1);
    expect(share(tintOf([]), 3)).toBe(0);
    expect(tintColour(1)).not.toBe(tintColour(0));
  });

  test("the playhead stands over the whole system, or is hidden", () => {
    const mark = playheadMark();
    movePlayhead(mark, { line: 0, x: 500, top: 100, bottom: 900 });
    expect(mark.getAttribute("visibility")).toBe("visible");
    expect(mark.querySelector("line")?.getAttribute("x1")).toBe("500");
    movePlayhead(mark, undefined);
    expect(mark.getAttribute("visibility")).toBe("hidden");
  });

  test("what cannot be engraved is drawn as a roll", () => {
    expect(fallbackRoll(TABLE, 0, 4).querySelectorAll("rect").length).toBe(4);
    expect(fallbackRoll(encodeNotes([]), 0, 4).querySelectorAll("rect").length).toBe(0);
  });
});

describe("the view", () => {
  const hosts: Host[] = [];
  const open = async (state: Record<string, unknown> = {}) => {
    const host = await new Host((await import("../../src/widgets/sheet")).default, {
      ...STATE,
      ...state,
    }).start();
    hosts.push(host);
    const { el } = await host.view();
    await vi.waitFor(() => expect(el.querySelector(".mnb-moving")).not.toBeNull());
    const press = (key: string) =>
      el
        .querySelector(".mnb-scroll")
        ?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const said = () => el.querySelector("[role=status]")?.textContent;
    return { host, el, press, said };
  };
  afterEach(() => {
    for (const host of hosts.splice(0)) host.close();
  });

  test("what was saved is drawn without a kernel", async () => {
    const { el, host } = await open();
    expect(el.querySelectorAll(".mnb-engraved [data-id]").length).toBe(plate.heads.length);
    expect(host.model.sent.filter(({ content }) => content.kind === "plates")).toEqual([]);
    expect(el.querySelectorAll(".mnb-by-model").length).toBe(2);
    expect(el.querySelector(".mnb-legend")?.textContent).toContain("generated");
  });

  test("arrows walk, say where they are and select on the clock", async () => {
    const { press, said } = await open();
    const life = new Life();
    const clock = clockOf("sheet", life);
    press("ArrowRight");
    expect(said()).toBe("soprano G4, bar 1 beat 1");
    press("ArrowRight");
    press("ArrowDown");
    expect(said()).toBe("bass G2, bar 1 beat 1, generated");
    expect([...clock.selection]).toEqual(["v1n0"]);
    press("End");
    expect(clock.playhead).toBe(4);
    press("ArrowDown");
    expect(said()).toBe("No note there");
    press("Escape");
    expect(clock.selection.size).toBe(0);
    life.end();
  });

  test("selection and hover of other views are shown", async () => {
    const { el } = await open();
    const life = new Life();
    const clock = clockOf("sheet", life);
    clock.select(["v0n2"]);
    clock.setHover("v0n0");
    await settle();
    expect(el.querySelectorAll(".mnb-selected").length).toBe(2);
    expect(el.querySelectorAll(".mnb-hovered").length).toBe(1);
    life.end();
  });

  test("another edition is asked for with the keys that are there; the same drawing is kept", async () => {
    const { el, host } = await open();
    const before = el.querySelector(".mnb-engraved");
    host.model.receive({ plan: { ...plan, edition: 2 } });
    await settle();
    const asked = host.model.sent.find(({ content }) => content.kind === "plates")?.content;
    expect(asked).toEqual({ kind: "plates", edition: 2, pages: [[0, plate.key]] });
    host.model.message({ kind: "plate", edition: 2, page: 0, key: plate.key } as never);
    await settle();
    expect(el.querySelector(".mnb-engraved")).toBe(before);
    const other = { ...plate, edition: 3, key: "other" };
    host.model.receive({ plan: { ...plan, edition: 3 } });
    host.model.message({ kind: "plate", edition: 3, page: 0, key: "other" } as never, [
      await packed(other),
    ]);
    await vi.waitFor(() => expect(el.querySelector(".mnb-engraved")).not.toBe(before));
    expect(el.querySelectorAll(".mnb-engraved").length).toBe(1);
  });

  test("a page that cannot be engraved says so and shows a roll", async () => {
    const broken = {
      ...plate,
      svg: "",
      heads: [],
      lines: [],
      error: "score view unavailable: the reader process died",
    };
    const { el } = await open({ plates: new DataView(await packed([broken])) });
    expect(el.querySelector(".mnb-page")?.textContent).toContain("score view unavailable");
    expect(el.querySelectorAll(".mnb-fallback rect").length).toBe(6);
  });

  test("chords are named by buttons below; a click asks for another name and sends it", async () => {
    const rows = [
      [0, 2, "I", "C major", true, "", 0.99, "sure", ["vi", "A minor"], false],
      [2, 8, "V7", "C major", false, "half", 0.3, "unsure", ["", ""], true],
    ];
    const { el, host } = await open({ chords: true, chord_rows: rows });
    const named = () => [...el.querySelectorAll<HTMLElement>(".mnb-chords button")];
    expect(named().map((one) => one.textContent)).toEqual(["I", "V7?"]);
    expect(named().map((one) => one.tabIndex)).toEqual([0, -1]);
    expect(el.querySelector(".mnb-chord-key")?.textContent).toBe("C:");
    expect(el.querySelector(".mnb-cadence")?.textContent).toBe("half");
    named()[0]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect(named().map((one) => one.tabIndex)).toEqual([-1, 0]);
    named()[0]!.click();
    const form = el.querySelector<HTMLFormElement>(".mnb-chord-form")!;
    const field = form.querySelector("input")!;
    expect([field.value, form.querySelector("select")!.value]).toEqual(["I", "C major"]);
    field.value = " I6 ";
    form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    const sent = () => host.model.sent.map(({ content }) => content).filter((one) => one.kind === "overrule");
    expect(sent()).toEqual([{ kind: "overrule", onset: 0, numeral: "I6", key: "C major" }]);
    expect(el.querySelector(".mnb-chord-form"), "closed").toBeNull();
    named()[1]!.click();
    [...el.querySelectorAll<HTMLElement>(".mnb-chord-form button")].at(-1)!.click();
    expect(sent().at(-1)).toEqual({ kind: "overrule", onset: 2, numeral: "", key: "" });
    named()[0]!.click();
    const second = el.querySelector(".mnb-chord-form button:last-child") as HTMLElement;
    expect(second.textContent).toBe("or vi in A minor");
    second.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(el.querySelector(".mnb-chord-form")).toBeNull();
    host.model.receive({ chords_fixed: true });
    named()[0]!.click();
    expect(el.querySelector(".mnb-chord-form"), "nobody is there to hear of it").toBeNull();
    host.model.receive({ chords: false });
    await settle();
    expect(named()).toEqual([]);
  });

  test("a tint has a legend and is spoken", async () => {
    const { el, press, said } = await open({
      tint: [["v0n0", 2.345]],
      tint_name: "surprise, bits",
    });
    expect(el.querySelector(".mnb-legend")?.textContent).toContain("surprise, bits");
    press("ArrowRight");
    expect(said()).toBe("soprano G4, bar 1 beat 1, surprise, bits 2.35");
  });
});
