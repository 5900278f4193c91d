/** Import rules of the sources: which folder may know which, no cycles, names and sizes of files. */

import { expect, test } from "vitest";

declare global {
  interface ImportMeta {
    glob(
      pattern: string,
      options: { query: string; import: string; eager: true },
    ): Record<string, string>;
  }
}

/** What the files of a folder may import beside their own folder. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  marks: ["core"],
  sound: ["core"],
  player: ["core", "marks"],
  attention: ["core", "marks"],
  keyboard: ["core", "marks", "sound"],
  sheet: ["core", "marks"],
  roll: ["core", "marks"],
  desk: ["core", "marks"],
  motif: ["core", "marks"],
  game: ["core", "keyboard", "sound"],
  question: ["core", "marks", "sound"],
  asking: ["core", "marks", "sound"],
  page: [],
  widgets: [
    ...["core", "marks", "sound", "player", "attention", "keyboard", "sheet", "roll"],
    ...["desk", "motif", "game", "question", "asking"],
  ],
};
/** Who may name anywidget: the handle of its model, what wraps a view, and the exported page, which stands in for it. */
const KNOW_JUPYTER = /^(core\/(?:hearing|model|mount)|page\/\w+)$/;
const MOST_LINES = 400;
const LONGEST_LINE = 120;

interface Import {
  /** The importing file and the imported one, without ending, such as "core/clock"; packages as they are named. */
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const sources = import.meta.glob("../src/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});
const modules = new Map(
  Object.entries(sources).map(([path, text]) => [
    path.replace("../src/", "").replace(/\.ts$/, ""),
    text,
  ]),
);
const imports = [...modules].flatMap(([name, text]) => importsOf(name, text));

/** Return the file that a relative specifier names, as seen from a file. */
function resolved(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function importsOf(from: string, text: string): Import[] {
  const found = text.matchAll(/^(import|export)\s+(type\s)?(?:[^"';]*?from\s+)?"([^"]+)"/gm);
  return [...found].map(([, , type, specifier]) => ({
    from,
    to: resolved(from, specifier ?? ""),
    typeOnly: Boolean(type),
  }));
}

const folderOf = (name: string): string => name.split("/")[0] ?? "";

/** Return the first cycle that a walk along the imports finds, as the names on it; empty for none. */
function cycleIn(edges: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const finished = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (finished.has(name)) return [];
    for (const to of next.get(name) ?? []) {
      const cycle = walk(to, [...path, name]);
      if (cycle.length) return cycle;
    }
    finished.add(name);
    return [];
  };
  for (const name of next.keys()) {
    const cycle = walk(name, []);
    if (cycle.length) return cycle;
  }
  return [];
}

test("the sources are read", () => {
  expect(modules.size).toBeGreaterThan(80);
  expect(imports.length).toBeGreaterThan(400);
  expect(imports).toContainEqual({ from: "core/mount", to: "core/clock", typeOnly: false });
});

test("every folder has its rule", () => {
  const folders = new Set([...modules.keys()].map(folderOf));
  expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test("a folder imports only what it may know", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [own, other] = [folderOf(from), folderOf(to)];
    if (!(other in MAY_IMPORT)) return false;
    // Each widget is a bundle of its own.
    if (own === other) return own === "widgets" && !to.endsWith(".css");
    return !MAY_IMPORT[own]?.includes(other);
  });
  expect(wrong).toEqual([]);
});

test("only widgets, and what carries them, know Jupyter", () => {
  const jupyter = imports.filter(
    ({ to }) => to.startsWith("@anywidget") || to.startsWith("@jupyter"),
  );
  expect(jupyter.length).toBeGreaterThan(0);
  expect(jupyter.filter(({ from }) => !KNOW_JUPYTER.test(from))).toEqual([]);
  const mounting = imports.filter(({ to, typeOnly }) => to === "core/mount" && !typeOnly);
  expect(mounting.filter(({ from }) => folderOf(from) !== "widgets")).toEqual([]);
});

test("no imports go round in a circle, those of types included", () => {
  expect(cycleIn(imports)).toEqual([]);
  const circle = [
    ["a", "b"],
    ["b", "c"],
    ["c", "b"],
  ].map(([from = "", to = ""]) => ({ from, to, typeOnly: true }));
  expect(cycleIn(circle)).toEqual(["b", "c", "b"]);
});

test("each module says what it is, and its lines are short", () => {
  const silent = [...modules].filter(([, text]) => !/^(\/\*\*|\/\/) ?/.test(text));
  expect(silent.map(([name]) => name)).toEqual([]);
  const wide = [...modules].flatMap(([name, text]) =>
    text
      .split("\n")
      .filter((line) => line.length > LONGEST_LINE)
      .map(() => name),
  );
  expect(wide).toEqual([]);
});

test("file names are in kebab case, and files are short", () => {
  const names = [...modules.keys()].flatMap((name) => name.split("/"));
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*(\.d)?$/.test(name))).toEqual([]);
  const long = [...modules].filter(([, text]) => text.trimEnd().split("\n").length > MOST_LINES);
  expect(long.map(([name]) => name)).toEqual([]);
});
