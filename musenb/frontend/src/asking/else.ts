/** Next-token probabilities as bars and on keys, and the logit lens of every layer: what else could it have played? */

import { percent } from "../core/words";
import { element, fitCanvas } from "../core/dom";
import { cellOf, drawGuesses, STRIP, type GuessRow } from "../marks/guesses";
import {
  drawKeyboard,
  KEYS_HEIGHT,
  keyAt,
  layoutKeys,
  SHARES_HEIGHT,
  type Key,
} from "../marks/keyboard";
import { midiPitch } from "../core/units";
import type { Branch, VoiceNext } from "../core/wire/asking";
import { begun, renewed, show, type AskingView } from "./parts";

const [MARGIN, TALL, MOST_BARS] = [44, 0.62 * KEYS_HEIGHT, 7];

export function elsePart(panel: AskingView): HTMLElement {
  const { view, hand, nameOf } = panel;
  const { model, life, say } = view;
  const voices = element("div", {
    class: "mnb-bar mnb-ask-voices",
    role: "radiogroup",
    "aria-label": "Voice",
  });
  const words = element("p", { "aria-label": "What it took" });
  const keys = element("canvas", {
    tabindex: 0,
    role: "application",
    "aria-roledescription": "keys with how likely each is",
    "aria-keyshortcuts": "ArrowLeft ArrowRight Enter Space Home End",
  });
  const bars = element("div", {
    class: "mnb-ask-bars",
    role: "group",
    "aria-label": "The likeliest, with their shares",
  });
  const strips = element("canvas", { role: "img" });
  const chips = element("div", { class: "mnb-ask-guesses" });
  let [front, width] = [0, 300];
  let cursor: number | undefined;
  let note = "";
  const [voicesLife, barsLife, chipsLife] = [renewed(panel), renewed(panel), renewed(panel)];

  const next = (): VoiceNext | undefined => model.get("voices")?.[front];
  const shares = () => begun(next()?.choices ?? []);
  const lowest = () => model.get("lowest") ?? 21;
  const highest = () => model.get("highest") ?? 108;
  // From one C to another.
  const layout = (): Key[] =>
    layoutKeys(
      12 * Math.floor(lowest() / 12),
      12 * Math.ceil(highest() / 12),
      Math.max(120, width - MARGIN),
      TALL,
      SHARES_HEIGHT,
    ).map((key) => ({ ...key, x: key.x + MARGIN }));

  const draw = life.frame(() => {
    const size = { width, height: SHARES_HEIGHT + TALL };
    const context = fitCanvas(keys, size.width, size.height);
    const held = next()?.held ?? null;
    const marks = {
      sounding: new Map(held === null ? [] : [[held as number, front]]),
      shares: shares(),
      chosen: takenPitches(next()),
      cursor,
      letters: new Map<number, string>(),
    };
    if (context) drawKeyboard(context, layout(), marks, size, view.theme);
    const rows = guessRows();
    const below = { width, height: Math.max(1, rows.length * STRIP) };
    const strip = fitCanvas(strips, below.width, below.height);
    if (strip) drawGuesses(strip, layout(), rows, below, view.theme);
  });
  const guessRows = (): GuessRow[] =>
    (model.get("guesses") ?? []).map(({ name, choices }) => ({
      label: name,
      shares: begun(choices),
    }));

  const branch = (pitch: number) => {
    model.post<Branch>({ kind: "branch", voice: front, pitch: midiPitch(pitch) });
    say(`going on from ${nameOf(pitch)}`);
    hand.tap(pitch);
  };
  const sayKey = (pitch: number) => say(`${nameOf(pitch)} ${percent(shares().get(pitch) ?? 0)}`);

  const showVoices = () => {
    const all = model.get("voices") ?? [];
    const inner = voicesLife();
    voices.replaceChildren(
      ...all.map((one, number) => {
        const made = element("button", {
          type: "button",
          role: "radio",
          "aria-checked": String(number === front),
          "aria-pressed": String(number === front),
          tabindex: number === front ? 0 : -1,
        });
        made.append(one.voice, " ", element("small", {}, `${one.entropy.toFixed(1)} bits`));
        inner.on(made, "click", () => choose(number));
        return made;
      }),
    );
  };
  const choose = (number: number) => {
    const count = model.get("voices")?.length ?? 0;
    if (!count) return;
    front = (number + count) % count;
    const inside = voices.contains((voices.getRootNode() as Document | ShadowRoot).activeElement);
    fill();
    if (inside) (voices.children[front] as HTMLElement | undefined)?.focus();
  };
  life.on(voices, "keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    choose(front + by);
  });

  const showBars = () => {
    const found = next();
    if (!found) return bars.replaceChildren();
    const choices = found.choices.filter(([, share]) => share >= 0.0005).slice(0, MOST_BARS);
    const inner = barsLife();
    bars.replaceChildren(
      ...choices.flatMap(([name, share, pitch, begins, marks]) => {
        const fill = element("i");
        fill.style.width = `${100 * share}%`;
        const branches = begins && pitch !== null;
        const shown = !branches
          ? element("span", {}, name)
          : element(
              "button",
              {
                type: "button",
                title: `Go on with ${name}`,
                "aria-label": `${name}, ${percent(share)}${marks ? `, ${marks}` : ""}: go on with it`,
              },
              name,
            );
        if (branches) inner.on(shown, "click", () => branch(pitch));
        return [
          shown,
          element("div", { class: "mnb-ask-bar", "aria-hidden": true }, fill),
          element("span", { "data-share": share }, percent(share)),
          element("span", { class: "mnb-ask-mark" }, marks),
        ];
      }),
    );
  };

  const showChips = () => {
    const guesses = model.get("guesses") ?? [];
    const inner = chipsLife();
    chips.replaceChildren(
      ...guesses.map((guess) => {
        const [name, share, pitch, begins] = guess.choices[0] ?? [];
        const best = name === undefined ? "–" : `${name} ${percent(share ?? 0)}`;
        const made = element(
          "button",
          { type: "button", title: "Hear it" },
          element("small", {}, `${guess.name} `),
          best,
        );
        if (begins && pitch) inner.on(made, "click", () => hand.tap(pitch));
        else made.disabled = true;
        return made;
      }),
    );
    const said = guesses
      .map((guess) => `${guess.name}: ${guess.choices[0]?.[0] ?? "nothing"}`)
      .join("; ");
    strips.setAttribute("aria-label", `What each layer would say for the note: ${said}`);
  };

  const fill = () => {
    if (note !== model.get("note")) {
      note = model.get("note") ?? "";
      front = model.get("voice") ?? 0;
      cursor = undefined;
    }
    const found = next();
    words.textContent = found?.words ?? "";
    keys.setAttribute("aria-label", `How likely each pitch is for the ${found?.voice ?? "voice"}`);
    showVoices();
    showBars();
    showChips();
    draw();
  };

  const at = (event: MouseEvent): number | undefined => {
    const frame = keys.getBoundingClientRect();
    return keyAt(layout(), event.clientX - frame.left, event.clientY - frame.top)?.pitch;
  };
  life.on(keys, "pointermove", (event) => {
    const pitch = at(event);
    keys.title =
      pitch === undefined
        ? ""
        : `${nameOf(pitch)}: ${percent(shares().get(pitch) ?? 0)}; click: go on with it`;
  });
  life.on(keys, "click", (event) => {
    const pitch = at(event);
    if (pitch !== undefined && pitch >= lowest() && pitch <= highest()) branch(pitch);
  });
  life.on(keys, "keydown", (event) => {
    const start = cursor ?? [...shares()][0]?.[0] ?? 60;
    const moves: Record<string, number> = {
      ArrowLeft: start - 1,
      ArrowRight: start + 1,
      Home: lowest(),
      End: highest(),
    };
    if (event.key in moves) {
      cursor =
        cursor === undefined && event.key.startsWith("Arrow")
          ? start
          : Math.min(Math.max(moves[event.key] ?? start, lowest()), highest());
      sayKey(cursor);
      draw();
    } else if (event.key === "Enter") branch(start);
    else if (event.key === " ") hand.tap(start);
    else if (event.key === "Escape") keys.blur();
    else return;
    event.preventDefault();
  });
  life.on(keys, "blur", () => {
    cursor = undefined;
    draw();
  });
  life.on(strips, "click", (event) => {
    const frame = strips.getBoundingClientRect();
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const keysNow = layout();
    const hit = keysNow.find(({ pitch }) => {
      const cell = cellOf(keysNow, pitch, Math.floor(y / STRIP));
      return cell && x >= cell.x && x < cell.x + cell.width;
    });
    if (hit) hand.tap(hit.pitch);
  });
  view.onTheme(draw);
  const part = element(
    "div",
    {},
    voices,
    words,
    element(
      "p",
      { class: "mnb-ask-faint" },
      "Click a key or a name: the piece takes that note there, and the model goes on from it.",
    ),
    element("div", { class: "mnb-ask-keys" }, keys),
    bars,
    element("h3", {}, "What would each layer have said?"),
    element(
      "p",
      { class: "mnb-ask-faint" },
      "Read out after each layer, as if it were the last. " +
        "Early layers were not trained for that: a hypothesis too. Click to hear.",
    ),
    element("div", { class: "mnb-ask-keys" }, strips),
    chips,
  );
  life.size(part, (now) => {
    width = Math.max(200, Math.floor(now));
    draw();
  });
  show(panel, ["note", "voices", "guesses", "lowest", "highest"], fill);
  return part;
}

/** Return the pitches that were taken or that the composer wrote: they are framed on the keys. */
const takenPitches = (next: VoiceNext | undefined): ReadonlySet<number> =>
  new Set(
    next?.choices.flatMap(([, , pitch, , mark]) =>
      mark && pitch !== null ? [pitch as number] : [],
    ),
  );
