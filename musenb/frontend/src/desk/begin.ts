/** Drawer Begin: famous motifs and the corpus, text, the keyboard, a file, earlier work; what the model reads of it. */

import { button, element } from "../core/dom";
import type { BeginTab, Found, PrimeFrom, PrimeSource, Recover, Search } from "../core/wire/desk";
import { drops } from "./bar";
import { fromFile } from "./file";
import { show, type DeskView } from "./parts";
import { typed } from "./typed";

const TYPING_MS = 200;
const TABS: readonly (readonly [BeginTab, string])[] = [
  ["famous", "Famous"],
  ["type", "Type"],
  ["play", "Play"],
  ["file", "File"],
  ["earlier", "Earlier"],
];

export function beginPart(view: DeskView): HTMLElement {
  const parts: Record<BeginTab, HTMLElement> = {
    famous: element("div", {}, corpus(view), shelf(view)),
    type: typed(view),
    play: played(view),
    file: fromFile(view),
    earlier: earlier(view),
  };
  const part = element("div", { class: "mnb-desk-begin" }, tabs(view, parts));
  part.append(...Object.values(parts), reading(view));
  drops(view, part);
  return part;
}

function tabs(view: DeskView, parts: Record<BeginTab, HTMLElement>): HTMLElement {
  const { life, model } = view;
  const list = element("div", {
    role: "tablist",
    class: "mnb-tabs",
    "aria-label": "Where a motif comes from",
  });
  const id = `mnb-${Math.random().toString(36).slice(2)}`;
  const made = TABS.map(([name, text]) => {
    const tab = element("button", { type: "button", role: "tab", id: `${id}-${name}` }, text);
    tab.dataset.tab = name;
    parts[name].setAttribute("role", "tabpanel");
    parts[name].setAttribute("aria-labelledby", tab.id);
    life.on(tab, "click", () => model.set({ begin_tab: name }));
    return tab;
  });
  list.append(...made);
  const now = () => model.get("begin_tab") ?? "famous";
  show(view, ["begin_tab"], () => {
    for (const tab of made) {
      const chosen = tab.dataset.tab === now();
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      parts[tab.dataset.tab as BeginTab].hidden = !chosen;
    }
  });
  life.on(list, "keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const place = TABS.findIndex(([name]) => name === now());
    const [next] = TABS[(place + by + TABS.length) % TABS.length]!;
    event.preventDefault();
    model.set({ begin_tab: next });
    made.find((tab) => tab.dataset.tab === next)?.focus();
  });
  return list;
}

function begin({ model }: DeskView, source: PrimeSource, text = ""): void {
  model.post<PrimeFrom>({ kind: "prime", source, text });
}

function shelf(view: DeskView): HTMLElement {
  const { life, model } = view;
  const list = element("div", { class: "mnb-list", role: "group", "aria-label": "Famous motifs" });
  show(view, ["shelf"], () => {
    const rows = model.get("shelf") ?? [];
    list.replaceChildren(
      ...rows.map(([id, label]) => {
        const [title = label, ...rest] = label.split(", ");
        const words = element("span", {}, element("b", {}, title));
        if (rest.length) words.append(element("span", { class: "mnb-faint" }, rest.join(", ")));
        return element("button", { type: "button", "data-id": id, "aria-label": label }, words);
      }),
    );
  });
  life.on(list, "click", (event) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id;
    if (id) begin(view, "shelf", id);
  });
  return list;
}

/** A field that lists what the corpus holds while one types. */
function corpus(view: DeskView): HTMLElement {
  const { life, model, say } = view;
  const id = `mnb-corpus-${Math.random().toString(36).slice(2)}`;
  const list = element("datalist", { id });
  const field = element("input", {
    type: "search",
    list: id,
    "aria-label": "Search the corpus",
    placeholder: "Search the chorales: bwv66.6…",
  });
  let cancel = () => {};
  let found: readonly string[] = [];
  life.on(field, "input", () => {
    cancel();
    if (found.includes(field.value)) return choose();
    cancel = life.after(TYPING_MS, () => model.post<Search>({ kind: "search", text: field.value }));
  });
  const choose = () => {
    if (!field.value.trim()) return;
    begin(view, "corpus", field.value.trim());
    field.value = "";
  };
  life.on(field, "keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) choose();
  });
  model.onMessage<Found>("found", life, ({ text, names, count }) => {
    if (text !== field.value) return;
    found = names;
    list.replaceChildren(...names.map((name) => element("option", { value: name })));
    say(
      count > names.length
        ? `${count} pieces, the first ${names.length} are listed`
        : `${count} pieces`,
    );
  });
  return element("div", { class: "mnb-search" }, field, list);
}

function played(view: DeskView): HTMLElement {
  const roll = button("From the roll", "Begin with what is drawn on the roll");
  view.life.on(roll, "click", () => begin(view, "roll"));
  return element(
    "div",
    {},
    element(
      "p",
      {},
      "Play on the keys below the music, on the computer's keyboard or a MIDI keyboard, and record. " +
        "Or draw notes on the roll, and begin with them.",
    ),
    roll,
  );
}

function earlier(view: DeskView): HTMLElement {
  const { life, model } = view;
  const list = element("div", { class: "mnb-list", role: "group", "aria-label": "Earlier work" });
  show(view, ["sessions"], () => {
    const rows = model.get("sessions") ?? [];
    list.replaceChildren(
      ...rows.map(([id, label]) =>
        element("button", { type: "button", "data-id": id, "aria-label": label }, label),
      ),
    );
    if (!rows.length) list.append(element("p", {}, "No earlier work is kept here yet."));
  });
  life.on(list, "click", (event) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id;
    if (id) model.post<Recover>({ kind: "recover", id });
  });
  const words = "Bring back what was made before; what is here now stays kept.";
  return element("div", {}, element("p", {}, words), list);
}

function reading(view: DeskView): HTMLElement {
  const shown = element("p", {
    class: "mnb-desk-reading",
    "aria-label": "What the model will read",
  });
  const none = "No music yet: type, choose, drop or play some.";
  show(view, ["reading"], () => (shown.textContent = view.model.get("reading") || none));
  return shown;
}
