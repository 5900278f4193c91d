/** Sound engine widget: its model holds the code and the piano for every widget that sounds; its view tells so. */

import { mount } from "../core/mount";
import type { EngineState } from "../core/wire/sound";

export default mount<EngineState>({
  label: "Sound engine",
  view({ root, model }) {
    root.textContent = model.get("description");
  },
});
