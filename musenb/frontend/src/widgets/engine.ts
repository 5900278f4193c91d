/** The notebook's sound engine: a model without a view that holds the code and the piano for every widget that sounds. */

import { mount } from "../mount";
import type { EngineState } from "../wire";

export default mount<EngineState>({ label: "Sound engine" });
