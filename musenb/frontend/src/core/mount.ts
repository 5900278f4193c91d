/**
 * Widget mounting: anywidget's `initialize` and `render` with one life for each, the page's clock, theme, error box and
 * live region. A view's file says what is drawn; nothing but files in `widgets/` touches the Jupyter model.
 */

import type { AnyWidget } from "@anywidget/types";
import { clockOf, type PageClock } from "./clock";
import { button, element } from "./dom";
import { heardAgain } from "./hearing";
import { Life } from "./life";
import { Model } from "./model";
import css from "./mount.css";
import { keepKeys } from "./shortcuts";
import { watchTheme, type Theme } from "./theme";
import type { AskState, ViewState } from "./wire/base";

/** What a view is given. */
export interface View<S extends object, Store> {
  readonly model: Model<S>;
  /** What `store` returned. */
  readonly store: Store;
  /** Empty; everything that the view draws goes in here. */
  readonly root: HTMLElement;
  readonly life: Life;
  readonly clock: PageClock;
  /** The colours in force now. */
  readonly theme: Theme;
  /** Call with the colours now and whenever they change. */
  onTheme(call: (theme: Theme) => unknown): void;
  /** Say something politely to a screen reader, such as "Note C4, bar 3". */
  say(text: string): void;
  /** Show an error in the view. */
  fail(error: unknown): void;
}

export interface Plan<S extends object, Store> {
  /** What the view is, as in "Piano roll": its accessible name. */
  readonly label: string;
  /** Made once, when the model comes up and before any view; keep it quick, anywidget gives up after 2 s. */
  readonly store?: (model: Model<S>, life: Life, clockId: string) => Store;
  readonly view: (view: View<S, Store>) => void | Promise<void>;
}

/** Return the default export of a widget's module. */
export function mount<S extends ViewState, Store = undefined>(plan: Plan<S, Store>): AnyWidget {
  // anywidget loads the module once for each model, so these belong to one model.
  let store: Store | undefined;
  let made = false;
  let ownClock = "";

  return {
    initialize({ model: raw, signal }) {
      const model = new Model<S>(raw);
      const life = new Life(signal, (error) => report(model, error));
      ownClock = `own-${Math.random().toString(36).slice(2)}`;
      store = plan.store?.(model, life, model.get("clock_id") || ownClock);
      made = true;
      void heardAgain(raw, model.get("own_id"))
        .then((again) => {
          if (again) model.post<AskState>({ kind: "state" });
        })
        .catch((error: unknown) => report(model, error));
      return () => life.end();
    },
    async render({ model: raw, el, signal }) {
      if (!made) throw new Error("render before initialize");
      const model = new Model<S>(raw);
      const frame = buildFrame(plan.label, model.get("description"));
      el.append(frame.outer);
      const life = new Life(signal, frame.fail);
      life.atEnd(() => frame.outer.remove());
      keepKeys(life, frame.outer);
      showErrors(model, life, frame);
      model.on("change:description", life, () => frame.describe(model.get("description")));
      const themes: ((theme: Theme) => unknown)[] = [];
      let theme: Theme | undefined;
      watchTheme(frame.outer, life, (next) => {
        theme = next;
        for (const call of themes) call(next);
      });
      const view: View<S, Store> = {
        model,
        store: store as Store,
        root: frame.root,
        life,
        clock: clockOf(model.get("clock_id") || ownClock, life),
        get theme() {
          return theme as Theme;
        },
        onTheme(call) {
          const guarded = life.guard(call);
          themes.push(guarded);
          guarded(theme as Theme);
        },
        say: frame.say,
        fail: frame.fail,
      };
      life.guard(plan.view)(view);
      return () => life.end();
    },
  };
}

interface Frame {
  readonly outer: HTMLElement;
  readonly root: HTMLElement;
  say(text: string): void;
  describe(text: string): void;
  fail(error: unknown): void;
  readonly dismiss: HTMLButtonElement;
}

function buildFrame(label: string, description: string): Frame {
  const style = element("style");
  style.textContent = css;
  const status = element("div", { class: "mnb-hidden", role: "status", "aria-live": "polite" });
  const described = element("div", {
    class: "mnb-hidden",
    id: `mnb-${Math.random().toString(36).slice(2)}`,
  });
  const text = element("span");
  const dismiss = button("×", "Dismiss this message");
  const box = element("div", { class: "mnb-error", role: "alert", hidden: true }, text, dismiss);
  box.style.display = "none";
  const root = element("div", { class: "mnb-root" });
  const outer = element(
    "section",
    { class: "musenb", "aria-label": label, "aria-describedby": described.id },
    ...[style, box, root, described, status],
  );
  const describe = (words: string) => void (described.textContent = words);
  const fail = (error: unknown) => {
    const words = error instanceof Error ? error.message : String(error ?? "");
    text.textContent = words;
    box.style.display = words ? "" : "none";
    box.hidden = !words;
  };
  describe(description ?? "");
  return {
    outer,
    root,
    describe,
    fail,
    dismiss,
    say: (words) => void (status.textContent = words),
  };
}

function showErrors<S extends ViewState>(model: Model<S>, life: Life, frame: Frame): void {
  const show = () => frame.fail(model.get("error"));
  model.on("change:error", life, show);
  life.on(frame.dismiss, "click", () => {
    frame.fail("");
    if (model.get("error")) model.set({ error: "" } as Partial<S>);
  });
  if (model.get("error")) show();
}

function report<S extends ViewState>(model: Model<S>, error: unknown): void {
  console.error(error);
  model.raw.set("error", error instanceof Error ? error.message : String(error));
}
