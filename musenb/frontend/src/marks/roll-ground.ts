/** Render state of the roll's ground layer: what changes with the notes, the selection and the view. */

import type { Times } from "./roll-grid";
import type { RollIndex } from "./roll-index";
import type { NoteLook } from "./roll-notes";
import type { Viewport } from "./roll-view";

export interface Ground extends NoteLook, Times {
  readonly index: RollIndex;
  readonly view: Viewport;
  /** Pixels of the velocity lane; 0 for none. */
  readonly lane: number;
}
