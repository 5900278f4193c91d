import { describe, expect, test } from "vitest";
import { decodeNotes, EMPTY, encodeNotes, joinTables, type Note } from "../../src/core/table";
import { applyOps } from "../../src/roll/edits";
import { alteredName, midiPitch, pitchName, quarters } from "../../src/core/units";
import { NAMED } from "../../src/core/wire/notes";
import { GENERATED, NOTE_BYTES } from "../../src/core/wire/notes";

const note = (
  onset: number,
  duration: number,
  pitch: number,
  voice = 0,
  generated = false,
): Omit<Note, "id"> => ({
  onset: quarters(onset),
  duration: quarters(duration),
  pitch,
  velocity: 80,
  voice,
  generated,
  fermata: false,
});

describe("the note table", () => {
  // Two notes as musenb.widgets.notes.pack writes them; tests/widgets/test_notes.py has the same bytes.
  const hex =
    "0000000000000000555555555555d53f" + // onsets 0, 1/3
    "000000000000f03f000000000000e03f" + // durations 1, 1/2
    "0000000007000000" + // indices 0, 7
    "3c43" + // pitches 60, 67
    "5064" + // velocities 80, 100
    "0001" + // voices 0, 1
    "0003"; // flags none, generated and fermata

  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

  test("reads what Python wrote", () => {
    const table = decodeNotes(bytes.buffer);
    expect(table.length).toBe(2);
    expect(table.note(0)).toEqual({
      ...{
        id: "v0n0",
        onset: 0,
        duration: 1,
        pitch: 60,
        velocity: 80,
        voice: 0,
        generated: false,
        fermata: false,
      },
    });
    expect(table.note(1)).toEqual({
      ...{
        id: "v1n7",
        onset: 1 / 3,
        duration: 0.5,
        pitch: 67,
        velocity: 100,
        voice: 1,
        generated: true,
        fermata: true,
      },
    });
    expect(table.row("v1n7")).toBe(1);
    expect(table.row("v1n8")).toBe(-1);
    expect(table.lastEnd()).toBe(1);
  });

  test("reads a view at an offset that is not aligned", () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const table = decodeNotes(new DataView(shifted.buffer, 3, bytes.length));
    expect(table.id(1)).toBe("v1n7");
    expect(table.onset[1]).toBe(1 / 3);
  });

  test("refuses half a note and takes nothing for no notes", () => {
    expect(() => decodeNotes(new ArrayBuffer(NOTE_BYTES + 1))).toThrow(/25 bytes/);
    expect(decodeNotes(undefined).length).toBe(0);
  });

  test("finds the first note from an onset", () => {
    const table = encodeNotes([0, 1, 1, 2, 5].map((onset) => note(onset, 1, 60)));
    expect([0, 0.5, 1, 1.5, 5, 6].map((onset) => table.firstFrom(onset))).toEqual([
      0, 1, 1, 3, 4, 5,
    ]);
  });

  test("joins two tables by onset and keeps ids", () => {
    const first = encodeNotes([note(0, 1, 60), note(2, 1, 62)]);
    const second = encodeNotes([note(3, 1, 65, 1, true), note(1, 1, 64, 1, true)]);
    const joined = joinTables(first, second);
    expect([...joined.onset]).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((row) => joined.id(row))).toEqual(["v0n0", "v1n0", "v0n1", "v1n1"]);
    expect([...joined.flags]).toEqual([0, GENERATED, 0, GENERATED]);
    expect(joinTables(EMPTY, first).id(1)).toBe("v0n1");
    expect(joinTables(first, EMPTY).length).toBe(2);
  });
});

test("pitches have names", () => {
  expect([60, 61, 69, 0, 127].map((pitch) => pitchName(midiPitch(pitch)))).toEqual([
    "C4",
    "C♯4",
    "A4",
    "C-1",
    "G9",
  ]);
});

test("a note is called as the score spells it, and in the key's words where it does not", () => {
  expect([1, -1].map((alter) => alteredName(68, alter))).toEqual(["G♯4", "A♭4"]);
  expect([alteredName(60, 1), alteredName(59, -1), alteredName(62, -2)]).toEqual([
    "B♯3",
    "C♭4",
    "E♭♭4",
  ]);
  const note = {
    onset: quarters(0),
    duration: quarters(1),
    pitch: 68,
    velocity: 80,
    voice: 0,
    generated: true,
    fermata: true,
  };
  const table = encodeNotes([note, note]);
  expect(table.name(0)).toBe("G♯4");
  table.alters = [0, -1, 0, -1, 0, 0, -1, 0, -1, 0, -1, 0];
  table.flags[1] = (table.flags[1] ?? 0) + NAMED * (1 + 3);
  expect([0, 1].map((row) => table.name(row))).toEqual(["A♭4", "G♯4"]);
  expect([table.generated(1), table.fermata(1), table.name(1)]).toEqual([true, true, "G♯4"]);

  const same = applyOps(table, [{ op: "resize", id: "v0n1", duration: quarters(2) }]);
  expect([same.name(same.row("v0n1")), same.alters[8]]).toEqual(["G♯4", -1]);
  const moved = applyOps(table, [{ op: "move", id: "v0n1", pitch: midiPitch(70) }]);
  const there = moved.row("v0n1");
  expect([moved.name(there), moved.generated(there), moved.fermata(there)]).toEqual([
    "B♭4",
    true,
    true,
  ]);
});
