import { afterEach, describe, expect, test } from "vitest";
import type { PlanAct, PlanRow } from "../../src/core/wire/desk";
import { freePlace, movedRow, statementWords, tintOf } from "../../src/desk/plan";
import { Host } from "../fake";

const hosts: Host[] = [];
afterEach(() => hosts.splice(0).forEach((host) => host.close()));

const VOICES = ["soprano", "alto", "tenor", "bass"];
const rows: PlanRow[] = [
  ["as it is", "soprano", 1, "", 0, "", 2],
  ["sequence", "alto", 5, "", 1, "", 2],
  ["tonal answer", "bass", 8, "3", 0, "G major", 2],
];

describe("statements of a plan", () => {
  test("are said with form, steps, key, voice and place", () => {
    expect(rows.map(statementWords)).toEqual([
      "1. as it is, soprano, bar 1",
      "2. sequence +1, alto, bar 5",
      "3. tonal answer in G major, bass, bar 8, beat 3",
    ]);
  });

  test("move by bars and voices, and not beyond the piece or the voices", () => {
    expect(movedRow(rows, 1, { bars: -2, voices: 1 }, 8, VOICES)?.[1]?.slice(0, 3)).toEqual(["sequence", "tenor", 3]);
    expect(movedRow(rows, 1, { bars: -2, voices: 1 }, 8, VOICES)?.[0]).toBe(rows[0]);
    expect(movedRow(rows, 0, { bars: -1 }, 8, VOICES)).toBeUndefined();
    expect(movedRow(rows, 2, { bars: 1 }, 8, VOICES)).toBeUndefined();
    expect(movedRow(rows, 0, { voices: -1 }, 8, VOICES)).toBeUndefined();
    expect(movedRow(rows, 2, { voices: 1 }, 8, VOICES)).toBeUndefined();
    expect(movedRow(rows, 7, { bars: 1 }, 8, VOICES)).toBeUndefined();
  });

  test("find room behind the others, then before them, or none", () => {
    expect(freePlace(rows, 2, 12, VOICES)).toEqual({ voice: "soprano", bar: 10 });
    expect(freePlace(rows, 2, 8, VOICES)).toEqual({ voice: "alto", bar: 1 });
    expect(freePlace([["as it is", "soprano", 1, "", 0, "", 2]], 2, 2, ["soprano"])).toBeUndefined();
    expect(freePlace([], 4, 2, VOICES)).toBeUndefined();
  });

  test("have the tint of what is done to the motif", () => {
    expect(tintOf("return")).toBe(tintOf("as it is"));
    expect(tintOf("tonal answer")).toBe(tintOf("answer"));
    expect(tintOf("tail")).toBe(tintOf("head"));
    expect(new Set(["as it is", "sequence", "answer", "inversion", "retrograde", "head"].map(tintOf)).size).toBe(6);
  });
});

const state = {
  takes: [["p", "", "motif", "given, 2 bars", 0, ""]],
  selected: "p",
  drawer: "plan",
  plan_presets: [
    ["period", "Period: the motif, a half close; again, a full close"],
    ["sentence", "Sentence"],
  ],
  plan_forms: [
    ["as it is", "as it is"],
    ["sequence", "some steps higher or lower, in the scale"],
    ["tonal answer", "the answer"],
  ],
  plan_voices: VOICES,
  plan_name: "period",
  plan_rows: rows,
  plan_bars: 8,
  plan_words: "",
  plan_fault: 0,
  plan_better: [],
  plan_suggested: [],
};

async function drawer(changes: Record<string, unknown> = {}) {
  const { default: widget } = await import("../../src/widgets/desk");
  const host = await new Host(widget, { ...state, ...changes }).start();
  hosts.push(host);
  const { el } = await host.view();
  const plan = el.querySelector<HTMLElement>(".mnb-desk-plan")!;
  const named = <T extends HTMLElement>(name: string) => plan.querySelector<T>(`[aria-label="${name}"]`)!;
  const blocks = () => [...plan.querySelectorAll<HTMLElement>(".mnb-plan-block")];
  const sent = () =>
    host.model.sent
      .map(({ content }) => content as unknown as PlanAct)
      .filter(({ kind }) => kind === "plan");
  const key = (block: HTMLElement, name: string) =>
    block.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  return { host, plan, named, blocks, sent, key };
}

