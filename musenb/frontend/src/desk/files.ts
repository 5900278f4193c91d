/** Files from the page to the kernel and back, in pieces that every server lets through. */

import { element } from "../core/dom";
import { CHUNK_BYTES } from "../core/wire/base";
import type { FilePart, Kept } from "../core/wire/desk";
import type { DeskView } from "./parts";

export const READ = ".mid,.midi,.rmi,.musicxml,.xml,.mxl,.abc,.jsonl";

/** Send a file. */
export async function upload({ model, say }: DeskView, file: File): Promise<void> {
  const id = Math.random().toString(36).slice(2);
  const parts = Math.max(1, Math.ceil(file.size / CHUNK_BYTES));
  for (let part = 0; part < parts; part++) {
    const piece = await file.slice(part * CHUNK_BYTES, (part + 1) * CHUNK_BYTES).arrayBuffer();
    model.post<FilePart>({ kind: "file", file: id, name: file.name, part, parts }, [piece]);
  }
  say(`${file.name} is read`);
}

/** Gather the pieces of a file that the kernel hands over, and let the browser save it. */
export function downloads({ model, life, say }: DeskView): void {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  model.onMessage<Kept>("kept", life, ({ name, type, part, parts }, [buffer]) => {
    if (part === 0) pieces = [];
    if (buffer)
      pieces.push(
        new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength).slice(),
      );
    if (part < parts - 1) return;
    const address = URL.createObjectURL(new Blob(pieces, { type }));
    pieces = [];
    const link = element("a", { href: address, download: name });
    link.click();
    life.after(60_000, () => URL.revokeObjectURL(address));
    life.atEnd(() => URL.revokeObjectURL(address));
    say(`${name} is saved`);
  });
}
