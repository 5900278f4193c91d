/** A Jupyter model without Jupyter: what anywidget hands to `initialize` and `render`. */

import type { AnyModel, AnyWidget } from "@anywidget/types";

type Call = (...values: unknown[]) => void;

export class FakeModel {
  readonly sent: { content: { kind: string }; buffers: unknown[] }[] = [];
  /** Names and values of every `save_changes`. */
  readonly saved: Record<string, unknown>[] = [];
  readonly listeners = new Map<string, Set<Call>>();
  readonly state: Record<string, unknown>;
  #changed: Record<string, unknown> = {};
  widget_manager = { get_model: () => Promise.reject(new Error("no other models here")) };

  constructor(state: Record<string, unknown> = {}) {
    this.state = { error: "", description: "", clock_id: "", ...state };
  }

  get(name: string): unknown {
    return this.state[name];
  }
  set(name: string, value: unknown): void {
    this.state[name] = value;
    this.#changed[name] = value;
    this.#emit(`change:${name}`);
  }
  save_changes(): void {
    this.saved.push(this.#changed);
    this.#changed = {};
  }
  send(content: { kind: string }, _callbacks?: unknown, buffers: unknown[] = []): void {
    this.sent.push({ content, buffers });
  }
  on(name: string, call: Call): void {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name)?.add(call);
  }
  off(name?: string | null, call?: Call | null): void {
    if (!name) this.listeners.clear();
    else if (call) this.listeners.get(name)?.delete(call);
    else this.listeners.delete(name);
  }

  /** How many listeners are left. */
  get listening(): number {
    return [...this.listeners.values()].reduce((sum, calls) => sum + calls.size, 0);
  }

  /** As the kernel does: set traits together, then tell of each. */
  receive(state: Record<string, unknown>): void {
    Object.assign(this.state, state);
    for (const name of Object.keys(state)) this.#emit(`change:${name}`);
  }

  /** As the kernel does: a custom message with buffers. */
  message(content: { kind: string }, buffers: ArrayBuffer[] = []): void {
    this.#emit(
      "msg:custom",
      content,
      buffers.map((buffer) => new DataView(buffer)),
    );
  }

  #emit(name: string, ...values: unknown[]): void {
    for (const call of [...(this.listeners.get(name) ?? [])]) call(...values);
  }
}

export interface Mounted {
  readonly el: HTMLElement;
  close(): void;
}

/** A widget's model and its views, as anywidget runs them. */
export class Host {
  readonly model: FakeModel;
  readonly #widget: Exclude<AnyWidget, () => unknown>;
  readonly #controller = new AbortController();

  constructor(widget: AnyWidget, state: Record<string, unknown> = {}) {
    if (typeof widget === "function") throw new Error("give the object that mount() returns");
    this.#widget = widget;
    this.model = new FakeModel(state);
  }

  async start(): Promise<this> {
    const result = await this.#widget.initialize?.({
      model: this.model as unknown as AnyModel,
      signal: this.#controller.signal,
      experimental: { invoke: () => Promise.reject(new Error("not here")) },
    });
    if (typeof result === "function")
      this.#controller.signal.addEventListener("abort", () => void result());
    return this;
  }

  async view(): Promise<Mounted> {
    const el = document.createElement("div");
    document.body.append(el);
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#controller.signal]);
    const cleanup = await this.#widget.render?.({
      model: this.model as unknown as AnyModel,
      el,
      signal,
      host: {
        getModel: () => Promise.reject(new Error("no")),
        getWidget: () => Promise.reject(new Error("no")),
      },
      experimental: { invoke: () => Promise.reject(new Error("not here")) },
    });
    signal.addEventListener("abort", () => typeof cleanup === "function" && void cleanup());
    return { el, close: () => controller.abort() };
  }

  close(): void {
    this.#controller.abort();
  }
}
