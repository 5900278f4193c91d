import { afterEach, describe, expect, test } from "vitest";
import { closeDesks, desk } from "./shown";

afterEach(closeDesks);

describe("a motif", () => {
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

  test("several lines that are pasted are shown where there is room, and used there", async () => {
    const { el, host, sent } = await desk();
    const field = el.querySelector<HTMLTextAreaElement>("[aria-label='Motif as text']")!;
    const paste = (text: string) => {
      const event = new Event("paste", { bubbles: true, cancelable: true });
      field.dispatchEvent(Object.assign(event, { clipboardData: { getData: () => text } }));
      return event.defaultPrevented;
    };
    expect(paste("C4 D4\n")).toBe(false);
    expect(host.model.get("drawer")).toBe("takes");
    expect(paste("X:1\nK:C\nCDE\n")).toBe(true);
    expect([host.model.get("drawer"), host.model.get("begin_tab")]).toEqual(["begin", "type"]);
    const lines = el.querySelector<HTMLTextAreaElement>("[aria-label^='Music as text']")!;
    expect(lines.value).toBe("X:1\nK:C\nCDE");
    const use = el.querySelector<HTMLButtonElement>("[aria-label='Begin with this text']")!;
    expect(use.disabled).toBe(false);
    lines.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(sent()).toEqual([]);
    lines.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true }));
    use.click();
    const asked = { kind: "prime", source: "text", text: "X:1\nK:C\nCDE" };
    expect(sent()).toEqual([asked, asked]);
    lines.value = " ";
    lines.dispatchEvent(new Event("input"));
    expect(use.disabled).toBe(true);
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
