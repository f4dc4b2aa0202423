/** The layers of the packages, and the check that guards them. */
import { assert, describe, it } from "@effect/vitest"
import { layerProblems, layers, tableProblems } from "./Layers.ts"
import { readTree, render } from "./SourceTree.ts"

const problemsOf = (path: string, text: string): string => render(layerProblems([{ path, text }]))
const manifest = (dependencies: Readonly<Record<string, string>>): string =>
  JSON.stringify({ dependencies })

describe("layers", () => {
  it("no package of this repository imports or depends on one it may not", () => {
    assert.strictEqual(render(layerProblems(readTree())), "")
  })

  it("the table only points downwards", () => {
    assert.deepStrictEqual(tableProblems(layers), [])
    assert.deepStrictEqual(
      tableProblems({
        low: { level: 0, imports: ["high"], external: [], platform: false },
        left: { level: 1, imports: ["right"], external: [], platform: false },
        right: { level: 1, imports: ["low"], external: [], platform: false },
        high: { level: 2, imports: ["left", "right"], external: [], platform: false }
      }),
      ["low (layer 0) may not import high", "left (layer 1) may not import right"]
    )
  })

  it("refuses an import of a higher layer and of the same layer", () => {
    assert.strictEqual(
      problemsOf("packages/core/src/A.ts", "import * as B from \"@batchwave/engine/B\""),
      "packages/core/src/A.ts:1: core may not import \"@batchwave/engine/B\""
    )
    assert.include(
      problemsOf("packages/engine/src/A.ts", "import type { B } from \"@batchwave/emulator/B\""),
      "engine may not import"
    )
    assert.include(
      problemsOf("packages/emulator/src/A.ts", "const a = import(\"batchwave\")"),
      "emulator may not import"
    )
  })

  it("allows an import of a lower layer and of the package itself", () => {
    const text =
      "import * as A from \"@batchwave/wire/A\"\nimport * as B from \"@batchwave/client/B\""
    assert.strictEqual(problemsOf("packages/client/src/C.ts", text), "")
  })

  it("keeps the pure packages away from Effect and the platform", () => {
    assert.include(
      problemsOf("packages/core/src/A.ts", "import * as Effect from \"effect/Effect\""),
      "core may not load \"effect/Effect\""
    )
    assert.include(
      problemsOf("packages/sim/src/A.ts", "import { readFileSync } from \"node:fs\""),
      "sim is pure and may not import \"node:fs\""
    )
  })

  it("refuses packages from outside that the table does not name", () => {
    assert.include(
      problemsOf("packages/engine/src/A.ts", "import \"undici\""),
      "engine may not load"
    )
    assert.strictEqual(problemsOf("packages/client/src/A.ts", "import \"undici\""), "")
    assert.strictEqual(
      problemsOf("packages/client/src/A.ts", "import \"@effect/platform-node/NodeRuntime\""),
      ""
    )
  })

  it("refuses a relative import that leaves the package's sources, not one that stays", () => {
    const up = "import \"../../../core/src/Plan.ts\""
    assert.include(problemsOf("packages/engine/src/deep/A.ts", up), "leaves the package")
    assert.include(
      problemsOf("packages/engine/src/A.ts", "import \"../test/B.ts\""),
      "leaves the package"
    )
    assert.strictEqual(problemsOf("packages/engine/src/deep/A.ts", "import \"../B.ts\""), "")
    assert.strictEqual(problemsOf("packages/engine/src/A.ts", "import \"./deep/B.ts\""), "")
  })

  it("refuses dependencies in package.json by the same table", () => {
    const path = "packages/sim/package.json"
    assert.strictEqual(problemsOf(path, manifest({ "@batchwave/core": "workspace:^" })), "")
    assert.include(
      problemsOf(path, manifest({ effect: "catalog:" })),
      "sim may not depend on effect"
    )
    assert.include(
      problemsOf(path, manifest({ "@batchwave/wire": "workspace:^" })),
      "sim may not depend on @batchwave/wire"
    )
  })

  it("refuses a package that has no place in the table", () => {
    assert.include(problemsOf("packages/novel/package.json", "{}"), "not in the table of layers")
    assert.strictEqual(problemsOf("packages/bench/package.json", "{}"), "")
  })

  it("lets nothing depend on the benchmarks", () => {
    assert.include(
      problemsOf(
        "packages/batchwave/package.json",
        manifest({ "@batchwave/bench": "workspace:^" })
      ),
      "batchwave may not depend on @batchwave/bench"
    )
  })
})
