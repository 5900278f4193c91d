/**
 * What every widget keeps: mount two views, close one, close both, close the model, and nothing is left: no listener on the
 * model, the document or the window, no timer, no frame asked for, no observer, no clock, no audio node, no element.
 *
 *     contract("roll", () => import("../src/widgets/roll"), { notes: ..., piece: ... });
 */

import type { AnyWidget } from "@anywidget/types";
import { describe, expect, test, vi } from "vitest";
import { pageClocks } from "../src/core/clock";
import { Host } from "./fake";

type Load = () => Promise<{ default: AnyWidget }>;

/** Counts what is begun and not ended in the page. */
export class Ledger {
  readonly open = new Map<unknown, string>();
  readonly #undo: (() => void)[] = [];

  constructor() {
    this.#timers("setTimeout", "clearTimeout", true);
    this.#timers("setInterval", "clearInterval", false);
    this.#timers("requestAnimationFrame", "cancelAnimationFrame", true);
    for (const target of [window, document, document.body]) this.#listeners(target);
    for (const name of ["ResizeObserver", "MutationObserver", "IntersectionObserver"] as const)
      this.#observer(name);
  }

  /** Stop counting and return what is left open, named. */
  close(): string[] {
    for (const undo of this.#undo.reverse()) undo();
    return [...this.open.values()];
  }

  #replace(owner: object, name: string, value: unknown): void {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    this.#undo.push(() => {
      if (descriptor) Object.defineProperty(owner, name, descriptor);
      else delete (owner as Record<string, unknown>)[name];
    });
  }

  #timers(
    begin: "setTimeout" | "setInterval" | "requestAnimationFrame",
    end: string,
    once: boolean,
  ): void {
    const page = globalThis as unknown as Record<string, (...values: unknown[]) => unknown>;
    const [start, stop] = [page[begin]!, page[end]!];
    this.#replace(
      globalThis,
      begin,
      (call: (...values: unknown[]) => unknown, ...rest: unknown[]) => {
        const id = start.call(
          globalThis,
          (...values: unknown[]) => {
            if (once) this.open.delete(id);
            return call(...values);
          },
          ...rest,
        );
        this.open.set(id, begin);
        return id;
      },
    );
    this.#replace(globalThis, end, (id: unknown) => {
      this.open.delete(id);
      stop.call(globalThis, id);
    });
  }

  #listeners(target: EventTarget): void {
    const [add, remove] = [
      target.addEventListener.bind(target),
      target.removeEventListener.bind(target),
    ];
    this.#replace(
      target,
      "addEventListener",
      (type: string, call: EventListener, options?: AddEventListenerOptions) => {
        add(type, call, options);
        this.open.set(call, `listener for ${type}`);
        options?.signal?.addEventListener("abort", () => this.open.delete(call));
      },
    );
    this.#replace(target, "removeEventListener", (type: string, call: EventListener) => {
      remove(type, call);
      this.open.delete(call);
    });
  }

  #observer(name: "ResizeObserver" | "MutationObserver" | "IntersectionObserver"): void {
    const open = this.open;
    class Counted {
      observe(): void {
        open.set(this, name);
      }
      unobserve(): void {}
      takeRecords(): unknown[] {
        return [];
      }
      disconnect(): void {
        open.delete(this);
      }
    }
    this.#replace(globalThis, name, Counted);
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

/** Test the contract of one widget. `exercise` may press keys and buttons in a view before it is closed. */
/** Return what a screen reader calls an element. */
function nameOf(made: Element): string {
  const given =
    made.getAttribute("aria-label") ??
    made.getAttribute("aria-labelledby") ??
    made.closest("label")?.textContent ??
    "";
  return (
    given.trim() || (made.matches("input, select, textarea") ? "" : (made.textContent ?? "").trim())
  );
}

export function contract(
  name: string,
  load: Load,
  state: Record<string, unknown> = {},
  exercise: (el: HTMLElement) => unknown = () => undefined,
): void {
  describe(`contract of ${name}`, () => {
    test("two views come and go and leave nothing", async () => {
      vi.spyOn(console, "error");
      const widget = (await load()).default;
      const before = [...pageClocks().keys()];
      const ledger = new Ledger();
      let left: string[];
      try {
        const host = await new Host(widget, { ...state, clock_id: "contract" }).start();
        const idle = host.model.listening;
        const [one, two] = [await host.view(), await host.view()];
        await exercise(one.el);
        await settle();
        expect(one.el.querySelector(".musenb")).not.toBeNull();
        one.close();
        expect(one.el.childElementCount).toBe(0);
        expect(two.el.querySelector(".musenb")).not.toBeNull();
        host.model.receive({ description: "still here" });
        expect(two.el.textContent).toContain("still here");
        two.close();
        expect(two.el.childElementCount).toBe(0);
        expect(host.model.listening).toBe(idle);
        const again = await host.view();
        expect(again.el.querySelector(".musenb")).not.toBeNull();
        host.close();
        await settle();
        expect(host.model.listening).toBe(0);
        expect([...pageClocks().keys()]).toEqual(before);
      } finally {
        left = ledger.close();
      }
      expect(left).toEqual([]);
      expect(console.error).not.toHaveBeenCalled();
    });

    test("it has a name, keeps the notebook's shortcuts out and takes user text as text", async () => {
      const widget = (await load()).default;
      const host = await new Host(widget, {
        ...state,
        description: "<img src=x onerror=alert(1)>",
      }).start();
      const { el } = await host.view();
      const section = el.querySelector(".musenb");
      expect(section?.getAttribute("aria-label")).toBeTruthy();
      const failed = el.querySelector<HTMLElement>(".mnb-error");
      expect(failed?.hidden ? "" : failed?.textContent).toBe("");
      expect(section?.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
      for (const inside of el.querySelectorAll<HTMLElement>("button, canvas, input, select")) {
        inside.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
        expect(inside.getAttribute("data-lm-suppress-shortcuts"), inside.outerHTML).toBe("true");
      }
      expect(el.querySelector("[role=status]")).not.toBeNull();
      expect(el.querySelector("img")).toBeNull();
      expect(el.textContent).toContain("<img src=x onerror=alert(1)>");
      for (const made of el.querySelectorAll(
        `button, input, select, textarea, summary, [tabindex="0"]`,
      )) {
        if (made.getAttribute("aria-hidden") === "true" || made.closest("[hidden]")) continue;
        expect(nameOf(made), made.outerHTML).toBeTruthy();
        if (made.matches("div, span, canvas, svg"))
          expect(made.getAttribute("role"), made.outerHTML).toBeTruthy();
      }
      host.close();
    });

    test("an error of the kernel is shown in the cell, as text", async () => {
      const widget = (await load()).default;
      const host = await new Host(widget, state).start();
      const { el } = await host.view();
      host.model.receive({ error: "pitch <b>131</b> is outside 0..127" });
      const box = el.querySelector<HTMLElement>("[role=alert]");
      expect(box?.textContent).toContain("pitch <b>131</b> is outside 0..127");
      expect(box?.hidden).toBe(false);
      expect(box?.querySelector("b")).toBeNull();
      box?.querySelector("button")?.click();
      expect(box?.hidden).toBe(true);
      expect(host.model.state.error).toBe("");
      host.close();
    });
  });
}
