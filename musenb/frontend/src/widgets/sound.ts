/** Player view: the transport bar, and the sound of the notes on the page's clock. */

import { barAt, placeName } from "../core/bars";
import { clockOf, type PageClock } from "../core/clock";
import { button, element, setSign } from "../core/dom";
import { signOf } from "../core/icons";
import type { Life } from "../core/life";
import { mount, type View } from "../core/mount";
import type { Model } from "../core/model";
import { NoteStore } from "../core/notes";
import { rove } from "../core/rove";
import { Player, type PlayerState } from "../sound/player";
import "../sound/icons";
import { lastPlace, overview } from "../player/overview";
import { fontFrom, pageAudio, partsFrom, PIANO } from "../sound/synth";
import { quarters } from "../core/units";
import type { SoundState } from "../core/wire/sound";

interface Store {
  readonly notes: NoteStore;
  readonly player: Player;
}

function makeStore(model: Model<SoundState>, life: Life, clockId: string): Store {
  const notes = new NoteStore(model, life, clockId);
  const clock = clockOf(clockId, life);
  const source = {
    music: () => ({ table: notes.table, bars: notes.bars }),
    settings: () => ({
      volume: model.get("volume") ?? 0.8,
      muted: model.get("muted") ?? [],
      soloed: model.get("soloed") ?? [],
      metronome: model.get("metronome") ?? false,
      countIn: model.get("count_in") ?? 0,
      programs: model.get("programs") ?? [],
      font: model.get("soundfont") || PIANO,
    }),
    font: fontFrom(model, life),
    parts: partsFrom(model, life),
  };
  const player = new Player(clock, pageAudio(), source, life);
  for (const name of ["volume", "muted", "soloed", "programs"] as const) {
    model.on(`change:${name}`, life, () => player.settingsChanged());
  }
  return { notes, player };
}

const HINTS: Record<PlayerState, string> = {
  idle: "",
  sounding: "",
  loading: "Loading the sound…",
  blocked: "No sound yet: click here to let it begin. Without a loudspeaker the views move all the same.",
  silent: "No sound here; the views move all the same.",
};

type SoundView = View<SoundState, Store>;

function transport({ store, clock, life, say }: SoundView): HTMLElement[] {
  const play = button("▶", "Play", { "aria-keyshortcuts": "Space" });
  const home = button("⏮", "To the beginning", { "aria-keyshortcuts": "Home" });
  const loop = button("🔁", "Loop", { "aria-pressed": "false" });
  const show = () => {
    const name = clock.playing ? "Pause" : "Play";
    setSign(play, clock.playing ? "⏸" : "▶");
    for (const attribute of ["aria-label", "title"]) play.setAttribute(attribute, name);
    loop.setAttribute("aria-pressed", String(clock.loop !== null));
  };
  life.on(play, "click", () => store.player.toggle());
  life.on(play, "pointerenter", () => store.player.warm());
  life.on(home, "click", () => clock.seek(clock.loop?.[0] ?? quarters(0)));
  life.on(loop, "click", () => clock.setLoop(clock.loop ? null : passageOf(clock, store.notes)));
  clock.on("loop", life, () => {
    const bars = store.notes.bars;
    say(
      clock.loop
        ? `Loop from ${placeName(bars, clock.loop[0])} to ${placeName(bars, clock.loop[1] - 0.001)}`
        : "No loop",
    );
  });
  clock.on(["play", "pause", "loop"], life, show);
  show();
  return [home, play, loop];
}

/** Return what the loop button takes: from the first to the last selected note, in whole bars; else the whole piece. */
function passageOf(
  clock: PageClock,
  notes: NoteStore,
): readonly [ReturnType<typeof quarters>, ReturnType<typeof quarters>] {
  const { table, bars } = notes;
  const rows = [...clock.selection].map((id) => table.row(id)).filter((row) => row >= 0);
  if (!rows.length) return [quarters(0), clock.end];
  const first = Math.min(...rows.map((row) => table.onset[row] ?? 0));
  const last = Math.max(...rows.map((row) => table.end(row)));
  return [
    barAt(bars, first)?.[0] ?? quarters(first),
    barAt(bars, last - 0.001)?.[1] ?? quarters(last),
  ];
}

