import { afterEach, describe, expect, test, vi } from "vitest";
import { barsIn } from "../../src/core/bars";
import { clockOf } from "../../src/core/clock";
import { sizeOf } from "../../src/desk/layout";
import { adventure } from "../../src/desk/settings";
import { barsAsText } from "../../src/desk/wishes";
import { clockTime, warnsAfter } from "../../src/desk/safe";
import { Life } from "../../src/core/life";
import { quarters } from "../../src/core/units";
import { contract } from "../contract";
import { closeDesks, desk, state } from "./shown";

contract(
  "desk",
  () => import("../../src/widgets/desk"),
  state,
  (el) => {
    el.querySelector<HTMLElement>("[role=treeitem]")?.dispatchEvent(
      new MouseEvent("dblclick", { bubbles: true }),
    );
  },
);

afterEach(closeDesks);

describe("the buttons", () => {
  test("say what was pressed, and only what can be is enabled", async () => {
    const { el, press, sent } = await desk();
    press("Continue");
    press("Undo");
    expect(sent()).toEqual([
      { kind: "act", act: "continue" },
      { kind: "act", act: "undo" },
    ]);
    const bar = [...el.querySelectorAll(".mnb-desk-bar button, .mnb-desk-settings button")];
    const disabled = bar.filter((one) => (one as HTMLButtonElement).disabled);
    expect(disabled.map((one) => one.getAttribute("aria-label"))).toEqual(["Redo"]);
  });

  test("a note is gone on from, asked about, and its bar written anew where another view wishes it", async () => {
    const life = new Life();
    const clock = clockOf("shared", life);
    const { host, sent } = await desk({ clock_id: "shared" });
    clock.select(["v0n3"]);
    clock.band.wish({ kind: "from", note: "v0n3" });
    clock.band.wish({ kind: "anew", bar: 2 });
    clock.band.wish({ kind: "ask", note: "v0n3" });
    expect(sent()).toEqual([
      { kind: "from", ids: ["v0n3"] },
      { kind: "anew", bar: 2 },
      { kind: "ask", what: "heard" },
    ]);
    expect(host.model.get("drawer")).toBe("ask");
    life.end();
  });

  test("what is written sounds from where the model began, if one listens along", async () => {
    const life = new Life();
    const clock = clockOf("heard", life);
    clock.setEnd(quarters(8));
    for (const listen of [true, false]) {
      const { host, press } = await desk({ clock_id: "heard", listen });
      press("Continue");
      host.model.receive({ running: true, written: 0, began: 4 });
      expect(clock.playing).toBe(false);
      host.model.receive({ written: 1 });
      expect(clock.playing).toBe(listen);
      if (listen) expect(clock.playhead).toBeGreaterThanOrEqual(4);
      press("Stop and keep what is there");
      expect(clock.playing).toBe(false);
      host.close();
    }
    life.end();
  });

  test("voices and bars are locked where another view wishes it, and told to all", async () => {
    const life = new Life();
    const { band } = clockOf("locks", life);
    const { host, sent } = await desk({
      clock_id: "locks",
      locked_voices: ["alto"],
      locked_bars: "3, 5-6",
    });
    expect([band.facts.locked, band.facts.lockedBars]).toEqual([["alto"], "3, 5-6"]);
    band.wish({ kind: "lock-voice", voice: "soprano" });
    band.wish({ kind: "lock-voice", voice: "alto" });
    band.wish({ kind: "lock-bar", bar: 5 });
    band.wish({ kind: "lock-bar", bar: 4 });
    expect(sent()).toEqual([
      { kind: "lock", voices: ["alto", "soprano"], bars: "3, 5-6" },
      { kind: "lock", voices: [], bars: "3, 5-6" },
      { kind: "lock", voices: ["alto"], bars: "3, 6" },
      { kind: "lock", voices: ["alto"], bars: "3-6" },
    ]);
    host.model.receive({ locked_voices: [], locked_bars: "" });
    expect(band.facts.locked).toEqual([]);
    expect([[...barsIn("3, 5-6")], barsAsText([6, 1, 5])]).toEqual([[3, 5, 6], "1, 5-6"]);
    life.end();
  });

  test("one bar at a time asks for more", async () => {
    const { press, sent } = await desk({ one_bar: true });
    press("Continue");
    expect(sent()).toEqual([{ kind: "act", act: "more" }]);
  });

  test("Continue becomes Stop in place", async () => {
    const { el, host, press, sent } = await desk();
    const go = el.querySelector<HTMLButtonElement>("[aria-label=Continue]")!;
    host.model.receive({ running: true, written: 12 });
    expect([go.getAttribute("aria-label"), go.disabled]).toEqual([
      "Stop and keep what is there",
      false,
    ]);
    expect(el.querySelector("[aria-label=Continue]")).toBeNull();
    expect(el.querySelector("[aria-label=Progress]")!.textContent).toContain("12 notes");
    press("Stop and keep what is there");
    expect(sent()).toEqual([{ kind: "act", act: "stop" }]);
    host.close();
  });

  test("a Stop that is not heard says why, until it is", async () => {
    const { el, host, press } = await desk({ running: true, written: 12 });
    const words = () => el.querySelector("[aria-label=Progress]")!.textContent;
    vi.useFakeTimers();
    press("Stop and keep what is there");
    vi.advanceTimersByTime(1000);
    expect(words()).toContain("12 notes");
    vi.advanceTimersByTime(1000);
    expect(words()).toContain("another cell is running");
    host.model.receive({ written: 14 });
    expect(words()).toContain("another cell is running");
    host.model.receive({ running: false });
    expect(words()).toBe("");
    host.model.receive({ running: true, written: 1 });
    expect(words()).toContain("1 note");
    vi.useRealTimers();
    host.close();
  });

  test("one drawer is open at a time, and closes by its own button", async () => {
    const { el, host } = await desk();
    const shown = () =>
      [...el.querySelectorAll<HTMLElement>(".mnb-drawer-inside > div")]
        .slice(1)
        .filter((part) => !part.hidden)
        .map((part) => part.className);
    expect(shown()).toEqual(["mnb-desk-takes"]);
    el.querySelector<HTMLElement>(".mnb-rail [data-drawer=keep]")!.click();
    host.model.receive({ drawer: "keep" });
    expect(shown()).toEqual(["mnb-desk-keep"]);
    el.querySelector<HTMLElement>(".mnb-rail [data-drawer=keep]")!.click();
    expect(host.model.get("drawer")).toBe("");
  });

  test("single keys work the desk, but not where one types", async () => {
    const { el, sent, host } = await desk();
    const key = (on: string, name: string) =>
      el
        .querySelector<HTMLElement>(on)!
        .dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    key("[aria-label='Motif as text']", "c");
    expect(sent()).toEqual([]);
    key(".mnb-rail button", "c");
    key(".mnb-rail button", "n");
    expect(sent()).toEqual([
      { kind: "act", act: "continue" },
      { kind: "act", act: "again" },
    ]);
    key(".mnb-rail button", "k");
    expect(host.model.get("drawer")).toBe("keep");
  });

  test("it says when nobody answers, and when somebody does", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    const { el, host, press } = await desk();
    const notice = el.querySelector<HTMLElement>(".mnb-notice")!;
    const go = el.querySelector<HTMLButtonElement>("[aria-label=Continue]")!;
    vi.advanceTimersByTime(3000);
    expect([notice.hidden, go.disabled]).toEqual([true, false]);
    vi.advanceTimersByTime(3000);
    expect([notice.hidden, go.disabled]).toEqual([false, true]);
    expect(notice.textContent).toContain("This is a picture");
    host.model.message({ kind: "here" });
    expect([notice.hidden, go.disabled]).toEqual([true, false]);
    el.classList.add("jupyter-widgets-disconnected");
    vi.advanceTimersByTime(1000);
    expect(notice.textContent).toContain("Run the cell again, then bring back earlier work");
    host.model.send = () => {
      throw new Error("Cannot send");
    };
    press("Undo");
    expect(el.querySelector(".mnb-error")!.textContent).toContain("Run the cell again");
    host.close();
    vi.useRealTimers();
  });

  test("the layout has five sizes", () => {
    expect([300, 600, 1000, 1300, 1600].map(sizeOf)).toEqual(["xs", "s", "m", "l", "xl"]);
  });

  test("a number outside its range is taken back", async () => {
    const { el, host } = await desk();
    const field = el.querySelector<HTMLInputElement>("[aria-label='Length in bars']")!;
    field.value = "900";
    field.dispatchEvent(new Event("change"));
    expect(field.value).toBe("4");
    field.value = "8";
    field.dispatchEvent(new Event("change"));
    expect(host.model.get("bars")).toBe(8);
  });

  test("it tells when the work was saved, and asks before unsaved work is closed", async () => {
    const at = new Date(2026, 10, 21, 12, 3).getTime() / 1000;
    const { el, host } = await desk({ saved_at: at });
    expect(el.querySelector("[aria-label=Saved]")!.textContent).toBe(
      `Saved ${clockTime(at)}. Closing this page loses nothing.`,
    );
    expect(clockTime(at)).toMatch(/12:03/);
    const closing = () => {
      const event = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(closing()).toBe(false);
    host.model.receive({ saved_at: 0 });
    expect(closing()).toBe(true);
    host.close();
  });

  test("nobody's page is warned of its server's end, until somebody comes", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    const { el, host, press, sent } = await desk({ idle_minutes: 10, saved_at: 1 });
    const warned = () => !el.querySelector<HTMLElement>(".mnb-desk-idle")!.hidden;
    vi.advanceTimersByTime(7.9 * 60_000);
    expect(warned()).toBe(false);
    vi.advanceTimersByTime(0.2 * 60_000);
    expect(warned()).toBe(true);
    expect(el.querySelector(".mnb-desk-idle")!.textContent).toContain("8 minutes");
    press("Save all takes before the server ends");
    expect(sent()).toEqual([{ kind: "act", act: "save_all" }]);
    document.body.dispatchEvent(new Event("keydown", { bubbles: true }));
    expect(warned()).toBe(false);
    host.close();
    vi.useRealTimers();
    expect([warnsAfter(10), warnsAfter(1)]).toEqual([8, 0.5]);
  });

  test("adventurousness has words", () => {
    expect([0.3, 0.7, 1, 1.2, 1.6].map(adventure)).toEqual([
      "very careful",
      "careful",
      "as learned",
      "bold",
      "wild",
    ]);
  });

  test("styles and guidance are there where the model has them", async () => {
    const { el, host } = await desk();
    const [styles, guidance] = ["Style", "Hold to the motif"].map(
      (name) => el.querySelector<HTMLSelectElement>(`[aria-label="${name}"]`)!,
    ) as [HTMLSelectElement, HTMLSelectElement];
    const shown = () => [styles, guidance].map((one) => one.closest("label")!.style.display !== "none");
    expect(shown()).toEqual([false, false]);
    host.model.receive({ styles: ["string quartet", "song"], most_guidance: 2 });
    expect(shown()).toEqual([true, true]);
    expect([...styles.options].map((one) => one.text)).toEqual([
      ...["the motif says", "string quartet", "song"],
    ]);
    styles.value = "song";
    styles.dispatchEvent(new Event("change"));
    guidance.value = "1.5";
    guidance.dispatchEvent(new Event("input"));
    expect([host.model.get("style"), host.model.get("guidance")]).toEqual(["song", 1.5]);
    const folded = el.querySelector(".mnb-settings-folded")!.textContent;
    expect(folded).toContain("song, as learned, held fast");
  });
});
