/** Desk of the studio: begin, go on, the tree of takes, keep. */

import { askPart } from "../desk/ask";
import { controlsPart } from "../desk/controls";
import css from "../desk/desk.css";
import "../desk/icons";
import { keepPart } from "../desk/keep";
import { primePart } from "../desk/prime";
import { safePart } from "../desk/safe";
import { takesPart } from "../desk/takes";
import { element } from "../core/dom";
import { mount } from "../core/mount";
import type { DeskState } from "../core/wire/desk";

export default mount<DeskState>({
  label: "Studio",
  view(view) {
    const style = element("style");
    style.textContent = css;
    if (view.model.get("read_only")) {
      view.root.append(style, element("div", { class: "mnb-desk" }, takesPart(view)));
      return;
    }
    const { row, warning } = safePart(view);
    const parts = [
      primePart(view),
      controlsPart(view),
      takesPart(view),
      element("div", { class: "mnb-desk-stack" }, askPart(view), keepPart(view)),
    ];
    view.root.append(style, warning, element("div", { class: "mnb-desk" }, ...parts), row);
    let running = false;
    view.model.on("change:running", view.life, () => {
      const now = view.model.get("running") ?? false;
      if (now !== running)
        view.say(now ? "writing" : `${view.model.get("written") ?? 0} notes written`);
      running = now;
    });
  },
});
