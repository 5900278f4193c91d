/** Lock controls: voices and bars that are kept as they are when the model writes. */

import { button, element } from "../core/dom";
import type { Lock } from "../core/wire/desk";
import { show, type DeskView } from "./parts";

/** Return what is locked, in words; empty when nothing is. */
export function lockedWords(voices: readonly string[], bars: string): string {
  const many = /[,-]/.test(bars);
  return [...voices, ...(bars ? [`bar${many ? "s" : ""} ${bars}`] : [])].join(", ");
}

export function locksRow(view: DeskView): HTMLElement {
  const { life, model } = view;
  const sign = button("🔒", "").firstElementChild!;
  const words = element("span");
  const voices = element("div", { class: "mnb-bar", role: "group", "aria-label": "Lock voices" });
  const bars = element("input", {
    type: "text",
    "aria-label": "Lock bars",
    placeholder: "such as 3, 5-6",
    class: "mnb-desk-bars",
    spellcheck: "false",
  });
  const locked = () => model.get("locked_voices") ?? [];
  const send = (names: readonly string[]) =>
    model.post<Lock>({ kind: "lock", voices: [...names], bars: bars.value });

  show(view, ["voices", "locked_voices", "locked_bars"], () => {
    const focus = (voices.getRootNode() as ShadowRoot | Document).activeElement?.getAttribute(
      "data-voice",
    );
    voices.replaceChildren(
      ...(model.get("voices") ?? []).map((name) =>
        button(locked().includes(name) ? `🔒 ${name}` : name, `Lock the ${name}`, {
          "aria-pressed": String(locked().includes(name)),
          "data-voice": name,
        }),
      ),
    );
    if (focus) voices.querySelector<HTMLElement>(`[data-voice="${CSS.escape(focus)}"]`)?.focus();
    const told = lockedWords(locked(), model.get("locked_bars") ?? "");
    words.textContent = told ? `locked: ${told}` : "lock voices or bars";
    words.classList.toggle("mnb-desk-locked", Boolean(told));
    (sign as HTMLElement).hidden = !told;
  });
  show(view, ["locked_bars"], () => (bars.value = model.get("locked_bars") ?? ""));
  life.on(voices, "click", (event) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>("[data-voice]")?.dataset.voice;
    if (name)
      send(locked().includes(name) ? locked().filter((one) => one !== name) : [...locked(), name]);
  });
  life.on(bars, "change", () => send(locked()));
  const details = element(
    "details",
    { class: "mnb-desk-locks" },
    element("summary", {}, sign, " ", words),
  );
  details.append(
    element("div", { class: "mnb-bar" }, voices, element("label", {}, "bars", bars)),
    element(
      "p",
      { class: "mnb-desk-reading" },
      "Locked notes are hatched on the roll. " +
        "They stay as they are when you press Another way, or Go on from here before them.",
    ),
  );
  return details;
}
