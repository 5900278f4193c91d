import { afterEach, describe, expect, test, vi } from "vitest";
import { barsIn } from "../../src/core/bars";
import { clockOf } from "../../src/core/clock";
import { CLOSE } from "../../src/desk/ask";
import { sizeOf } from "../../src/desk/layout";
import { adventure } from "../../src/desk/settings";
import { barsAsText } from "../../src/desk/wishes";
import { clockTime, warnsAfter } from "../../src/desk/safe";
import { familyOf, letters, treeOrder } from "../../src/desk/takes";
import { Life } from "../../src/core/life";
import type { TakeRow } from "../../src/core/wire/desk";
import { quarters } from "../../src/core/units";
import { contract } from "../contract";
import { Host } from "../fake";

// Two notes: a given one, and one of the second voice that a model wrote.
const SKETCH = btoa(String.fromCharCode(0, 63, 72, 0, 64, 63, 60, 129));
const takes: TakeRow[] = [
  ["p", "", "<img src=x onerror=alert(1)>", "given, 2 bars", 0, ""],
  ["a", "p", "first", "4 bars, seed 7", 0, SKETCH],
  ["c", "a", "third", "2 bars, seed 9", 0, ""],
  ["b", "p", "second", "4 bars, seed 8", 2, ""],
];
const state = {
  bars: 4,
  temperature: 1,
  top_p: 0.9,
  seed: 7,
  seed_locked: false,
  candidates: 1,
  one_bar: false,
  model: "chorale",
  prime_bars: 0,
  prime_voice: "",
  takes,
  selected: "a",
  compared: "",
  comparison: "",
  running: false,
  written: 0,
  reading: "",
  kept: "",
  can_undo: true,
  began: 0,
  locked_voices: [],
  locked_bars: "",
  saved_at: 0,
  idle_minutes: 0,
  listen: true,
  can_redo: false,
  shelf: [["bach", "B-A-C-H"]],
  models: ["chorale"],
  voices: ["soprano", "alto"],
  sessions: [],
  forms: ["mid", "wav"],
  closing: true,
  drawer: "takes",
  begin_tab: "famous",
  motif: "C5 D5",
  key: "C major",
  key_source: "motif",
  metre: "4/4",
  key_choices: [],
  metre_choices: [],
  ends: 0,
  asked: "",
};

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

const hosts: Host[] = [];
afterEach(() => hosts.splice(0).forEach((host) => host.close()));

async function desk(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/desk");
  const host = await new Host(widget, { ...state, ...changes }).start();
  hosts.push(host);
  const { el } = await host.view();
  const press = (name: string) => el.querySelector<HTMLElement>(`[aria-label="${name}"]`)!.click();
  const items = () => [...el.querySelectorAll<HTMLElement>("[role=treeitem]")];
  const sent = () =>
    host.model.sent
      .map(({ content }) => content)
      .filter((content) => (content as { kind: string }).kind !== "hello");
  return { host, el, press, items, sent };
}

describe("questions", () => {
  const NAME = "What became of the motif?";

  test("one opens, the same one or the way back closes it", async () => {
    const { host, el, press, sent } = await desk();
    const back = el.querySelector<HTMLElement>(`[aria-label='${CLOSE}']`)!;
    expect(back.hidden).toBe(true);
    press(NAME);
    host.model.receive({ asked: "motif", asked_words: "Below, in place of the score: first." });
    expect(back.hidden).toBe(false);
    expect(el.querySelector(`[aria-label="${NAME}"]`)!.getAttribute("aria-pressed")).toBe("true");
    expect(el.querySelector("[aria-label='Which take is asked about']")!.textContent).toContain(
      "first",
    );
    press(NAME);
    back.click();
    expect(sent()).toEqual([
      { kind: "ask", what: "motif" },
      { kind: "ask", what: "" },
      { kind: "ask", what: "" },
    ]);
  });

  test("nothing can be asked while it is written, or before there is a take", async () => {
    for (const changes of [{ running: true }, { selected: "" }]) {
      const { el } = await desk(changes);
      expect(el.querySelector<HTMLButtonElement>(`[aria-label="${NAME}"]`)!.disabled).toBe(true);
    }
  });
});

