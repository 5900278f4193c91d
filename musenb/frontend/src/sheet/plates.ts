/**
 * Cache of engraved pages: what was saved, and what has been asked for since. Made in `initialize`, read by the
 * views.
 */

import { unpackJson } from "../core/gzip";
import type { Life } from "../core/life";
import type { Model } from "../core/model";
import type {
  PlateReply,
  SheetPlan,
  SheetPlate,
  SheetState,
  WantedPlate,
  WantPlates,
} from "../core/wire/sheet";

const NO_PLAN: SheetPlan = { edition: 0, width: 900, pages: [], voices: [], error: "" };

export class PlateStore {
  readonly #model: Model<SheetState>;
  readonly #events = new EventTarget();
  readonly #plates = new Map<number, SheetPlate>();
  // The pages that have been asked for, and in which edition.
  readonly #asked = new Map<number, number>();
  // Until the saved pages are unpacked nobody knows what is missing.
  #unpacking = 0;

  constructor(model: Model<SheetState>, life: Life) {
    this.#model = model;
    const takeSaved = life.guard(() => this.#takeSaved());
    model.on("change:plates_version", life, takeSaved);
    model.on("change:plan", life, () => this.#planned());
    model.onMessage<PlateReply>("plate", life, (reply, [packed]) => this.#take(reply, packed));
    takeSaved();
  }

  get plan(): SheetPlan {
    return { ...NO_PLAN, ...this.#model.get("plan") };
  }

  /** The last drawing of a page; of an earlier edition while the new one is on its way. */
  plate(page: number): SheetPlate | undefined {
    return this.#plates.get(page);
  }

  /** The pages that can be shown now. */
  get plates(): Iterable<SheetPlate> {
    return this.#plates.values();
  }

  /** Ask the kernel for pages that are looked at and not drawn in this edition. */
  want(pages: readonly number[]): void {
    if (this.#unpacking) return;
    const { edition } = this.plan;
    const missing = pages.filter(
      (page) => this.#plates.get(page)?.edition !== edition && this.#asked.get(page) !== edition,
    );
    if (!missing.length) return;
    for (const page of missing) this.#asked.set(page, edition);
    const wanted = missing.map((page): WantedPlate => [page, this.#plates.get(page)?.key ?? ""]);
    this.#model.post<WantPlates>({ kind: "plates", edition, pages: wanted });
  }

  /** Call when the layout or a page has changed. */
  onChange(life: Life, call: () => unknown): void {
    life.on(this.#events, "change", call);
  }

  #tell(): void {
    this.#events.dispatchEvent(new Event("change"));
  }

  #planned(): void {
    const { edition, pages } = this.plan;
    for (const [page, plate] of this.#plates)
      if (page >= pages.length || plate.edition > edition) this.#plates.delete(page);
    this.#tell();
  }

  async #takeSaved(): Promise<void> {
    const packed = this.#model.get("plates");
    if (!packed?.byteLength) return;
    this.#unpacking += 1;
    try {
      this.#keep(await unpackJson<SheetPlate[]>(packed));
    } finally {
      this.#unpacking -= 1;
      this.#tell();
    }
  }

  async #take(reply: PlateReply, packed: DataView | undefined): Promise<void> {
    const known = this.#plates.get(reply.page);
    if (packed) this.#keep([await unpackJson<SheetPlate>(packed)]);
    else if (known?.key === reply.key) this.#keep([{ ...known, edition: reply.edition }]);
  }

  #keep(plates: readonly SheetPlate[]): void {
    const { edition, pages } = this.plan;
    let changed = false;
    for (const plate of plates) {
      const known = this.#plates.get(plate.page);
      if (
        plate.page >= pages.length ||
        plate.edition > edition ||
        (known && known.edition >= plate.edition)
      )
        continue;
      if (known?.key === plate.key)
        this.#plates.set(plate.page, { ...known, edition: plate.edition });
      else {
        this.#plates.set(plate.page, plate);
        changed = true;
      }
    }
    if (changed) this.#tell();
  }
}
