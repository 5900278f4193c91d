import { describe, expect, test, vi } from "vitest";
import { encodeNotes } from "../../src/core/table";
import { contract } from "../contract";
import { Host } from "../fake";

class FakeAudioContext extends EventTarget {
  state = "suspended";
  currentTime = 0;
  destination = {};
  resume = () => Promise.resolve();
}
const node = () => ({ connect: () => node(), disconnect: () => undefined, gain: {} });
vi.stubGlobal("AudioContext", FakeAudioContext);
vi.stubGlobal("GainNode", function () {
  return node();
});
vi.stubGlobal("AnalyserNode", function () {
  return node();
});

const notes = encodeNotes([
  { onset: 0, duration: 1, pitch: 60, velocity: 80, voice: 0, generated: false, fermata: false },
] as never);
const music = ["A", "B"].map((label) => ({
  label,
  notes: new DataView(notes.onset.buffer),
  piece: { title: "", voices: ["v"], bars: [[0, 4, 1, 4, 4, 1]], tempos: [], keys: [], end: 4 },
}));
const state = {
  engine: "",
  key: "1-a",
  ask: "What <b>comes</b> next?",
  kind: "choice",
  options: ["up", "<img src=x onerror=alert(1)>"],
  music,
  low: 48,
  high: 72,
  why: true,
  given: "",
  given_why: "",
  changes: 0,
  kept: "",
  kept_at: "",
  draft: "",
  draft_why: "",
  verdict: "",
  told: "",
  live: true,
  solution: "",
};

for (const kind of ["choice", "text", "note", "compare"]) {
  contract(
    "question",
    () => import("../../src/widgets/question"),
    { ...state, kind },
    (el) => {
      el.querySelector<HTMLInputElement>("input[type=radio]")?.click();
    },
  );
}

async function question(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/question");
  const host = await new Host(widget, { ...state, ...changes }).start();
  const { el } = await host.view();
  const keep = el.querySelector<HTMLButtonElement>(".mnb-question-keep")!;
  const told = el.querySelector<HTMLElement>(".mnb-question-told")!;
  return { host, el, keep, told, sent: () => host.model.sent.map(({ content }) => content) };
}

describe("a question", () => {
  test("nothing can be kept before there is an answer, then it is sent once", async () => {
    const { el, keep, sent } = await question();
    expect(keep.disabled).toBe(true);
    el.querySelector<HTMLInputElement>("input[value=up]")!.click();
    expect(keep.disabled).toBe(false);
    const why = el.querySelector("textarea")!;
    why.value = " it rises ";
    why.dispatchEvent(new Event("input", { bubbles: true }));
    keep.click();
    expect(sent()).toEqual([{ kind: "answer", answer: "up", why: "it rises" }]);
  });

  test("what is told is hidden until the answer is kept, and an answer can be changed", async () => {
    const { el, host, keep, told } = await question();
    expect(told.hidden).toBe(true);
    el.querySelector<HTMLInputElement>("input[value=up]")!.click();
    host.model.receive({
      given: "up",
      changes: 1,
      kept: "kept in a file",
      kept_at: "2026-11-21T07:00:00Z",
      verdict: "right",
      told: "That is <i>right</i>.",
    });
    expect(told.hidden).toBe(false);
    expect(told.textContent).toBe("That is <i>right</i>.");
    expect([keep.textContent, keep.disabled]).toEqual(["Kept", true]);
    expect(el.querySelector(".mnb-question-foot")!.textContent).toContain("kept in a file");
    el.querySelectorAll<HTMLInputElement>("input[type=radio]")[1]!.click();
    expect([keep.textContent, keep.disabled]).toEqual(["Keep the change", false]);
  });

  test("a page that is loaded again shows the answer, or the draft", async () => {
    const answered = await question({ given: "up", changes: 1 });
    expect(answered.el.querySelector<HTMLInputElement>("input[value=up]")!.checked).toBe(true);
    const draft = await question({ kind: "text", given: "old", changes: 1, draft: "half a thou" });
    expect(draft.el.querySelector("textarea")!.value).toBe("half a thou");
    expect(draft.keep.textContent).toBe("Keep the change");
  });

  test("a draft reaches the kernel without a press", async () => {
    vi.useFakeTimers();
    const { el, host } = await question({ kind: "text", why: false });
    const area = el.querySelector("textarea")!;
    area.value = "half";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    expect(host.model.saved).toEqual([{ draft: "half", draft_why: "" }]);
  });

  test("the arrows choose a note, its name is said", async () => {
    const { el, keep, sent } = await question({ kind: "note", why: false });
    const keys = el.querySelector<HTMLElement>("canvas")!;
    expect(keys.getAttribute("aria-valuetext")).toBe("no note chosen");
    for (const key of ["Enter", "ArrowRight"])
      keys.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    expect(keys.getAttribute("aria-valuetext")).toBe("C♯4");
    keep.click();
    expect(sent().filter(({ kind }) => kind === "answer")).toEqual([
      { kind: "answer", answer: "61", why: "" },
    ]);
  });

  test("a page without a kernel compares by itself and tells only afterwards", async () => {
    const { el, keep, told, sent } = await question({
      live: false,
      solution: "up",
      told: "Look at bar 2.",
      why: false,
    });
    expect(told.hidden).toBe(true);
    el.querySelectorAll<HTMLInputElement>("input[type=radio]")[1]!.click();
    keep.click();
    expect(told.textContent).toBe("The answer is: up. Look at bar 2.");
    expect(sent()).toEqual([]);
  });

  test("music that comes after the model has its buttons", async () => {
    const { el, host } = await question({ music: [] });
    expect(el.querySelector<HTMLElement>("[aria-label=Listen]")!.hidden).toBe(true);
    host.model.receive({ music });
    expect(el.querySelectorAll("[aria-label=Listen] button")).toHaveLength(2);
  });

  test("one piece plays at a time and its button says so", async () => {
    const { el } = await question({ kind: "compare", options: ["A", "B", "cannot tell"] });
    const names = () =>
      [...el.querySelectorAll("[aria-label=Listen] button")].map((one) =>
        one.getAttribute("aria-label"),
      );
    expect(names()).toEqual(["Play A", "Play B"]);
    el.querySelector<HTMLButtonElement>("[aria-label='Play A']")!.click();
    expect(names()).toEqual(["Stop A", "Play B"]);
    el.querySelector<HTMLButtonElement>("[aria-label='Play B']")!.click();
    expect(names()).toEqual(["Play A", "Stop B"]);
    el.querySelector<HTMLButtonElement>("[aria-label='Stop B']")!.click();
  });
});
