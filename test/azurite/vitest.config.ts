/** The tests of `npm run test:azurite`, which need what this folder's own lock file brings. */
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    globalSetup: fileURLToPath(new URL("../TemporaryDirectory.ts", import.meta.url)),
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/azurite/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000
  }
})
