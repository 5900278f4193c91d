import { describe, expect, test } from "vitest";
import type { ChordRow } from "../../src/core/wire/sheet";
import { quarters } from "../../src/core/units";
import {
  chordWords,
  crowded,
  keySign,
  letterSize,
  numeralParts,
  parseNumeral,
} from "../../src/sheet/chord-words";

const row = (numeral: string, more: Partial<Record<number, unknown>> = {}): ChordRow => {
  const usual: unknown[] = [
    ...[quarters(2), quarters(4), numeral, "C major", false, "", 0.93, "sure"],
    ...[["V", "C major"], false],
  ];
  for (const [at, value] of Object.entries(more)) usual[Number(at)] = value;
  return usual as unknown as ChordRow;
};
const text = (numeral: string, more = {}): string =>
  numeralParts(row(numeral, more))
    .map((node) => node.textContent)
    .join("");

describe("a chord label", () => {
  test("has figures above each other, signs as they are printed, and what it is applied to", () => {
    expect(parseNumeral("ii%6/5")).toEqual({
      ...{ degree: "ii", sign: "ø", figures: ["6", "5"], applied: "" },
    });
    expect(parseNumeral("viio7/V")).toEqual({
      ...{ degree: "vii", sign: "°", figures: ["7"], applied: "V" },
    });
    expect(parseNumeral("V/IV")).toEqual({ degree: "V", sign: "", figures: [], applied: "IV" });
    expect(parseNumeral("Imaj7")?.sign).toBe("maj");
    expect(parseNumeral("<b>")).toBeUndefined();
    const [, figures] = numeralParts(row("V6/4"));
    expect((figures as HTMLElement).className).toBe("mnb-figures");
    expect(figures!.childNodes).toHaveLength(2);
  });

  test("has a question mark where it is unsure, and is a dot where nothing is known", () => {
    expect(text("V6", { 7: "unsure" })).toBe("V6?");
    expect(text("V6", { 7: "unknown" })).toBe("·");
    expect(text("<b>")).toBe("<b>");
  });

  test("says all of it in words", () => {
    expect(chordWords(row("V7", { 5: "half" }), 3)).toBe(
      "bar 3: V7 in C major, half cadence, 93 % sure, or V in C major. Enter names it otherwise",
    );
    expect(chordWords(row("V7"), 3, true)).toBe(
      "bar 3: V7 in C major, 93 % sure, or V in C major",
    );
    expect(chordWords(row("V7", { 9: true }), undefined)).toBe(
      "V7 in C major, named by you, in place of V in C major. Enter names it otherwise",
    );
  });

  test("has keys as textbooks write them", () => {
    expect(["Bb major", "F# minor", "B minor", "E major"].map(keySign)).toEqual(["B♭", "f♯", "b", "E"]);
  });

  test("is as large as the staves allow, and can always be read", () => {
    expect(letterSize(0.001)).toBe(11);
    expect(letterSize(33 / 720)).toBe(14);
    expect(letterSize(1)).toBe(30);
  });

  test("gives in to a surer one that it would overlap", () => {
    const label = (left: number, right: number, sure: number) => ({ left, right, sure });
    expect([...crowded([label(0, 10, 0.9), label(10, 20, 0.2)])]).toEqual([]);
    expect([...crowded([label(0, 12, 0.9), label(10, 20, 0.2), label(15, 30, 0.8)])]).toEqual([1]);
    expect([...crowded([label(0, 12, 0.2), label(10, 20, 0.9), label(15, 30, 0.8)])]).toEqual([0, 2]);
    expect([...crowded([label(0, 12, 0.5), label(10, 20, 0.5)])]).toEqual([0]);
  });
});
