/** Pointer, wheel and pinch gestures on a matrix: one pointer drags, two zoom, a click without a move chooses. */

import type { Life } from "../core/life";

export interface Touched {
  zoom(factor: number, event: MouseEvent): void;
  /** Move what is seen by pixels. */
  pan(x: number, y: number): void;
  click(event: PointerEvent): void;
  hover(event: PointerEvent | undefined): void;
  /** True when there is more to see in that direction. */
  canPan(x: number, y: number): boolean;
}

// A hand that clicks moves a little.
const STILL = 4;

export function bindHands(canvas: HTMLCanvasElement, life: Life, touched: Touched): void {
  const down = new Map<number, { x: number; y: number }>();
  let moved = 0;
  let span = 0;
  const apart = () => {
    const [a, b] = [...down.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };
  life.on(canvas, "pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture?.(event.pointerId);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    moved = down.size > 1 ? Infinity : 0;
    span = apart();
  });
  life.on(canvas, "pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return touched.hover(event);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [x, y] = [event.clientX - before.x, event.clientY - before.y];
    moved += Math.abs(x) + Math.abs(y);
    if (down.size === 2 && span) {
      const now = apart();
      touched.zoom(now / span, event);
      span = now || span;
    } else if (moved > STILL) touched.pan(-x, -y);
  });
  const up = (event: PointerEvent) => {
    const here = down.delete(event.pointerId);
    span = 0;
    if (here && moved <= STILL && event.type === "pointerup") touched.click(event);
  };
  life.on(canvas, "pointerup", up);
  life.on(canvas, "pointercancel", up);
  life.on(canvas, "pointerleave", () => touched.hover(undefined));
  life.on(canvas, "dblclick", (event) => touched.zoom(2, event));
  life.on(canvas, "wheel", (event) => wheel(event, touched), { passive: false });
}

/**
 * With Ctrl the wheel zooms (so does a pinch on a touch pad); without, the page scrolls, unless there is a part to
 * move.
 */
function wheel(event: WheelEvent, touched: Touched): void {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    return touched.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 120), event);
  }
  const [x, y] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
  if (!touched.canPan(x, y)) return;
  event.preventDefault();
  touched.pan(x, y);
}
