/** Clock widget: the clock's tie to Python, and a view of the playhead in bars and beats. */

import { clockOf, type PageClock } from "../core/clock";
import { element } from "../core/dom";
import type { Life } from "../core/life";
import { mount } from "../core/mount";
import type { Model } from "../core/model";
import { quarters } from "../core/units";
import type { ClockState, Play, Seek, Select } from "../core/wire/clock";

// The page tells the kernel no more often than this.
const REPORT_MS = 150;

/** Join the page's clock and the model: settings both ways, playhead and selection to Python while it stands still. */
function join(model: Model<ClockState>, life: Life, clock: PageClock): void {
  let telling = false;
  const fromKernel = (call: () => void) => () => {
    if (!telling) call();
  };
  const tempos = () => model.get("tempos")?.length && clock.setTempos(model.get("tempos"));
  const factor = fromKernel(() => clock.setFactor(model.get("factor") ?? 1));
  const loop = fromKernel(() => clock.setLoop(model.get("loop") ?? null));
  const end = () => model.get("end") && clock.setEnd(model.get("end"));
  tempos();
  end();
  if (clock.holders === 1) {
    factor();
    loop();
    clock.seek(model.get("playhead") ?? quarters(0));
    clock.select(model.get("selection") ?? []);
  }
  model.on("change:tempos", life, tempos);
  model.on("change:factor", life, factor);
  model.on("change:loop", life, loop);
  model.on("change:end", life, end);
  model.onMessage<Seek>("seek", life, ({ playhead }) => clock.seek(playhead));
  model.onMessage<Select>("select", life, ({ ids }) => clock.select(ids));
  model.onMessage<Play>("play", life, ({ playing }) => (playing ? clock.play() : clock.pause()));

  let due: (() => void) | undefined;
  const report = () => {
    due = undefined;
    const { playing, factor: fast, loop: passage } = clock;
    const state: Partial<ClockState> = {
      playing,
      factor: fast,
      loop: passage,
      selection: [...clock.selection].sort(),
    };
    if (!playing) state.playhead = clock.playhead;
    telling = true;
    model.set(state);
    telling = false;
  };
  clock.on(["play", "pause", "seek", "selection", "loop", "factor"], life, () => {
    due ??= life.after(REPORT_MS, report);
  });
}

export default mount<ClockState, PageClock>({
  label: "Position",
  store(model, life, clockId) {
    const clock = clockOf(clockId, life);
    join(model, life, clock);
    return clock;
  },
  view({ root, clock, life }) {
    const shown = element("output", { "aria-label": "Position in quarters" });
    root.append(element("div", { class: "mnb-bar" }, shown));
    clock.follow(life, (playhead) => {
      const state = clock.playing ? "playing" : "stands";
      shown.textContent = `${state}: quarter ${playhead.toFixed(2)} of ${clock.end.toFixed(2)}`;
    });
  },
});
