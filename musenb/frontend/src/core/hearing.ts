/**
 * Hearing of a model: anywidget gives up on one that is not up within 2 s of its making, as on a slow or busy machine,
 * and from then on passes on no change and no message of the kernel's, for good. Such a model is found and heard again.
 */

import type { AnyModel } from "@anywidget/types";

type Heard = (this: unknown, message: unknown) => Promise<unknown>;

interface Inner {
  _handle_comm_msg?: Heard;
  comm?: { on_msg?(call: (message: unknown) => unknown): void };
}

interface Manager {
  get_model?(id: string): Promise<Inner | undefined>;
}

/** A message that no model does anything with. */
const NOTHING = { content: { data: { method: "nothing" } } };

/** Return the method that anywidget's own stands before: that of Jupyter's model. */
function plainMethod(inner: Inner): Heard | undefined {
  let place: object | null = Object.getPrototypeOf(inner) as object | null;
  while (place && !Object.hasOwn(place, "_handle_comm_msg"))
    place = Object.getPrototypeOf(place) as object | null;
  return place ? (Object.getPrototypeOf(place) as Inner)._handle_comm_msg : undefined;
}

/** Let a model hear its kernel again if it was given up; return whether it was. Ask for its state afterwards. */
export async function heardAgain(raw: AnyModel, id: string): Promise<boolean> {
  const manager = raw.widget_manager as unknown as Manager | undefined;
  if (!id || !manager?.get_model) return false;
  const inner = await manager.get_model(id);
  const { comm } = inner ?? {};
  if (!inner?._handle_comm_msg || !comm?.on_msg) return false;
  try {
    await inner._handle_comm_msg(NOTHING);
    return false;
  } catch {
    const plain = plainMethod(inner);
    if (!plain) return false;
    comm.on_msg((message) => plain.call(inner, message));
    return true;
  }
}
