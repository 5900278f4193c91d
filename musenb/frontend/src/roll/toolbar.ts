/** Toolbar of the roll, the legend of its voices and the list of its keys. */

import { button, element, setSign } from "../core/dom";
import type { Life } from "../core/life";
import { rove } from "../core/rove";
import { lettersOf } from "../marks/roll-notes";
import type { Theme } from "../core/theme";
import { DIFFERS, GENERATED, LOCKED } from "../core/wire/notes";
import { KEYS } from "./keys";
import type { Stage } from "./stage";

export interface ToolbarOptions {
  drawing(): boolean;
  setDrawing(drawing: boolean): void;
  snap(): number;
  setSnap(snap: number): void;
  seconds(): boolean;
  setSeconds(seconds: boolean): void;
  follow(): boolean;
  setFollow(follow: boolean): void;
  lane(): boolean;
  setLane(lane: boolean): void;
  toggle(): void;
}

const SNAPS: readonly (readonly [value: number, name: string])[] = [
  ...([
    [0, "off"],
    [4, "whole"],
    [2, "half"],
    [1, "quarter"],
    [0.5, "eighth"],
    [0.25, "sixteenth"],
  ] as const),
  ...([
    [0.125, "thirty-second"],
    [2 / 3, "quarter triplet"],
    [1 / 3, "eighth triplet"],
  ] as const),
];

// What the looks of notes mean; those of the last two are told while there are such.
const SIGNS = [
  [0, "given"],
  [GENERATED, "generated"],
  [LOCKED, "locked"],
  [DIFFERS, "differs"],
] as const;

export interface Toolbar {
  readonly element: HTMLElement;
  /** Bring the buttons up to date. */
  show(): void;
}

/** Return the toolbar: one tab stop, arrow keys go from button to button. */
export function buildToolbar(life: Life, stage: Stage, options: ToolbarOptions): Toolbar {
  const { editor } = stage;
  const { clock, store } = editor;
  const shows: (() => void)[] = [];
  const add = (
    made: HTMLButtonElement,
    click: () => unknown,
    show?: (made: HTMLButtonElement) => void,
  ) => {
    life.on(made, "click", () => {
      click();
      refresh();
    });
    if (show) shows.push(() => show(made));
    return made;
  };
  const pressed = (is: () => boolean) => (made: HTMLButtonElement) =>
    made.setAttribute("aria-pressed", String(is()));
  const enabled = (is: () => boolean) => (made: HTMLButtonElement) => void (made.disabled = !is());
  const refresh = () => shows.forEach((show) => show());
  const play = add(
    button("▶", "Play", { "aria-keyshortcuts": "Space" }),
    options.toggle,
    (made) => {
      const name = clock.playing ? "Pause" : "Play";
      setSign(made, clock.playing ? "⏸" : "▶");
      for (const attribute of ["aria-label", "title"]) made.setAttribute(attribute, name);
    },
  );
  const changes = [
    add(
      button("✎", "Draw notes", { "aria-keyshortcuts": "D" }),
      () => options.setDrawing(!options.drawing()),
      (made) => {
        pressed(options.drawing)(made);
        enabled(() => store.editable)(made);
      },
    ),
    add(
      button("↶", "Undo", { "aria-keyshortcuts": "Control+Z" }),
      () => editor.undo(),
      enabled(() => store.editable && store.canUndo),
    ),
    add(
      button("↷", "Redo", { "aria-keyshortcuts": "Control+Y" }),
      () => editor.redo(),
      enabled(() => store.editable && store.canRedo),
    ),
    add(
      button("✕", "Delete the selected notes", { "aria-keyshortcuts": "Delete" }),
      () => editor.remove(),
      enabled(() => store.editable && editor.selected.size > 0),
    ),
  ];
  const views = [
    add(button("−", "Zoom out"), () => stage.zoom(0.7)),
    add(button("+", "Zoom in"), () => stage.zoom(1 / 0.7)),
    add(button("⤢", "Show all pitches, from the beginning"), () => stage.fit()),
    add(
      button("⇥", "Follow the playhead"),
      () => options.setFollow(!options.follow()),
      pressed(options.follow),
    ),
    add(
      button("0:00", "Seconds instead of bars"),
      () => options.setSeconds(!options.seconds()),
      pressed(options.seconds),
    ),
    add(button("▂▅▇", "Velocities"), () => options.setLane(!options.lane()), pressed(options.lane)),
  ];
  const snap = snapSelect(life, options, shows);
  const made = element(
    "div",
    { class: "mnb-bar", role: "toolbar", "aria-label": "Roll" },
    play,
    ...changes,
    snap,
    ...views,
  );
  rove(life, made);
  refresh();
  return { element: made, show: refresh };
}

