/** Gzip decompression by the browser, of what the kernel packs. */

/** Return the JSON value in a gzip of JSON. */
export async function unpackJson<T>(bytes: ArrayBufferView): Promise<T> {
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  // What fails here fails the reading below as well.
  void writer
    .write(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength))
    .catch(() => undefined);
  void writer.close().catch(() => undefined);
  const decoder = new TextDecoder();
  const reader = stream.readable.getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += decoder.decode(part.value as Uint8Array, { stream: true });
  }
  return JSON.parse(text + decoder.decode()) as T;
}
