/** Top bar of the desk: the motif as typed with its key and metre, Continue, Another way. */

import { element, setSign } from "../core/dom";
import { signOf } from "../core/icons";
import { quarters } from "../core/units";
import type { PrimeFrom, Wish } from "../core/wire/desk";
import { upload } from "./files";
import { act, show, type DeskView } from "./parts";

const MOST_LINES = 6;
// Pixels of a line of the field.
const LINE = 22;

export function barPart(view: DeskView): HTMLElement {
  const { go, again } = buttons(view);
  return element("div", { class: "mnb-desk-bar" }, motifField(view), go, again);
}

// The motif

function motifField(view: DeskView): HTMLElement {
  const { life, model } = view;
  const field = element("textarea", {
    rows: 1,
    "aria-label": "Motif as text",
    placeholder: "Type a motif: C5 D5 E5 G5, and press Enter",
    class: "mnb-desk-text",
    spellcheck: "false",
    autocapitalize: "off",
  });
  // As many rows as there are lines, and more where a narrow field breaks them.
  const fit = () => {
    const lines = field.value.split("\n").length;
    field.rows = 1;
    const broken = Math.round((field.scrollHeight - field.clientHeight) / LINE) + 1;
    field.rows = Math.min(Math.max(lines, broken), MOST_LINES);
  };
  let room = 0;
  life.size(field, (width) => {
    if (width !== room) fit();
    room = width;
  });
  life.on(field, "input", fit);
  life.on(field, "keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (field.value.trim())
      model.post<PrimeFrom>({ kind: "prime", source: "text", text: field.value });
  });
  // One line has no room for several, such as a tune in ABC: they are shown where there is.
  life.on(field, "paste", (event) => {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (!text.includes("\n")) return;
    event.preventDefault();
    view.clock.band.wish({ kind: "type", text });
  });
  show(view, ["motif"], () => {
    const within = field.getRootNode() as Document | ShadowRoot;
    const text = model.get("motif") ?? "";
    if (within.activeElement !== field || !field.value) field.value = text;
    fit();
  });
  const frame = element(
    "div",
    { class: "mnb-desk-field" },
    field,
    chip(view, "key", "The key"),
    chip(view, "metre", "The metre"),
  );
  drops(view, frame);
  return frame;
}

const FROM = { motif: "from your motif", file: "from the file", asked: "chosen", "": "" } as const;

/** The key or the metre: what it is and where it comes from; where others can be chosen, it opens them. */
function chip(view: DeskView, name: "key" | "metre", label: string): HTMLElement {
  const { life, model } = view;
  const value = element("b");
  const from = element("span", { class: "mnb-desk-from" });
  const summary = element("summary", { class: "mnb-chip" }, value, " ", from);
  const choice = element("select", { "aria-label": label });
  const items = element("div", { class: "mnb-menu-items" }, element("label", {}, label, choice));
  const menu = element("details", { class: "mnb-menu mnb-chip-menu" }, summary, items);
  life.on(choice, "change", () => {
    model.post<Wish>({ kind: "wish", what: name, value: choice.value });
    menu.open = false;
    summary.focus();
  });
  // Where nothing else can be chosen it is only said.
  life.on(summary, "click", (event) => {
    if (!choice.options.length) event.preventDefault();
  });
  const others = name === "key" ? "key_choices" : "metre_choices";
  show(view, [name, others, "key_source"], () => {
    const now = model.get(name) ?? "";
    const choices = model.get(others) ?? [];
    menu.hidden = !now;
    value.textContent = now;
    from.textContent = name === "key" ? FROM[model.get("key_source") || ""] : "";
    summary.title = `${label}: ${now} ${from.textContent}`.trim();
    summary.tabIndex = choices.length ? 0 : -1;
    choice.replaceChildren(
      ...(choices.length ? [element("option", { value: "" }, "as the motif says")] : []),
      ...choices.map((one) => element("option", { value: one }, one)),
    );
    choice.value = model.get("key_source") === "asked" || name === "metre" ? now : "";
  });
  return menu;
}

