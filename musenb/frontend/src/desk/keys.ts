/** Keyboard of the desk: single letters while the focus is in it and not in a field. */

import { canGoAnotherWay, goOn, listener } from "./bar";
import { act, type DeskView } from "./parts";
import { DRAWER_KEYS, turn } from "./rail";

/** Return whether a key belongs to what has the focus: a field, or a view with keys of its own. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|range|button)$/.test(target.type);
}

export interface KeyActs {
  turnClass(): void;
  /** Return whether the class view was on, which is left. */
  leaveClass(): boolean;
  /** Choose one of the ways, counted from 1. */
  choose(way: number): void;
}

/** Listen on the box of the whole studio. */
export function deskKeys(view: DeskView, around: HTMLElement, acts: KeyActs): void {
  const { life, model, clock } = view;
  const listen = listener(view);
  life.on(around, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    const target = event.target as HTMLElement;
    if (isTyping(target) || target.closest(".mnb-roll-strip, .mnb-keys, [role=tree]")) return;
    const { writable } = clock.band.facts;
    const running = model.get("running") ?? false;
    if (key === "escape" && running) act(view, "stop");
    else if (key === "escape" && acts.leaveClass()) return event.stopPropagation();
    else if (key === "escape" && model.get("drawer")) model.set({ drawer: "" });
    else if (key === "c" && writable && model.get("takes")?.length) goOn(view, listen);
    else if (key === "n" && writable && !running && canGoAnotherWay(view)) {
      listen();
      act(view, "again");
    } else if (key === " " && target.tagName !== "BUTTON" && target.tagName !== "SUMMARY")
      clock.toggle();
    else if (key === "f") acts.turnClass();
    else if (key === "e") clock.band.wish({ kind: "focus", on: "tools" });
    else if (/^[1-4]$/.test(key)) acts.choose(Number(key));
    else if (DRAWER_KEYS[key]) turn(view, DRAWER_KEYS[key]!);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
