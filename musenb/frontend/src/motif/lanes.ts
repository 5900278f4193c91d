/**
 * Lanes of returns, one for each form along the bars: real elements with names, read out and pressed as they are
 * seen.
 */

import type { PageClock } from "../core/clock";
import { element } from "../core/dom";
import type { Life } from "../core/life";
import type { Theme } from "../core/theme";
import { quarters } from "../core/units";
import type { Bar } from "../core/wire/notes";
import type { LaneRow, ReturnRow } from "../core/wire/motif";

/** One return in its lane; `number` counts the returns in the order of time, -1 is the motif itself. */
interface Placed {
  readonly number: number;
  readonly row: ReturnRow;
}

interface Lane {
  readonly name: string;
  readonly about: string;
  readonly placed: readonly Placed[];
}

const [TALL, GAP] = [22, 4];
/** Bar numbers closer together than this (pixels) are left out; narrower returns show no words. */
const [RULER_ROOM, WORDS_ROOM] = [26, 30];

/** Return in which row of its lane each return stands, so that none covers another. */
export function stacked(rows: readonly ReturnRow[]): number[] {
  const ends: number[] = [];
  return rows.map(([onset, end]) => {
    const free = ends.findIndex((until) => until <= onset + 1e-9);
    const row = free < 0 ? ends.length : free;
    ends[row] = end;
    return row;
  });
}

/** Return how often a form came, beside chance, in words. */
export function countText(found: number, byChance: number): string {
  return byChance < 0
    ? String(found)
    : `${found}, by chance ${byChance.toFixed(byChance < 0.1 && byChance > 0 ? 2 : 1)}`;
}

/** Return the lanes from the motif down. */
export function lanesOf(
  motif: ReturnRow | null,
  returns: readonly ReturnRow[],
  lanes: readonly LaneRow[],
): Lane[] {
  const numbered = returns.map((row, number) => ({ number, row }));
  const home: Lane[] = motif
    ? [{ name: "the motif", about: "", placed: [{ number: -1, row: motif }] }]
    : [];
  const found = lanes.map(([form, words, count, byChance]) => ({
    name: form,
    about: `${words}: ${countText(count, byChance)}`,
    placed: numbered.filter(({ row }) => row[3] === form),
  }));
  return [...home, ...found];
}

export interface LanesHost {
  readonly life: Life;
  readonly clock: PageClock;
  motif(): ReturnRow | null;
  returns(): readonly ReturnRow[];
  lanes(): readonly LaneRow[];
  bars(): readonly Bar[];
  end(): number;
  voices(): readonly string[];
  selected(): number;
  theme(): Theme;
  /** A return was chosen; `play` with the pointer or Enter, without it by an arrow key. */
  choose(number: number, play: boolean): void;
}

