/** Model handle: traits and messages of one widget, whose listeners end with a life. */

import type { AnyModel } from "@anywidget/types";
import type { Life } from "./life";

type State = Record<string, unknown>;

const NOBODY = "Nobody answers any more: the kernel has ended. Run the cell again.";

/** The Jupyter model with listeners that end with a life, and messages told apart by their `kind`. */
export class Model<S extends object = State> {
  readonly raw: AnyModel;

  constructor(raw: AnyModel) {
    this.raw = raw;
  }

  get<K extends keyof S & string>(name: K): S[K] {
    return this.raw.get(name) as S[K];
  }

  /** Set traits and send them to the kernel (where there is one). */
  set(values: Partial<S>): void {
    for (const [name, value] of Object.entries(values)) this.raw.set(name, value);
    this.raw.save_changes();
  }

  /** Send a message to the kernel; an error that a person can act on where it is another kernel than the model's. */
  post<M extends { kind: string }>(message: M, buffers: ArrayBuffer[] = []): void {
    try {
      this.raw.send(message, undefined, buffers);
    } catch (error) {
      throw /cannot send/i.test(String(error)) ? new Error(NOBODY, { cause: error }) : error;
    }
  }

  on(name: `change:${keyof S & string}`, life: Life, call: () => unknown): void {
    this.#listen(name, life, life.guard(call));
  }

  onMessage<M extends { kind: string }>(
    kind: M["kind"],
    life: Life,
    call: (message: M, buffers: DataView[]) => unknown,
  ): void {
    const guarded = life.guard(call);
    this.#listen("msg:custom", life, (message: M, buffers: DataView[]) => {
      if (message?.kind === kind) guarded(message, buffers);
    });
  }

  #listen(name: string, life: Life, call: (...values: never[]) => void): void {
    this.raw.on(name, call as () => void);
    life.atEnd(() => this.raw.off(name, call as () => void));
  }
}
