/**
 * Runtime of an exported page: the same views on the same modules, with recorded state in the kernel's place.
 *
 * The page holds one JSON element, `#musenb-page`. Bytes in it are `{"bytes": base64}`.
 */

import type { AnyWidget } from "@anywidget/types";
import { PageModel } from "./model";

export type Packed =
  null | boolean | number | string | readonly Packed[] | { readonly [name: string]: Packed };
type State = Record<string, Packed>;

export interface PageContent {
  /** The text of each module. */
  readonly bundles: Readonly<Record<string, string>>;
  readonly parts: readonly {
    readonly id: string;
    readonly bundle: string;
    readonly state: State;
  }[];
  /** For each take of the tree, what the parts show of it; null: nothing. */
  readonly takes: Readonly<Record<string, Readonly<Record<string, State | null>>>>;
}

/** Return a value with its bytes unpacked. */
export function unpack(value: Packed): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value as Record<string, Packed>);
  if (fields.length === 1 && fields[0]![0] === "bytes" && typeof fields[0]![1] === "string") {
    return new DataView(Uint8Array.from(atob(fields[0]![1]), (sign) => sign.charCodeAt(0)).buffer);
  }
  return Object.fromEntries(fields.map(([name, one]) => [name, unpack(one)]));
}

const unpacked = (state: State): Record<string, unknown> =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, unpack(value)]));

async function load(text: string): Promise<AnyWidget> {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return ((await import(/* @vite-ignore */ address)) as { default: AnyWidget }).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Bring the views of a page to life; `loader` makes a widget of a module's text. */
export async function start(
  content: PageContent,
  root: Document,
  loader = load,
): Promise<Map<string, PageModel>> {
  const models = new Map<string, PageModel>();
  const placeOf = (id: string) =>
    root.querySelector<HTMLElement>(`[data-part="${CSS.escape(id)}"]`);
  const heard = (message: { kind: string } & Record<string, unknown>) => {
    if (message.kind !== "take" || message.act !== "select") return;
    const take = content.takes[String(message.id)];
    for (const [id, state] of Object.entries(take ?? {})) {
      const place = placeOf(id);
      if (place) place.hidden = state === null;
      if (state) models.get(id)?.receive(unpacked(state));
    }
  };
  for (const { id, state } of content.parts)
    models.set(id, new PageModel(id, unpacked(state), models, heard));
  const never = new AbortController().signal;
  const none = () => Promise.reject(new Error("there is no kernel behind this page"));
  const widgets = new Map<string, Exclude<AnyWidget, () => unknown>>();
  for (const { id, bundle } of content.parts) {
    const widget = await loader(content.bundles[bundle] ?? "");
    if (typeof widget === "function") throw new Error(`${bundle} is no module of a view`);
    widgets.set(id, widget);
    await widget.initialize?.({
      model: models.get(id)!.asAny(),
      signal: never,
      experimental: { invoke: none },
    });
  }
  for (const [id, widget] of widgets) {
    const place = placeOf(id);
    if (!place) continue;
    place.replaceChildren();
    await widget.render?.({
      model: models.get(id)!.asAny(),
      el: place,
      signal: never,
      experimental: { invoke: none },
      host: { getModel: none, getWidget: none },
    });
  }
  return models;
}

const source = globalThis.document?.querySelector("#musenb-page");
if (source?.textContent) {
  start(JSON.parse(source.textContent) as PageContent, document).catch((error: unknown) => {
    console.error(error);
    const words = document.querySelector("#musenb-problem");
    if (words)
      words.textContent = `The views could not start: ${error instanceof Error ? error.message : String(error)}`;
  });
}
