import { afterEach, describe, expect, test } from "vitest";
import { CLOSE } from "../../src/desk/ask";
import { familyOf, letters, treeOrder } from "../../src/desk/takes";
import type { TakeRow } from "../../src/core/wire/desk";
import { closeDesks, desk, takes } from "./shown";

afterEach(closeDesks);

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
