// Builds every widget in src/widgets into ../static, one minified ES module each, and the licences of what is in them.
// The same sources and the same lock give the same bytes. `node build.mjs DIR` builds into another folder.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transformSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const ENGINE = "src/sound/spessa.ts";
const target = resolve(process.argv[2] ?? join(here, "..", "static"));

/** `import text from "raw:package/dist/file.js"` gives the file's text: the audio worklet travels inside the engine. */
const raw = {
  name: "raw",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^raw:/ }, ({ path }) => ({
      path: join(here, "node_modules", path.slice("raw:".length)),
      namespace: "raw",
    }));
    onLoad({ filter: /.*/, namespace: "raw" }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"),
      loader: "text",
    }));
    // Styles travel as text, without what is only for those who read them here.
    onLoad({ filter: /\.css$/ }, ({ path }) => ({
      contents: transformSync(readFileSync(path, "utf8"), { loader: "css", minify: true, charset: "utf8" }).code,
      loader: "text",
    }));
  },
};

const options = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  platform: "browser",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  metafile: true,
  write: false,
  plugins: [raw],
};

const widgets = readdirSync(join(here, "src", "widgets"))
  .filter((name) => name.endsWith(".ts"))
  .sort();
const entries = [...widgets.map((name) => `src/widgets/${name}`), ENGINE, "src/page/page.ts"];
const packages = new Set();
mkdirSync(target, { recursive: true });

for (const entry of entries) {
  const { outputFiles, metafile } = await build({ ...options, entryPoints: [entry] });
  for (const input of Object.keys(metafile.inputs)) {
    const found = input.replace(/^raw:/, "").split(sep).join("/").match(/node_modules\/((?:@[^/]+\/)?[^/]+)/);
    if (found) packages.add(found[1]);
  }
  const name = basename(entry, ".ts");
  const bytes = outputFiles[0].contents;
  // The engine is fetched as data by the page and unpacked there: see src/sound/synth.ts. Level 9, no time stamp: same bytes.
  const packed = entry === ENGINE;
  const file = packed ? `${name}.js.gz` : `${name}.js`;
  const out = packed ? gzipSync(bytes, { level: 9 }) : bytes;
  if (packed) out[9] = 255; // the operating system's code, which differs between machines
  writeFileSync(join(target, file), out);
  console.log(`${relative(process.cwd(), join(target, file))}  ${(out.length / 1000).toFixed(1)} kB`);
}

writeFileSync(join(target, "THIRD_PARTY.txt"), notices([...packages].sort()));

/** Return the names, versions and licence texts of the packages that went into the bundles. */
function notices(names) {
  const parts = ["The bundles in this folder contain code of these packages.\n"];
  for (const name of names) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} carries no licence text`);
    parts.push(`${"=".repeat(80)}\n${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
  }
  return parts.join("\n").replaceAll("\r\n", "\n");
}
