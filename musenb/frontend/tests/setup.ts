/** What happy-dom lacks: a canvas that can be asked for a context, and observers that do nothing. */

import { afterEach, beforeEach, vi } from "vitest";

const nothing = () => undefined;

/** A 2D context that takes every call and remembers the names of the last 10,000. */
export function fakeContext(
  canvas: HTMLCanvasElement,
): CanvasRenderingContext2D & { calls: unknown[][] } {
  const calls: unknown[][] = [];
  const values: Record<string, unknown> = { canvas, calls };
  return new Proxy(values, {
    get(target, name: string) {
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        if (calls.length < 10_000) calls.push([name, ...args]);
        if (name === "measureText") return { width: 6 * String(args[0]).length };
        if (name === "createImageData" || name === "getImageData") {
          const [w, h] = name === "createImageData" ? [args[0], args[1]] : [args[2], args[3]];
          return { width: w, height: h, data: new Uint8ClampedArray(4 * Number(w) * Number(h)) };
        }
        return { addColorStop: nothing };
      };
    },
    set(target, name: string, value) {
      target[name] = value;
      return true;
    },
  }) as unknown as CanvasRenderingContext2D & { calls: unknown[][] };
}

const contexts = new WeakMap<HTMLCanvasElement, ReturnType<typeof fakeContext>>();

beforeEach(() => {
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
    if (!contexts.has(this)) contexts.set(this, fakeContext(this));
    return contexts.get(this);
  } as unknown as HTMLCanvasElement["getContext"];
});

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});
