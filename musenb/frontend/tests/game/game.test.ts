import { describe, expect, test } from "vitest";
import { pageClocks } from "../../src/core/clock";
import { encodeNotes } from "../../src/core/table";
import { midiPitch, quarters } from "../../src/core/units";
import type { Bar } from "../../src/core/wire/notes";
import type { RevealRow, RoundRow } from "../../src/core/wire/game";
import { contract } from "../contract";
import { Host } from "../fake";

const [q, p] = [quarters, midiPitch];
const rounds: RoundRow[] = [
  [q(8), "bar 3, beat 1", ["soprano"]],
  [q(10), "bar 3, beat 3", ["soprano", "bass"]],
  [q(12), "bar 4, beat 1", ["soprano"]],
];
const bars: Bar[] = [0, 1, 2].map((bar) => [q(4 * bar), q(4 * bar + 4), bar + 1, 4, 4, q(1)]);
const table = encodeNotes(
  [0, 4, 6].map((at) => ({
    onset: q(at),
    duration: q(2),
    pitch: 60 + at,
    velocity: 80,
    voice: 0,
    generated: false,
    fermata: false,
  })),
);
const reveal: RevealRow = [
  0,
  [
    ["composer", [p(69)], 0, 1, "the composer", "", "A4", "Hear what the composer wrote"],
    ["student", [p(71)], 5.5, 0, "you", "", "B4", "Hear what you said"],
    ["model", [p(69)], 0.4, 1, "the model", "", "A4", "Hear what the model said"],
    ["counts", [p(67)], 2.1, 0, "the count model", "", "G4", "Hear what the count model said"],
  ],
  [p(48)],
  ["v0n3"],
  0.5,
  "The composer wrote A4; you said B4: not it. In bits: you 5.5.",
  "Bits: how surprised each was.",
];
const state = {
  notes: new DataView(table.onset.buffer),
  version: 1,
  seq: 0,
  streaming: false,
  piece: { title: "", voices: ["soprano"], bars, tempos: [], keys: [], end: q(8) },
  engine: "",
  rounds,
  reveals: [],
  ranges: [
    ["soprano", 60, 81],
    ["bass", 36, 62],
  ],
  current: 0,
  entered: [-1],
  confidence: -1,
  even: 5.52,
  busy: false,
  result: "",
  recorded: "Kept in <b>x</b>",
  class_rows: [],
};

contract(
  "game",
  () => import("../../src/widgets/game"),
  state,
  (el) => {
    el.querySelector("canvas")?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
    );
  },
);