describe("the drawer", () => {
  test("a block is dragged to another bar and voice, and back where it is let go of nowhere", async () => {
    const { blocks, sent, plan } = await drawer();
    const lanes = plan.querySelector<HTMLElement>(".mnb-plan-lanes")!;
    Object.defineProperty(lanes, "clientWidth", { value: 160 });
    const drag = (type: string, x: number, y: number, on: Element = blocks()[1]!) =>
      on.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: x, clientY: y, button: 0 }));
    drag("pointerdown", 100, 40);
    drag("pointermove", 125, 70);
    expect(blocks()[1]!.style.transform).toBe("translate(25px, 30px)");
    drag("pointerup", 141, 70);
    expect(blocks()[1]!.style.transform).toBe("");
    expect(sent()[0]!.rows[1]!.slice(0, 3)).toEqual(["sequence", "tenor", 7]);
    drag("pointerdown", 100, 40);
    drag("pointerup", 103, 42);
    drag("pointerdown", 100, 40);
    drag("pointercancel", 300, 40);
    expect(sent()).toHaveLength(1);
  });

  test("a statement is added where there is room, and not where there is none", async () => {
    const { named, sent } = await drawer();
    named("Add a statement where there is room").click();
    expect(sent()[0]!.rows[0]!.slice(0, 3)).toEqual(["as it is", "soprano", 1]);
    expect(sent()[0]!.rows).toContainEqual(["as it is", "alto", 1, "", 0, "", 2]);
    const full = await drawer({ plan_rows: [["as it is", "soprano", 1, "", 0, "", 8]], plan_voices: ["soprano"] });
    full.named("Add a statement where there is room").click();
    expect(full.sent()).toEqual([]);
  });

  test("a preset is asked for by its name", async () => {
    const { named, sent } = await drawer();
    const presets = named<HTMLSelectElement>("Plan by name");
    expect(presets.value).toBe("period");
    presets.value = "sentence";
    presets.dispatchEvent(new Event("change"));
    expect(sent()).toEqual([{ kind: "plan", act: "preset", name: "sentence", rows: [], bars: 8 }]);
  });

  test("arrow keys move the chosen statement, Delete takes it away", async () => {
    const { blocks, sent, key } = await drawer();
    expect(blocks().map((block) => block.getAttribute("aria-label"))).toEqual(rows.map(statementWords));
    blocks()[1]!.click();
    expect(blocks().map((block) => block.getAttribute("aria-pressed"))).toEqual(["false", "true", "false"]);
    key(blocks()[1]!, "ArrowRight");
    key(blocks()[1]!, "ArrowDown");
    key(blocks()[1]!, "Delete");
    expect(sent().map(({ act, rows: told }) => [act, told[1]?.slice(1, 3)])).toEqual([
      ["change", ["alto", 6]],
      ["change", ["tenor", 5]],
      ["change", ["bass", 8]],
    ]);
    expect(sent()[2]!.rows).toHaveLength(2);
  });

  test("rows go to the kernel in the order of time", async () => {
    const { blocks, sent, named } = await drawer();
    blocks()[0]!.click();
    const bar = named<HTMLInputElement>("Bar of the statement");
    bar.value = "7";
    bar.dispatchEvent(new Event("change"));
    expect(sent()[0]!.rows.map((row) => row[2])).toEqual([5, 7, 8]);
  });

  test("a bar that is not there is not asked for", async () => {
    const { sent, named } = await drawer();
    const bar = named<HTMLInputElement>("Bar of the statement");
    for (const wrong of ["0", "9", "", "2.5"]) {
      bar.value = wrong;
      bar.dispatchEvent(new Event("change"));
      expect(bar.value).toBe("1");
    }
    expect(sent()).toEqual([]);
  });

  test("what cannot stand is said, cannot be written, and goes where it could", async () => {
    const better: PlanRow = ["sequence", "alto", 6, "", 1, "", 2];
    const { named, blocks, sent, plan } = await drawer({
      plan_fault: 2,
      plan_words: "Sequence +1 in the alto, bar 5: it clashes. It could stand in the alto, bar 6, beat 1.",
      plan_better: [better],
    });
    expect(plan.querySelector("[role=status]")!.textContent).toContain("it clashes");
    expect(blocks()[1]!.hasAttribute("data-fault")).toBe(true);
    const write = named<HTMLButtonElement>("Have the model write all other notes around these statements");
    expect(write.disabled).toBe(true);
    named("Move the statement to the place that is named").click();
    expect(sent()[0]!.rows[1]).toEqual(better);
  });

  test("a suggested statement is added where it is pressed", async () => {
    const more: PlanRow = ["inversion", "tenor", 3, "", 0, "", 2];
    const { blocks, sent, named } = await drawer({ plan_suggested: [more] });
    blocks()[3]!.click();
    expect(sent()[0]!.rows).toHaveLength(4);
    expect(sent()[0]!.rows[1]).toEqual(more);
    named("Look for places where the motif could come back, by what the model makes of them").click();
    expect(sent()[1]!.act).toBe("suggest");
  });

  test("it is written as it stands, and not while something is written", async () => {
    const { host, named, sent } = await drawer();
    const write = named<HTMLButtonElement>("Have the model write all other notes around these statements");
    write.click();
    expect(sent()[0]!.act).toBe("write");
    host.model.receive({ running: true });
    expect(write.disabled).toBe(true);
  });

  test("without plans it says why", async () => {
    const { plan } = await drawer({ plan_presets: [], plan_words: "No plan for this: 4 voices", plan_rows: [] });
    expect(plan.querySelector<HTMLElement>(".mnb-plan-box")!.hidden).toBe(true);
    expect(plan.textContent).toContain("No plan for this: 4 voices");
  });
});