describe("the tree", () => {
  test("children stand below their parents, orphans at the root", () => {
    const rows: TakeRow[] = [...takes, ["x", "gone", "orphan", "", 0, ""]];
    expect(treeOrder(rows).map(({ row, depth }) => [row[0], depth])).toEqual([
      ["p", 0],
      ["a", 1],
      ["c", 2],
      ["b", 1],
      ["x", 0],
    ]);
  });

  test("letters hide every take but the primes, each another, in an order of their own", () => {
    const found = letters(takes, 1);
    expect([...found.keys()].sort()).toEqual(["a", "b", "c"]);
    expect(new Set(found.values()).size).toBe(3);
    const orders = new Set(
      Array.from({ length: 20 }, (_, salt) => [...letters(takes, salt * 7919).keys()].join()),
    );
    expect(orders.size).toBeGreaterThan(2);
  });

  test("a blind audition is about one motif", () => {
    const others: TakeRow[] = [...takes, ["q", "", "other", "", 0, ""], ["r", "q", "of it", "", 0, ""]];
    expect(familyOf(others, "c").map(([id]) => id)).toEqual(["p", "a", "c", "b"]);
    expect(familyOf(others, "q").map(([id]) => id)).toEqual(["q", "r"]);
  });

  test("a take has a small roll, which blind listening hides", async () => {
    const { items, press } = await desk();
    const drawn = () => items().map((one) => one.querySelector("canvas")!.dataset.notes);
    expect(drawn()).toEqual(["0", "2", "0", "0"]);
    press("Listen blind: hide which take is which");
    expect(drawn()).toEqual(["0", "0", "0", "0"]);
  });

  test("names are text", async () => {
    const { el, items } = await desk();
    expect(el.querySelector("img")).toBeNull();
    expect(items()[0]!.textContent).toContain("<img src=x");
  });

  test("arrows move, Enter selects, Delete deletes", async () => {
    const { el, items, sent } = await desk();
    const key = (name: string) =>
      el
        .querySelector("[role=tree]")!
        .dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
    expect(
      items()
        .filter((one) => one.tabIndex === 0)
        .map((one) => one.dataset.id),
    ).toEqual(["a"]);
    key("ArrowDown");
    expect(
      items()
        .filter((one) => one.tabIndex === 0)
        .map((one) => one.dataset.id),
    ).toEqual(["c"]);
    key("Enter");
    key("Delete");
    expect(sent()).toEqual([
      { kind: "take", act: "select", id: "c", text: "" },
      { kind: "take", act: "delete", id: "c", text: "" },
    ]);
  });

  test("a new name is sent once, Escape sends none", async () => {
    const { el, press, sent } = await desk();
    const rename = (name: string, key: string) => {
      press("Rename the take (F2)");
      const field = el.querySelector<HTMLInputElement>("[aria-label='Name of the take']")!;
      field.value = name;
      field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    };
    rename("mine", "Escape");
    rename("best", "Enter");
    expect(sent()).toEqual([{ kind: "take", act: "rename", id: "a", text: "best" }]);
  });

  test("blind listening hides names and settings", async () => {
    const { items, press } = await desk();
    press("Listen blind: hide which take is which");
    const text = items()
      .map((one) => one.textContent)
      .join(" ");
    expect(text).not.toMatch(/first|second|third|seed/);
    expect(text).toMatch(/Take A.*Take B.*Take C/);
  });
});

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

  test("the field shows the motif, and Enter begins with what is typed", async () => {
    const { el, sent } = await desk();
    const field = el.querySelector<HTMLTextAreaElement>("[aria-label='Motif as text']")!;
    expect(field.value).toBe("C5 D5");
    const enter = (more: KeyboardEventInit = {}) =>
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...more }));
    field.value = "X:1\nK:C\nCDE";
    field.dispatchEvent(new Event("input"));
    expect(Number(field.rows)).toBe(3);
    enter({ shiftKey: true });
    enter();
    expect(sent()).toEqual([{ kind: "prime", source: "text", text: "X:1\nK:C\nCDE" }]);
    expect(el.querySelector(".mnb-desk-field")!.textContent).toContain("C major from your motif");
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
    const { el, host } = await desk();
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

  test("of a file with several parts one is chosen; of chords the highest or the lowest notes", async () => {
    const { el, host, sent } = await desk({ file_parts: [] });
    const box = () => el.querySelector<HTMLElement>(".mnb-file-parts")!;
    expect(box().hidden).toBe(true);
    host.model.receive({
      file_name: "<b>pop.mid",
      file_parts: [
        [1, "Lead", "38 notes, one line", 1, true],
        [2, "Chords", "90 notes, up to 3 together", 3, false],
      ],
      file_words: "drums are left out.",
      file_chosen: "1",
    });
    expect(box().hidden).toBe(false);
    expect(box().textContent).toContain("<b>pop.mid has 2 parts. Which is the motif?");
    expect(box().textContent).toContain("drums are left out.");
    const rows = () => [...box().querySelectorAll<HTMLButtonElement>("button")];
    expect(rows().map((row) => row.querySelector("b")!.textContent)).toEqual([
      "Lead",
      "Chords: the highest notes",
      "Chords: the lowest notes",
      "All together",
    ]);
    expect(rows()[0]!.textContent).toContain("likely the tune");
    expect(rows().map((row) => row.getAttribute("aria-pressed"))).toEqual([
      ...["true", "false", "false", "false"],
    ]);
    rows()[2]!.click();
    rows()[3]!.click();
    expect(sent()).toEqual([
      { kind: "part", number: 2, line: "bottom" },
      { kind: "part", number: 0, line: "" },
    ]);
  });

  test("a file goes in pieces", async () => {
    const { el, sent } = await desk();
    const chooser = el.querySelector<HTMLInputElement>("input[type=file]")!;
    const file = new File([new Uint8Array(2_300_000)], "long.mid");
    Object.defineProperty(chooser, "files", { value: [file] });
    chooser.dispatchEvent(new Event("change"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const parts = sent() as {
      kind: string;
      part: number;
      parts: number;
      file: string;
      name: string;
    }[];
    expect(parts.map(({ kind, part, parts: all, name }) => [kind, part, all, name])).toEqual(
      [0, 1, 2].map((part) => ["file", part, 3, "long.mid"]),
    );
    expect(new Set(parts.map(({ file: id }) => id)).size).toBe(1);
  });
});