/** Files can be let go of over an element. */
export function drops(view: DeskView, place: HTMLElement): void {
  const { life } = view;
  const over = (on: boolean) => place.toggleAttribute("data-over", on);
  life.on<DragEvent>(place, "dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    over(true);
  });
  life.on(place, "dragleave", () => over(false));
  life.on<DragEvent>(place, "drop", async (event) => {
    const file = event.dataTransfer?.files[0];
    over(false);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    await upload(view, file);
  });
}

// The two buttons

/**
 * Return what a button that begins to write calls within its click: what is written then sounds from its first note
 * on.
 */
export function listener({ model, clock, life }: DeskView): () => void {
  let wanted = false;
  const begin = () => {
    if (!wanted || !model.get("running") || !model.get("written")) return;
    wanted = false;
    if (clock.playing) return;
    clock.seek(quarters(model.get("began") ?? 0));
    clock.play();
  };
  model.on("change:written", life, begin);
  model.on("change:running", life, () => (model.get("running") ? begin() : (wanted = false)));
  return () => {
    wanted = model.get("listen") ?? true;
    if (wanted) clock.driver?.ready?.();
  };
}

const STOP = "Stop and keep what is there";
// A kernel hears of Stop in a moment, unless it runs another cell.
const HEARD_MS = 1500;
const ANOTHER = "Another way: the same beginning, another seed";

/** Return whether another way can be asked for: something was written, or something of it is locked. */
export function canGoAnotherWay(view: DeskView): boolean {
  const { model } = view;
  const takes = model.get("takes") ?? [];
  const locked = Boolean(model.get("locked_voices")?.length || model.get("locked_bars"));
  return takes.length > 0 && (locked || takes.some(([, parent]) => parent));
}

/** Return whether there is something to stop: music that is written, or a file. */
const busy = ({ model }: DeskView): boolean =>
  Boolean((model.get("running") ?? false) || model.get("saving"));

/** Press Continue, or Stop while something is written. */
export function goOn(view: DeskView, listen: () => void): void {
  const { model, clock, life } = view;
  if (busy(view)) {
    act(view, "stop");
    clock.pause();
    life.after(HEARD_MS, () => clock.band.tell({ unheard: busy(view) }));
    return;
  }
  listen();
  act(view, model.get("one_bar") ? "more" : "continue");
}

function buttons(view: DeskView): { go: HTMLButtonElement; again: HTMLButtonElement } {
  const { life, model } = view;
  const listen = listener(view);
  const words = element("span", { "aria-hidden": "true" });
  const go = element("button", { type: "button", class: "mnb-desk-go" }, words);
  const sign = element("span", { "aria-hidden": "true" }, ...signOf("↻ Another way"));
  const again = element(
    "button",
    { type: "button", class: "mnb-desk-again", "aria-label": ANOTHER, title: ANOTHER },
    sign,
  );
  life.on(go, "click", () => goOn(view, listen));
  life.on(again, "click", () => {
    listen();
    act(view, "again");
  });
  view.clock.band.onWish(life, ({ kind }) => {
    if (kind === "from" || kind === "anew") listen();
  });
  const tell = () => {
    const running = busy(view);
    const takes = model.get("takes") ?? [];
    const { writable } = view.clock.band.facts;
    const one = model.get("one_bar") || model.get("bars") === 1;
    const name = running ? STOP : "Continue";
    go.setAttribute("aria-label", name);
    go.title = running ? STOP : `${name} (C)`;
    setSign(go, running ? "■ Stop" : one ? "One bar more" : "Continue");
    if (!running) words.append(" ", ...signOf("→"));
    go.toggleAttribute("data-running", running);
    go.disabled = !writable || (!running && !takes.length);
    again.disabled = !writable || running || !canGoAnotherWay(view);
  };
  show(view, ["running", "saving", "takes", "one_bar", "bars", "locked_voices", "locked_bars"], tell);
  view.clock.band.on("writable", life, tell);
  return { go, again };
}
