/** A desk that tests look at: its state, and a host that shows it. */

import { Host } from "../fake";
import type { TakeRow } from "../../src/core/wire/desk";

// Two notes: a given one, and one of the second voice that a model wrote.
export const SKETCH = btoa(String.fromCharCode(0, 63, 72, 0, 64, 63, 60, 129));
export const takes: TakeRow[] = [
  ["p", "", "<img src=x onerror=alert(1)>", "given, 2 bars", 0, ""],
  ["a", "p", "first", "4 bars, seed 7", 0, SKETCH],
  ["c", "a", "third", "2 bars, seed 9", 0, ""],
  ["b", "p", "second", "4 bars, seed 8", 2, ""],
];
export const state = {
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
const hosts: Host[] = [];

/** Take away what was shown. */
export const closeDesks = (): void => hosts.splice(0).forEach((host) => host.close());

export async function desk(changes: Record<string, unknown> = {}) {
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