function snapSelect(life: Life, options: ToolbarOptions, shows: (() => void)[]): HTMLElement {
  const select = element("select", { "aria-label": "Snap to", title: "Snap to" });
  for (const [value, name] of SNAPS)
    select.append(element("option", { value }, value ? name : "no grid"));
  life.on(select, "change", () => options.setSnap(Number(select.value)));
  shows.push(() => {
    const near = SNAPS.find(([value]) => Math.abs(value - options.snap()) < 1e-6);
    let own = select.querySelector<HTMLOptionElement>("[data-own]");
    if (near) own?.remove();
    else {
      own ??= select.appendChild(element("option", { "data-own": true }));
      own.value = String(options.snap());
      own.textContent = `${Number(options.snap().toFixed(3))} quarters`;
    }
    select.value = String(near?.[0] ?? options.snap());
  });
  return select;
}

/** Return the legend: a button a voice brings it to the front; it is also the voice that is drawn. */
export function buildLegend(life: Life, stage: Stage, theme: () => Theme | undefined): Toolbar {
  const group = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Voices" });
  const { editor } = stage;
  let inner: Life | undefined;
  let shown = "";
  const build = (names: readonly string[]) => {
    inner?.end();
    inner = life.child();
    const mine = inner;
    group.replaceChildren(
      ...lettersOf(names).map((letter, voice) => {
        const name = names[voice] ?? "";
        const made = element("button", {
          type: "button",
          class: "mnb-roll-voice",
          "data-voice": voice,
          title: `Bring ${name} to the front`,
        });
        made.append(element("b", {}, letter), ` ${name}`);
        mine.on(made, "click", () => {
          stage.front = stage.front === voice ? undefined : voice;
          editor.voice = voice;
          stage.refresh();
          show();
        });
        return made;
      }),
      ...SIGNS.map(([flag, name]) =>
        element(
          "span",
          { class: "mnb-roll-sign", "data-flag": flag },
          element("span", { class: `mnb-roll-key ${name}`, "aria-hidden": true }),
          name,
        ),
      ),
    );
    rove(inner, group);
  };
  const show = () => {
    const names = editor.store.notes.piece.voices;
    const key = JSON.stringify(names);
    if (key !== shown) build(names);
    shown = key;
    const flags = editor.store.table.flags.reduce((all, flag) => all | flag, 0);
    for (const sign of group.querySelectorAll<HTMLElement>("[data-flag]")) {
      const flag = Number(sign.dataset.flag);
      sign.hidden = flag > GENERATED && !(flags & flag);
    }
    const colours = theme()?.voices ?? [];
    for (const made of group.querySelectorAll<HTMLElement>("[data-voice]")) {
      made.style.borderBottomColor = colours[Number(made.dataset.voice) % colours.length] ?? "";
      made.setAttribute("aria-pressed", String(stage.front === Number(made.dataset.voice)));
    }
  };
  show();
  return { element: group, show };
}

/** Return the list of keys, folded. */
export function buildHelp(): HTMLElement {
  const list = element("dl");
  for (const [keys, does] of KEYS)
    list.append(element("dt", {}, element("kbd", {}, keys)), element("dd", {}, does));
  return element("details", { class: "mnb-roll-help" }, element("summary", {}, "Keys"), list);
}
