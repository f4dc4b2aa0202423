/**
 * The tests of `npm run test:conformance`: what `npm test` runs of the official clients, and what it
 * leaves out because it needs Python or minutes, the orchestrators of the benchmark `peers` among it.
 */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: fileURLToPath(new URL("../../TemporaryDirectory.ts", import.meta.url)),
    root: fileURLToPath(new URL("../../..", import.meta.url)),
    include: [
      "test/conformance/{clients,headToHead}/**/*.{test,conformance}.ts",
      "packages/bench/test/**/*.conformance.ts"
    ],
    testTimeout: 240_000,
    hookTimeout: 240_000
  }
})
