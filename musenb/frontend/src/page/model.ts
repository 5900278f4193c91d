/** In-memory stand-in for Jupyter's models: what views of an exported page live on. */

import type { AnyModel } from "@anywidget/types";

type Call = (...values: unknown[]) => void;
type Heard = (content: { kind: string } & Record<string, unknown>) => void;

export class PageModel {
  readonly id: string;
  readonly #state: Record<string, unknown>;
  readonly #listeners = new Map<string, Set<Call>>();
  readonly #heard: Heard;
  readonly widget_manager: { get_model(id: string): Promise<AnyModel> };

  /** `heard` gets what a view would send to the kernel. */
  constructor(
    id: string,
    state: Record<string, unknown>,
    others: ReadonlyMap<string, PageModel>,
    heard: Heard,
  ) {
    this.id = id;
    this.#state = state;
    this.#heard = heard;
    this.widget_manager = {
      get_model: (wanted) => {
        const other = others.get(wanted);
        return other
          ? Promise.resolve(other.asAny())
          : Promise.reject(new Error(`no model ${wanted} on this page`));
      },
    };
  }

  get(name: string): unknown {
    return this.#state[name];
  }

  set(name: string, value: unknown): void {
    if (this.#state[name] === value) return;
    this.#state[name] = value;
    this.#tell(`change:${name}`);
  }

  /** Set traits together, then tell of each that is another now. */
  receive(state: Record<string, unknown>): void {
    const changed = Object.keys(state).filter((name) => this.#state[name] !== state[name]);
    Object.assign(this.#state, state);
    for (const name of changed) this.#tell(`change:${name}`);
  }

  save_changes(): void {}

  send(content: unknown): void {
    this.#heard(content as { kind: string });
  }

  on(name: string, call: Call): void {
    const calls = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, calls.add(call));
  }

  off(name?: string | null, call?: Call | null): void {
    if (!name) this.#listeners.clear();
    else if (call) this.#listeners.get(name)?.delete(call);
    else this.#listeners.delete(name);
  }

  /** Return the model as the views know it. */
  asAny(): AnyModel {
    return this as unknown as AnyModel;
  }

  #tell(name: string): void {
    for (const call of [...(this.#listeners.get(name) ?? [])]) call();
  }
}
