/** Desk of the studio: the bar, the settings, the drawers beside the music. */

import { barPart } from "../desk/bar";
import css from "../desk/desk.css";
import "../desk/icons";
import { classView } from "../desk/classview";
import { emptyPart } from "../desk/empty";
import { deskKeys } from "../desk/keys";
import { layOut } from "../desk/layout";
import { behindTheMusic } from "../desk/order";
import { noticePart } from "../desk/notices";
import { drawerPart, railPart } from "../desk/rail";
import { safePart } from "../desk/safe";
import { settingsPart } from "../desk/settings";
import { takesPart } from "../desk/takes";
import { fulfilWishes } from "../desk/wishes";
import { element } from "../core/dom";
import { mount } from "../core/mount";
import type { DeskState } from "../core/wire/desk";

export default mount<DeskState>({
  label: "Studio",
  view(view) {
    const { root, model, life } = view;
    const style = element("style");
    style.textContent = css;
    if (model.get("read_only")) {
      root.append(style, element("div", { class: "mnb-desk-takes" }, takesPart(view)));
      return;
    }
    const notice = noticePart(view);
    const { row, warning } = safePart(view);
    const bar = barPart(view);
    const settings = settingsPart(view);
    let studio: HTMLElement | undefined;
    const room = classView(view, () => studio);
    const rail = railPart(view, room.enter);
    let empty = false;
    const start = emptyPart(view, (now) => {
      empty = now;
      studio?.toggleAttribute("data-empty", now);
    });
    // The drawer is the next stop behind the rail that opens it.
    const side = [rail, drawerPart(view)];
    root.append(style, notice, warning, bar, settings, start, ...side, row);
    root.append(...room.parts);
    fulfilWishes(view);
    layOut(view, [notice, warning, bar, settings, row, ...room.parts], (around) => {
      studio = around;
      studio.toggleAttribute("data-empty", empty);
      behindTheMusic(view, studio, side);
      deskKeys(view, around, {
        turnClass: () => (room.on ? room.leave() : room.enter()),
        leaveClass: () => (room.on ? (room.leave(), true) : false),
        choose: (way) =>
          around.querySelectorAll<HTMLElement>(".mnb-choice-main")[way - 1]?.click(),
      });
    });
    let running = false;
    model.on("change:running", life, () => {
      const now = model.get("running") ?? false;
      if (now !== running) view.say(now ? "writing" : `${model.get("written") ?? 0} notes written`);
      running = now;
    });
  },
});
