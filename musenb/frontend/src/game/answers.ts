/** Answer table of a round, and the results of the class. */

import { button, element } from "../core/dom";
import type { Life } from "../core/life";
import { handOf } from "../sound/synth";
import { quarters } from "../core/units";
import type { AnswerRow, AskClass } from "../core/wire/game";
import { revealOf, roundOf, show, type GameView } from "./parts";

/** How much is heard before an answer (quarters), and how long the answer sounds (seconds). */
const [BEFORE, LONG] = [2, 1.4];

/** Sound the last two quarters and then an answer, with what the other voices sing under it. */
function hear(
  { store, clock }: GameView,
  life: Life,
  tap: (pitch: number, seconds: number) => void,
  stop: number,
  pitches: readonly number[],
): void {
  const { table } = store.notes;
  const at = (quarter: number) => clock.tempo.secondsAt(quarters(quarter));
  const start = Math.max(0, stop - BEFORE);
  for (
    let row = table.firstFrom(start);
    row < table.length && (table.onset[row] ?? 0) < stop - 1e-6;
    row++
  ) {
    const [onset, end] = [table.onset[row] ?? 0, Math.min(stop, table.end(row))];
    const pitch = table.pitch[row] ?? 60;
    life.after((at(onset) - at(start)) * 1000, () => tap(pitch, at(end) - at(onset)));
  }
  life.after((at(stop) - at(start)) * 1000, () => pitches.forEach((pitch) => tap(pitch, LONG)));
}

export function answersPart(view: GameView): HTMLElement {
  const { model, life, clock, say } = view;
  const hand = handOf(model, life);
  const part = element("div", { class: "mnb-game-answers" });
  let hearing: Life | undefined;
  life.on(part, "click", (event) => {
    const place = (event.target as HTMLElement).closest<HTMLElement>("[data-hear]")?.dataset.hear;
    const reveal = revealOf(view);
    const answer = reveal?.[1][Number(place)];
    const stop = roundOf(view)?.[0];
    if (place === undefined || !reveal || !answer || stop === undefined) return;
    clock.pause();
    hearing?.end();
    hearing = life.child();
    hear(view, hearing, (pitch, seconds) => hand.tap(pitch, 80, seconds), stop, [
      ...answer[1],
      ...reveal[2],
    ]);
  });
  let shown = -1;
  show(view, ["reveals", "current"], () => {
    hearing?.end();
    const reveal = revealOf(view);
    part.hidden = !reveal;
    if (!reveal) return void (shown = -1);
    const even = (model.get("even") ?? 0) * reveal[1][0]![1].length;
    const head = element(
      "tr",
      {},
      ...["", "says", "bits", ""].map((name) => element("th", { scope: "col" }, name)),
    );
    const body = element(
      "tbody",
      {},
      ...reveal[1].map((answer, place) => answerRow(answer, place, reveal[1][0]!, even)),
    );
    const table = element(
      "table",
      { "aria-label": "All answers" },
      element("thead", {}, head),
      body,
    );
    part.replaceChildren(table, element("p", { class: "mnb-faint" }, reveal[6]));
    clock.select(reveal[3]);
    if (shown >= 0 || model.get("busy")) say(reveal[5]);
    shown = reveal[0];
  });
  return part;
}

function answerRow(
  [player, pitches, bits, , name, title, said, label]: AnswerRow,
  place: number,
  composer: AnswerRow,
  even: number,
): HTMLElement {
  const right = pitches.every((pitch, voice) => pitch === composer[1][voice]);
  const bar = element("span", { class: "mnb-game-bits", "aria-hidden": true }, element("i"));
  (bar.firstElementChild as HTMLElement).style.width =
    `${Math.min(100, (100 * bits) / (even || 1))}%`;
  const own = player === "composer";
  return element(
    "tr",
    { "data-player": player, "data-right": right },
    element("th", { scope: "row", title }, name),
    element("td", {}, `${said}${own ? "" : right ? " ✓" : " ✗"}`),
    own
      ? element("td")
      : element(
          "td",
          { title: `${bits.toFixed(2)} bits; even guessing costs ${even.toFixed(2)}` },
          bar,
          bits.toFixed(1),
        ),
    element("td", {}, button("▶", label, { "data-hear": place })),
  );
}

/** The results of the class: gathered when they are looked at. */
export function classPart(view: GameView): HTMLElement {
  const { model, life } = view;
  const table = element("div", { class: "mnb-game-class" });
  const again = button("↻", "Read the results again");
  const part = element("details", {}, element("summary", {}, "Class result"), table, again);
  const ask = () => part.open && model.post<AskClass>({ kind: "class" });
  life.on(part, "toggle", ask);
  life.on(again, "click", ask);
  model.on("change:reveals", life, ask);
  show(view, ["class_rows"], () => {
    const rows = model.get("class_rows") ?? [];
    if (!rows.length)
      return table.replaceChildren(
        element(
          "p",
          { class: "mnb-faint" },
          "No results yet: they are read from the files beside this one.",
        ),
      );
    const names = ["", "rounds", "right", "sure", "bits a note", "the model", "the count model"];
    const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)));
    const body = rows.map(([student, rounds, hits, asked, sure, ...bits]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, student),
        ...[
          String(rounds),
          `${hits} of ${asked}`,
          sure || "–",
          ...bits.map((value) => value.toFixed(2)),
        ].map((text) => element("td", {}, text)),
      ),
    );
    table.replaceChildren(
      element(
        "table",
        { "aria-label": "Class result" },
        element("thead", {}, head),
        element("tbody", {}, ...body),
      ),
    );
  });
  return part;
}
