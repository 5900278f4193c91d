import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "text",
      enforce: "pre",
      load(id) {
        return id.endsWith(".css") ? `export default ${JSON.stringify(readFileSync(id, "utf8"))}` : undefined;
      },
    },
  ],
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    maxWorkers: 1,
    fileParallelism: false,
    isolate: false,
  },
});
