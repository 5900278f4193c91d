/** Autosave status, and a warning before a server ends that nobody uses. */

import { button, element } from "../core/dom";
import { act, show, type DeskView } from "./parts";

// So long before the server ends one is warned; a server that ends sooner than twice this warns at half its time.
const WARNING_MINUTES = 2;
const LOOK_MS = 1000;

/** Return a moment, in seconds since 1970, as the page's clock shows it: "12:03". */
export const clockTime = (at: number): string =>
  new Date(at * 1000).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });

/** Return after how many minutes without use one is warned. */
export const warnsAfter = (idle: number): number => Math.max(idle - WARNING_MINUTES, idle / 2);

export function safePart(view: DeskView): { row: HTMLElement; warning: HTMLElement } {
  const { life, model } = view;
  const told = element("span", { "aria-label": "Saved" });
  show(view, ["saved_at", "takes", "kept"], () => {
    const at = model.get("saved_at") ?? 0;
    told.textContent = at ? `Saved ${clockTime(at)}. Closing this page loses nothing.` : "";
  });
  if (typeof window !== "undefined") {
    life.on(window, "beforeunload", (event) => {
      if (model.get("takes")?.length && !model.get("saved_at")) event.preventDefault();
    });
  }
  return {
    row: element("div", { class: "mnb-desk-foot" }, ...meaning(), progress(view), told),
    warning: idleWarning(view),
  };
}

/** What tells given notes from a model's. */
function meaning(): HTMLElement[] {
  const sign = (name: string, words: string) =>
    element(
      "span",
      { class: "mnb-meaning" },
      element("i", { class: name, "aria-hidden": "true" }),
      words,
    );
  return [sign("given", "yours: boxed, solid"), sign("model", "the model's: blue, hollow")];
}

const UNHEARD = "stopping… another cell is running: ■ above the notebook stops both";

/** How far the writing has come, of music or of a file. */
function progress({ model, life, clock }: DeskView): HTMLElement {
  const shown = element("output", { class: "mnb-progress", "aria-label": "Progress" });
  const tell = () => {
    const running = model.get("running") ?? false;
    const saving = model.get("saving") ?? "";
    if (!running && !saving && clock.band.facts.unheard) clock.band.tell({ unheard: false });
    const written = model.get("written") ?? 0;
    const writing = running ? `writing… ${written} note${written === 1 ? "" : "s"}` : saving;
    shown.textContent = clock.band.facts.unheard ? UNHEARD : writing;
  };
  for (const name of ["running", "written", "saving"] as const)
    model.on(`change:${name}`, life, tell);
  clock.band.on("unheard", life, tell);
  tell();
  return shown;
}

function idleWarning(view: DeskView): HTMLElement {
  const { life, model, clock } = view;
  const words = element("span");
  const all = button("⤓ Save all takes", "Save all takes before the server ends");
  const here = button("Go on working", "Go on working");
  const box = element(
    "div",
    { class: "mnb-error mnb-desk-idle", role: "alert", hidden: true },
    words,
    all,
    here,
  );
  let last = performance.now();
  const used = () => {
    last = performance.now();
    box.hidden = true;
  };
  const look = () => {
    const idle = model.get("idle_minutes") ?? 0;
    if (model.get("running") || clock.playing) return used();
    if (!idle || !box.hidden || !model.get("takes")?.length) return;
    const minutes = (performance.now() - last) / 60_000;
    if (minutes < warnsAfter(idle)) return;
    const at = model.get("saved_at") ?? 0;
    const since = minutes < 1 ? "a while" : `${Math.floor(minutes)} minutes`;
    words.textContent =
      `Nobody has used this page for ${since}: its server may end soon. ` +
      (at ? `All takes are saved there (${clockTime(at)}). ` : "The takes are not saved. ") +
      "To be safe, save them on this computer too: dropped on the motif field, the file brings them back.";
    box.hidden = false;
  };
  life.on(all, "click", () => act(view, "save_all"));
  if (typeof document !== "undefined")
    for (const kind of ["pointerdown", "keydown"]) life.on(document, kind, used, { capture: true });
  life.on(here, "click", () => {
    // A word to the server, for it counts those and not the clicks.
    model.set({ bars: model.get("bars") });
    used();
  });
  life.every(LOOK_MS, look);
  return box;
}