function tempo({ clock, life, store }: SoundView): HTMLElement {
  const shown = element("output");
  const slider = element("input", {
    type: "range",
    min: 25,
    max: 200,
    step: 5,
    "aria-label": "Tempo, per cent",
  });
  const show = () => {
    const percent = Math.round(clock.factor * 100);
    const qpm =
      [...store.notes.piece.tempos].reverse().find(([onset]) => onset <= clock.playhead)?.[1] ??
      100;
    slider.value = String(percent);
    shown.textContent = `♩ = ${Math.round(qpm * clock.factor)}`;
    slider.setAttribute("aria-valuetext", `${percent} per cent`);
  };
  life.on(slider, "input", () => clock.setFactor(Number(slider.value) / 100));
  clock.on(["factor", "tempos", "seek"], life, show);
  show();
  return element("label", { title: "Tempo" }, slider, shown);
}

function options({ model, life }: SoundView): HTMLElement[] {
  const metronome = button("𝅘𝅥", "Metronome");
  const count = button("1 2 3", "Count in one bar");
  const volume = element("input", {
    type: "range",
    min: 0,
    max: 1,
    step: 0.05,
    "aria-label": "Volume",
  });
  const show = () => {
    metronome.setAttribute("aria-pressed", String(model.get("metronome") ?? false));
    count.setAttribute("aria-pressed", String((model.get("count_in") ?? 0) > 0));
    volume.value = String(model.get("volume") ?? 0.8);
  };
  life.on(metronome, "click", () => model.set({ metronome: !model.get("metronome") }));
  life.on(count, "click", () => model.set({ count_in: model.get("count_in") ? 0 : 1 }));
  life.on(volume, "input", () => model.set({ volume: Number(volume.value) }));
  for (const name of ["metronome", "count_in", "volume"] as const)
    model.on(`change:${name}`, life, show);
  show();
  return [
    metronome,
    count,
    element(
      "label",
      { title: "Volume" },
      element("span", { "aria-hidden": true }, ...signOf("🔈")),
      volume,
    ),
  ];
}

/** One group a voice: mute and solo. */
function voices({ model, store, life, onTheme }: SoundView): HTMLElement {
  const group = element("div", { class: "mnb-bar", role: "group", "aria-label": "Voices" });
  let inner: Life | undefined;
  const toggled = (list: readonly number[] | undefined, voice: number) =>
    list?.includes(voice) ? list.filter((one) => one !== voice) : [...(list ?? []), voice];
  const build = () => {
    inner?.end();
    inner = life.child();
    group.replaceChildren();
    const names = store.notes.piece.voices;
    names.forEach((name, voice) => {
      const mute = button("M", `Mute ${name}`, {
        "aria-pressed": String(model.get("muted")?.includes(voice) ?? false),
      });
      const solo = button("S", `Only ${name}`, {
        "aria-pressed": String(model.get("soloed")?.includes(voice) ?? false),
      });
      inner?.on(mute, "click", () => model.set({ muted: toggled(model.get("muted"), voice) }));
      inner?.on(solo, "click", () => model.set({ soloed: toggled(model.get("soloed"), voice) }));
      const dot = element("span", { "aria-hidden": true, "data-voice": voice }, "●");
      group.append(element("span", { class: "mnb-bar" }, dot, name, mute, solo));
    });
    group.hidden = names.length < 2;
    paint();
  };
  let colours: readonly string[] = [];
  const paint = () => {
    for (const dot of group.querySelectorAll<HTMLElement>("[data-voice]")) {
      dot.style.color = colours[Number(dot.dataset.voice) % colours.length] ?? "";
    }
  };
  for (const name of ["piece", "muted", "soloed"] as const) {
    model.on(`change:${name}`, life, () => {
      const label = (root(group).activeElement as HTMLElement | null)?.getAttribute("aria-label");
      const inside = group.contains(root(group).activeElement);
      build();
      if (inside && label)
        group.querySelector<HTMLElement>(`[aria-label="${CSS.escape(label)}"]`)?.focus();
    });
  }
  build();
  onTheme((theme) => {
    colours = theme.voices;
    paint();
  });
  return group;
}

const root = (node: Node): Document | ShadowRoot => node.getRootNode() as Document | ShadowRoot;

