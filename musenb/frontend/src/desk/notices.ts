/** Notices of the desk: the kernel is gone, or a saved notebook shows a picture. */

import { element } from "../core/dom";
import type { Hello, Here } from "../core/wire/desk";
import type { DeskView } from "./parts";

const PATIENCE_MS = 4000;
const LOOK_MS = 1000;
const GONE = "The kernel has ended: nothing can be written any more.";
const STEPS = "Run the cell again, then bring back earlier work (Begin, Earlier). Every take is kept.";
const PICTURE = "This is a picture of earlier work. Run the cell to go on.";

type Heard = (sender: unknown, status: string) => void;

/** What a host's manager of widgets may tell about its kernel; a page has none. */
interface Kernel {
  readonly status?: string;
  readonly statusChanged?: { connect(call: Heard): unknown; disconnect(call: Heard): unknown };
}
interface Manager {
  readonly kernel?: Kernel | null;
}
const ENDED = /^(restarting|autorestarting|dead|terminating)$/;

/**
 * Return the line that says whether somebody answers. The kernel is asked once; that it ended is told by its status and
 * by the host, which marks views without one: a kernel that was started anew answers others.
 */
export function noticePart(view: DeskView): HTMLElement {
  const { root, life, model, clock } = view;
  const line = element("div", { class: "mnb-notice", role: "status", hidden: true });
  let answered = false;
  let gone = false;
  const began = performance.now();
  const kernel = () => (model.raw as { widget_manager?: Manager }).widget_manager?.kernel;
  const tell = () => {
    const status = kernel()?.status ?? "";
    gone ||= ENDED.test(status) || root.closest(".jupyter-widgets-disconnected") !== null;
    const late = performance.now() - began > PATIENCE_MS;
    const silent = !answered && late && (status === "idle" || !kernel());
    line.hidden = !gone && !silent;
    line.textContent = gone ? `${GONE} ${STEPS}` : silent ? PICTURE : "";
    clock.band.tell({ writable: !gone && !silent });
  };
  const heard = life.guard((_: unknown, status: string) => {
    gone ||= ENDED.test(status);
    tell();
  });
  const told = kernel()?.statusChanged;
  told?.connect(heard);
  life.atEnd(() => told?.disconnect(heard));
  model.onMessage<Here>("here", life, () => {
    answered = true;
    tell();
  });
  life.every(LOOK_MS, tell);
  tell();
  try {
    model.post<Hello>({ kind: "hello" });
  } catch {
    // A saved notebook without a kernel: the clock above says so.
  }
  return line;
}
