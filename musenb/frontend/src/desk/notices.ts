/** Notices of the desk: the kernel is gone, or a saved notebook shows a picture. */

import { element } from "../core/dom";
import type { Hello, Here } from "../core/wire/desk";
import type { DeskView } from "./parts";

const PATIENCE_MS = 4000;
const LOOK_MS = 1000;
const GONE = "The kernel has ended: nothing can be written any more.";
const STEPS = "Run the cell again, then bring back earlier work (Begin, Earlier). Every take is kept.";
const PICTURE = "This is a picture of earlier work. Run the cell to go on.";

/** What a host's manager of widgets may tell about its kernel; a page has none. */
interface Manager {
  readonly kernel?: { readonly status?: string; readonly connectionStatus?: string } | null;
}

/**
 * Return the line that says whether somebody answers. The kernel is asked once; that it was restarted is seen by its
 * status, for then it answers others.
 */
export function noticePart(view: DeskView): HTMLElement {
  const { life, model, clock } = view;
  const line = element("div", { class: "mnb-notice", role: "status", hidden: true });
  let answered = false;
  let gone = false;
  const began = performance.now();
  const kernel = () => (model.raw as { widget_manager?: Manager }).widget_manager?.kernel;
  const tell = () => {
    const status = kernel()?.status ?? "";
    if (/^(restarting|autorestarting|dead|terminating)$/.test(status)) gone = true;
    const late = performance.now() - began > PATIENCE_MS;
    const silent = !answered && late && (status === "idle" || !kernel());
    line.hidden = !gone && !silent;
    line.textContent = gone ? `${GONE} ${STEPS}` : silent ? PICTURE : "";
    clock.band.tell({ writable: !gone && !silent });
  };
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
