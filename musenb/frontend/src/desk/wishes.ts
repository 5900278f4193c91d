/** What other views want done by the desk: voices and bars locked, a bar written anew, a note asked about. */

import { barsIn } from "../core/bars";
import type { AskTake, GoOnFrom, Lock, WriteAnew } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

/** Return bars as "3, 5-6". */
export function barsAsText(bars: Iterable<number>): string {
  const sorted = [...bars].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const bar of sorted) {
    const last = runs.at(-1);
    if (last && bar === last[1] + 1) last[1] = bar;
    else runs.push([bar, bar]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

const toggled = <T>(list: Iterable<T>, one: T): T[] => {
  const set = new Set(list);
  if (!set.delete(one)) set.add(one);
  return [...set];
};

export function fulfilWishes(view: DeskView): void {
  const { life, model, clock } = view;
  const { band } = clock;
  const lock = (voices: readonly string[], bars: string) =>
    model.post<Lock>({ kind: "lock", voices: [...voices], bars });
  const voices = () => model.get("locked_voices") ?? [];
  const bars = () => model.get("locked_bars") ?? "";
  band.onWish(life, (wish) => {
    if (wish.kind === "lock-voice") lock(toggled(voices(), wish.voice), bars());
    else if (wish.kind === "lock-bar")
      lock(voices(), barsAsText(toggled(barsIn(bars()), wish.bar)));
    else if (wish.kind === "anew") model.post<WriteAnew>({ kind: "anew", bar: wish.bar });
    else if (wish.kind === "from")
      model.post<GoOnFrom>({ kind: "from", ids: [...clock.selection] });
    else if (wish.kind === "ask") {
      model.set({ drawer: "ask" });
      if (model.get("asked") !== "heard") model.post<AskTake>({ kind: "ask", what: "heard" });
    }
  });
  show(view, ["locked_voices", "locked_bars"], () =>
    band.tell({ locked: voices(), lockedBars: bars() }),
  );
  show(view, ["asked"], () => band.tell({ asked: model.get("asked") === "heard" }));
  show(view, ["running", "ends"], () =>
    band.tell({ writing: model.get("running") ? (model.get("ends") ?? 0) : 0 }),
  );
}