async function game(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/game");
  const host = await new Host(widget, { ...state, clock_id: "game-clock", ...changes }).start();
  const { el } = await host.view();
  const named = (name: string) => el.querySelector<HTMLElement>(`[aria-label="${name}"]`)!;
  const choose = (list: HTMLElement, value: string) => {
    (list as HTMLSelectElement).value = value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const sent = () =>
    host.model.sent.map(({ content }) => content).filter(({ kind }) => kind !== "engine");
  return {
    host,
    el,
    named,
    choose,
    sent,
    reveal: () => named("Reveal: what all say") as HTMLButtonElement,
    clock: pageClocks().get("game-clock")!,
  };
}

describe("a round", () => {
  test("nothing is revealed before a note is entered; then the answer is sent once", async () => {
    const { host, named, choose, sent, reveal: button } = await game();
    expect(named("What is asked").textContent).toBe(
      "Bar 3, beat 1: which note comes next in the soprano?",
    );
    expect(button().disabled).toBe(true);
    choose(named("Note of the soprano"), "69");
    expect(host.model.state.entered).toEqual([69]);
    choose(named("How sure you are"), "0.75");
    button().click();
    button().click();
    expect(sent()).toEqual([{ kind: "guess", round: 0, pitches: [69], confidence: 0.75 }]);
    host.close();
  });

  test("keys enter the voices one after another, each in its range", async () => {
    const { host, el, named } = await game({ current: 1, reveals: [reveal], entered: [-1, -1] });
    const canvas = el.querySelector("canvas")!;
    const lists = () =>
      [...el.querySelectorAll<HTMLSelectElement>(".mnb-game-slots select")].map(
        ({ value }) => value,
      );
    const press = (code: string) => {
      canvas.dispatchEvent(new KeyboardEvent("keydown", { code, key: "x", bubbles: true }));
      canvas.dispatchEvent(new KeyboardEvent("keyup", { code, key: "x", bubbles: true }));
    };
    // The computer's A key is C2 here: too low for a soprano.
    press("KeyA");
    expect(lists()).toEqual(["-1", "-1"]);
    expect(el.querySelector("[role=status]")?.textContent).toContain(
      "outside the range of the soprano",
    );
    for (const _ of [0, 1])
      canvas.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyX", key: "x", bubbles: true }));
    press("KeyA");
    expect(lists()).toEqual(["60", "-1"]);
    press("KeyA");
    expect(lists()).toEqual(["60", "60"]);
    expect((named("Reveal: what all say") as HTMLButtonElement).disabled).toBe(false);
    host.close();
  });

  test("what was entered is there again in another view", async () => {
    const { host, el } = await game({ entered: [72], confidence: 0.9 });
    expect(el.querySelector<HTMLSelectElement>(".mnb-game-slots select")!.value).toBe("72");
    const again = await host.view();
    expect(again.el.querySelector<HTMLSelectElement>(".mnb-game-slots select")!.value).toBe("72");
    expect(
      (again.el.querySelector("[aria-label='How sure you are']") as HTMLSelectElement).value,
    ).toBe("0.9");
    host.close();
  });
});

describe("the reveal", () => {
  test("all answers stand in a table with their bits; the composer's notes are selected", async () => {
    const { host, el, named, clock } = await game();
    host.model.receive({ reveals: [reveal] });
    const rows = [...el.querySelectorAll("[aria-label='All answers'] tbody tr")].map((one) =>
      [...one.children].map((cell) => cell.textContent),
    );
    expect(rows.map(([who, says, bits]) => [who, says, bits])).toEqual([
      ["the composer", "A4", ""],
      ["you", "B4 ✗", "5.5"],
      ["the model", "A4 ✓", "0.4"],
      ["the count model", "G4 ✗", "2.1"],
    ]);
    expect([...clock.selection]).toEqual(["v0n3"]);
    expect(el.querySelector<HTMLElement>(".mnb-game-entry")!.hidden).toBe(true);
    expect(named("What is asked").textContent).toBe("The composer wrote A4; you said B4: not it.");
    host.close();
  });

  test("rounds behind the next one stay closed, and the next one plays when its music has come", async () => {
    const { host, el, named, clock } = await game({ reveals: [reveal] });
    const buttons = [...el.querySelectorAll<HTMLButtonElement>("[data-round]")];
    expect(buttons.map(({ disabled }) => disabled)).toEqual([false, false, true]);
    expect(buttons[0]!.getAttribute("aria-label")).toBe("Round 1, bar 3, beat 1: not right");
    clock.drive(undefined); // there is no sound here
    named("Next round").click();
    expect(host.model.state.current).toBe(1);
    expect(clock.playing).toBe(false);
    host.model.receive({ piece: { ...state.piece, end: q(10) }, version: 2 });
    expect(clock.playing).toBe(true);
    clock.pause();
    host.close();
  });

  test("the class's result is asked for when it is opened, and shown as text", async () => {
    const { host, el, sent } = await game();
    const part = el.querySelector("details")!;
    part.open = true;
    expect(sent()).toEqual([{ kind: "class" }]);
    host.model.receive({ class_rows: [["<b>Ada</b>", 3, 2, 3, "70%", 1.25, 0.5, 2]] });
    const cells = [...part.querySelectorAll("tbody tr > *")].map((cell) => cell.textContent);
    expect(cells).toEqual(["<b>Ada</b>", "3", "2 of 3", "70%", "1.25", "0.50", "2.00"]);
    expect(el.querySelector("b")).toBeNull();
    host.close();
  });
});