function position({ clock, store, life }: SoundView): HTMLElement {
  const slider = element("input", {
    type: "range",
    min: 0,
    step: "any",
    "aria-label": "Position",
    class: "mnb-position",
  });
  slider.style.flex = "1";
  slider.style.minWidth = "90px";
  const shown = element("output", { class: "mnb-place" });
  life.on(slider, "input", () => clock.seek(quarters(Number(slider.value))));
  clock.follow(life, (playhead) => {
    slider.max = String(clock.end);
    slider.value = String(playhead);
    const place = placeName(store.notes.bars, playhead);
    if (place === shown.textContent) return;
    shown.textContent = place;
    slider.setAttribute("aria-valuetext", place);
  });
  return element("div", { class: "mnb-bar" }, slider, shown);
}

function hint({ store, life, clock }: SoundView): HTMLElement {
  const shown = element("button", { type: "button", class: "mnb-hint", hidden: true });
  const show = () => {
    const text = HINTS[store.player.state];
    shown.hidden = !text;
    shown.textContent = text;
  };
  life.on(shown, "click", () => (clock.playing ? pageAudio().resume() : store.player.toggle()));
  store.player.onState(life, show);
  show();
  return shown;
}

/** The score's menu stands at the end of the row: the arrow keys go there and come back. */
function toScore({ life, clock }: SoundView, last: HTMLElement): void {
  life.on(last, "keydown", (event) => {
    const open = (last.parentElement as HTMLDetailsElement).open;
    if (event.key !== "ArrowRight" || open || !clock.band.facts.axis) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    clock.band.wish({ kind: "focus", on: "score" });
  });
  clock.band.onWish(life, (wish) => {
    if (wish.kind === "focus" && wish.on === "player") last.focus();
  });
}

/** One row below a bar: play, the whole piece as a slider, the place, and how it sounds, folded. */
function strip(view: SoundView): void {
  const { root: place, life, clock, store, model } = view;
  const [home, play, loop] = transport(view);
  play!.classList.add("mnb-play");
  const shown = element("output", { class: "mnb-place" });
  clock.follow(life, () => {
    const words = lastPlace(store.notes, clock);
    if (words !== shown.textContent) shown.textContent = words;
  });
  const slider = overview({
    ...{ life, clock },
    notes: store.notes,
    theme: () => view.theme,
    onTheme: (call) => view.onTheme(call),
  });
  const items = element("div", { class: "mnb-menu-items" });
  items.append(
    tempo(view),
    element("div", { class: "mnb-bar" }, home!, loop!, ...options(view)),
    voices(view),
  );
  const name = element("summary", { title: "How it sounds", "aria-label": "Sound" });
  const heard = element("span", { class: "mnb-sound-tempo" });
  name.append(...signOf("🔈"), heard);
  const tell = () => {
    const { tempos } = store.notes.piece;
    const qpm = [...tempos].reverse().find(([onset]) => onset <= clock.playhead)?.[1] ?? 100;
    heard.textContent = `♩ = ${Math.round(qpm * clock.factor)}`;
  };
  clock.on(["factor", "tempos", "seek"], life, tell);
  tell();
  const menu = element("details", { class: "mnb-menu mnb-sound-menu" }, name, items);
  place.classList.add("mnb-sound-strip");
  place.setAttribute("role", "toolbar");
  place.setAttribute("aria-label", "Playing");
  place.append(play!, slider, shown, hint(view), menu);
  toScore(view, name);
  rove(life, place);
  clock.band.tell({ row: true });
  life.atEnd(() => clock.band.tell({ row: false }));
  const muted = () => clock.band.tell({ muted: model.get("muted") ?? [] });
  model.on("change:muted", life, muted);
  muted();
  clock.band.onWish(life, (wish) => {
    if (wish.kind !== "mute") return;
    const now = model.get("muted") ?? [];
    const next = now.includes(wish.voice)
      ? now.filter((voice) => voice !== wish.voice)
      : [...now, wish.voice];
    model.set({ muted: next });
  });
}

export default mount<SoundState, Store>({
  label: "Player",
  store: makeStore,
  view(view) {
    const { root: place, life, clock, store } = view;
    if (view.model.get("strip")) return strip(view);
    const bar = element("div", { class: "mnb-bar", role: "toolbar", "aria-label": "Playing" });
    bar.append(...transport(view), tempo(view), ...options(view), hint(view));
    place.append(bar, position(view), voices(view));
    life.on(place, "keydown", (event) => {
      const target = event.target as HTMLElement;
      const own = target instanceof HTMLButtonElement && event.key === " ";
      if (event.key === " " && !own) store.player.toggle();
      else if (event.key === "Home") clock.seek(quarters(0));
      else return;
      event.preventDefault();
    });
  },
});
