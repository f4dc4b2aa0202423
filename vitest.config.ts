import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/**
 * Long enough for a machine that others use too, where a test of some seconds may take a minute: only what
 * would never end is ended by it.
 */
const timeouts = { testTimeout: 240_000, hookTimeout: 240_000 }

/** Where tests leave files. */
const globalSetup = fileURLToPath(new URL("test/TemporaryDirectory.ts", import.meta.url))

export default defineConfig({
  test: {
    globalSetup,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts"],
          isolate: false,
          ...timeouts
        }
      },
      {
        extends: true,
        test: {
          name: "repository",
          include: ["test/{tidy,conformance,model}/**/*.test.ts"],
          isolate: false,
          ...timeouts
        }
      },
      {
        extends: true,
        test: {
          name: "simulation",
          include: ["test/simulation/**/*.test.ts"],
          testTimeout: 600_000
        }
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          setupFiles: ["test/e2e/endCommands.ts"],
          ...timeouts
        }
      }
    ]
  }
})