export class Lanes {
  readonly element = element("div", { class: "mnb-lanes" });
  readonly #list = element("div", {
    role: "listbox",
    "aria-label": "The motif and its returns",
    "aria-orientation": "horizontal",
  });
  readonly #ground = element("div", { class: "mnb-lane-ground", "aria-hidden": true });
  readonly #now = element("i", { class: "mnb-lane-now" });
  readonly #numbers = element("div");
  readonly #host: LanesHost;
  #width = 600;
  /** Where the arrow keys are. */
  #focused = -1;

  constructor(host: LanesHost) {
    this.#host = host;
    const ruler = element("div", { class: "mnb-lane-ruler", "aria-hidden": true }, this.#numbers);
    this.element.append(ruler, this.#ground, this.#list);
    const { life, clock } = host;
    life.on(this.#list, "click", (event) => {
      const number = numberOf(event.target);
      if (number !== undefined) this.#choose(number, true);
    });
    life.on(this.#list, "keydown", (event) => this.#key(event));
    life.on(ruler, "click", (event) => {
      const box = this.#numbers.getBoundingClientRect();
      if (box.width) clock.seek(quarters(((event.clientX - box.left) / box.width) * host.end()));
    });
    clock.follow(
      life,
      (playhead) => void (this.#now.style.left = share(playhead / (host.end() || 1))),
    );
    life.size(this.#numbers, (width) => {
      this.#width = width;
      this.#layBars();
      this.#thin();
    });
  }

  /** Other returns, counts or colours. */
  build(): void {
    const host = this.#host;
    const had = (this.element.getRootNode() as Document | ShadowRoot).activeElement;
    const inside = had !== null && this.#list.contains(had);
    const lanes = lanesOf(host.motif(), host.returns(), host.lanes());
    const numbers = lanes.flatMap(({ placed }) => placed.map(({ number }) => number));
    if (!numbers.includes(this.#focused))
      this.#focused = numbers.includes(host.selected()) ? host.selected() : (numbers[0] ?? -1);
    this.#list.replaceChildren(...lanes.map((lane) => this.#lane(lane)));
    this.#layBars();
    this.#thin();
    this.mark();
    if (inside) this.#option(this.#focused)?.focus({ preventScroll: true });
  }

  /** Show which one is selected. */
  mark(): void {
    const selected = this.#host.selected();
    if (selected >= 0) this.#focused = selected;
    for (const option of this.#options()) {
      const number = Number(option.dataset.number);
      option.setAttribute("aria-selected", String(number === selected));
      option.tabIndex = number === this.#focused ? 0 : -1;
    }
  }

  #lane(lane: Lane): HTMLElement {
    const name = element(
      "div",
      { class: "mnb-lane-name", "aria-hidden": true },
      lane.name,
      element("small", {}, lane.about),
    );
    const track = element("div", { class: "mnb-lane-track" });
    const rows = stacked(lane.placed.map(({ row }) => row));
    track.style.height = `${(Math.max(0, ...rows) + 1) * (TALL + GAP) + GAP}px`;
    track.append(...lane.placed.map((placed, place) => this.#bar(placed, rows[place] ?? 0)));
    const label = `${lane.name}${lane.about ? `, ${lane.about}` : ""}`;
    return element("div", { class: "mnb-lane", role: "group", "aria-label": label }, name, track);
  }

  #bar({ number, row }: Placed, line: number): HTMLElement {
    const [onset, end, voices, , interval, words, confidence] = row;
    const host = this.#host;
    const names = voices.map((voice) => host.voices()[voice] ?? `voice ${voice + 1}`);
    const kept = number < 0 ? "" : `, ${Math.round(100 * confidence)} % kept`;
    const said = number < 0 ? words : `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}${kept}`;
    const made = element(
      "div",
      {
        class: "mnb-return",
        role: "option",
        "data-number": number,
        "aria-label": said,
        title: said,
      },
      number < 0 ? names.join(" to ") : `${names.join(" to ")}, ${interval}`,
    );
    const whole = host.end() || 1;
    made.style.left = share(onset / whole);
    made.style.width = `calc(${share((end - onset) / whole)} - 1px)`;
    made.style.top = `${GAP + line * (TALL + GAP)}px`;
    made.style.setProperty("--mnb-kept", String(confidence));
    const colours = host.theme().voices;
    made.style.setProperty("--mnb-voice", colours[(voices[0] ?? 0) % colours.length] ?? "");
    return made;
  }

  #layBars(): void {
    const whole = this.#host.end() || 1;
    const lines: HTMLElement[] = [];
    const numbers: HTMLElement[] = [];
    let free = -Infinity;
    for (const [onset, , number] of this.#host.bars()) {
      const at = (onset / whole) * this.#width;
      const line = element("i");
      line.style.left = share(onset / whole);
      if (onset > 0) lines.push(line);
      if (!number || at < free || at > this.#width - 12) continue;
      free = at + RULER_ROOM;
      const label = element("span", {}, String(number));
      label.style.left = share(onset / whole);
      numbers.push(label);
    }
    this.#ground.replaceChildren(...lines, this.#now);
    this.#numbers.replaceChildren(...numbers);
  }

  #thin(): void {
    const whole = this.#host.end() || 1;
    const rows = this.#host.returns();
    for (const option of this.#options()) {
      const row =
        Number(option.dataset.number) < 0
          ? this.#host.motif()
          : rows[Number(option.dataset.number)];
      if (row)
        option.classList.toggle("mnb-thin", ((row[1] - row[0]) / whole) * this.#width < WORDS_ROOM);
    }
  }

  #options(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  #option(number: number): HTMLElement | undefined {
    return this.#options().find((one) => one.dataset.number === String(number));
  }

  #choose(number: number, play: boolean): void {
    this.#focused = number;
    this.#host.choose(number, play);
    this.mark();
    this.#option(number)?.focus({ preventScroll: true });
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const lanes = lanesOf(this.#host.motif(), this.#host.returns(), this.#host.lanes());
    const found = lanes.flatMap(({ placed }, lane) => placed.map((one) => ({ ...one, lane })));
    // Left and right go by time, whatever the lane; the motif stands before all.
    const order = found.sort((a, b) => a.number - b.number);
    const place = order.findIndex(({ number }) => number === this.#focused);
    const here = order[place];
    if (!here) return;
    const beside = (by: number) => {
      const lane = lanes[here.lane + by]?.placed ?? [];
      return [...lane].sort(
        (a, b) => Math.abs(a.row[0] - here.row[0]) - Math.abs(b.row[0] - here.row[0]),
      )[0];
    };
    const moves: Record<string, () => Placed | undefined> = {
      ArrowRight: () => order[place + 1],
      ArrowLeft: () => order[place - 1],
      ArrowDown: () => beside(1),
      ArrowUp: () => beside(-1),
      Home: () => order[0],
      End: () => order.at(-1),
    };
    const move = moves[event.key];
    if (move) {
      const next = move();
      if (next) this.#choose(next.number, false);
    } else if (event.key === "Enter" || event.key === " ") this.#choose(this.#focused, true);
    else if (event.key === "Escape") (event.target as HTMLElement).blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const share = (part: number): string => `${(100 * part).toFixed(4)}%`;

function numberOf(target: EventTarget | null): number | undefined {
  const option = (target as HTMLElement | null)?.closest<HTMLElement>("[role=option]");
  return option ? Number(option.dataset.number) : undefined;
}
