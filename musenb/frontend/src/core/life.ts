/** Lifetime of a view: one AbortSignal ends its listeners, timers, observers and audio nodes. */

type Target = Pick<EventTarget, "addEventListener" | "removeEventListener">;

export class Life {
  readonly #controller = new AbortController();
  readonly #onError: (error: unknown) => void;

  /** `within` ends this life too; `onError` gets what a callback throws. */
  constructor(
    within?: AbortSignal,
    onError: (error: unknown) => void = (error) => console.error(error),
  ) {
    this.#onError = onError;
    if (within?.aborted) this.end();
    within?.addEventListener("abort", () => this.end(), { signal: this.signal });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get ended(): boolean {
    return this.signal.aborted;
  }

  end(): void {
    this.#controller.abort();
  }

  /** Return a life that ends with this one, or earlier. */
  child(): Life {
    return new Life(this.signal, this.#onError);
  }

  /** Run `then` when the life ends (at once when it has ended). */
  atEnd(then: () => void): void {
    if (this.ended) then();
    else this.signal.addEventListener("abort", then, { once: true });
  }

  /** Return `call` with what it throws shown in the view instead of lost, and silent once the life has ended. */
  guard<A extends unknown[]>(call: (...values: A) => unknown): (...values: A) => void {
    return (...values) => {
      if (this.ended) return;
      try {
        const result = call(...values);
        if (result instanceof Promise)
          result.catch((error: unknown) => this.ended || this.#onError(error));
      } catch (error) {
        this.#onError(error);
      }
    };
  }

  on<K extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    type: K,
    call: (event: HTMLElementEventMap[K]) => unknown,
    options?: AddEventListenerOptions,
  ): void;
  on<E extends Event = Event>(
    target: Target,
    type: string,
    call: (event: E) => unknown,
    options?: AddEventListenerOptions,
  ): void;
  on(
    target: Target,
    type: string,
    call: (event: never) => unknown,
    options: AddEventListenerOptions = {},
  ): void {
    target.addEventListener(type, this.guard(call as (event: Event) => unknown), {
      ...options,
      signal: this.signal,
    });
  }

  every(milliseconds: number, call: () => unknown): void {
    const timer = setInterval(this.guard(call), milliseconds);
    this.atEnd(() => clearInterval(timer));
  }

  /** Run `call` once, later; return a function that calls it off. */
  after(milliseconds: number, call: () => unknown): () => void {
    const over = new AbortController();
    const guarded = this.guard(call);
    const timer = setTimeout(() => {
      over.abort();
      guarded();
    }, milliseconds);
    const cancel = () => {
      clearTimeout(timer);
      over.abort();
    };
    // A view that lives for hours asks for many: nothing is kept of those that are over.
    if (this.ended) cancel();
    else this.signal.addEventListener("abort", cancel, { once: true, signal: over.signal });
    return cancel;
  }

  /** Return a function that asks for `draw` in the next frame, however often it is called before. */
  frame(draw: (time: number) => unknown): () => void {
    let asked = 0;
    const guarded = this.guard(draw);
    this.atEnd(() => cancelAnimationFrame(asked));
    return () => {
      if (asked || this.ended) return;
      asked = requestAnimationFrame((time) => {
        asked = 0;
        guarded(time);
      });
    };
  }

  /** Call with the content size of an element now and whenever it changes. */
  size(element: Element, call: (width: number, height: number) => unknown): void {
    const guarded = this.guard(call);
    const observer = new ResizeObserver((entries) => {
      const box = entries.at(-1)?.contentRect;
      if (box) guarded(box.width, box.height);
    });
    observer.observe(element);
    this.atEnd(() => observer.disconnect());
  }

  /** Disconnect an audio node at the end. */
  node<N extends AudioNode>(node: N): N {
    this.atEnd(() => node.disconnect());
    return node;
  }
}
