/** The notebook's sound engine: its model holds the code and the piano for every widget that sounds; its view tells so. */

import { mount } from "../mount";
import type { EngineState } from "../wire";

export default mount<EngineState>({
  label: "Sound engine",
  view({ root, model }) {
    root.textContent = model.get("description");
  },
});
