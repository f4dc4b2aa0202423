import * as Output from "@batchwave/pipeline/Output"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import type { AnyRef } from "@batchwave/pipeline/Ref"
import { sh } from "@batchwave/pipeline/Shell"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const tasksCount = 500

/** A pipeline where the type of each task is inferred and its inputs come from the one before. */
const chainSource = (count: number, lastField: string): string => {
  const lines = [
    "import { Output, Pipeline, Shell } from \"@batchwave/pipeline\"",
    "import * as Schema from \"effect/Schema\"",
    "const { sh } = Shell",
    "export default Pipeline.make(\"chain\", {}, (p) => {",
    "  const t0 = p.task(\"t0\", { run: sh`a`, output: Output.json(Schema.Struct({ f0: Schema.Int })) })"
  ]
  for (let index = 1; index < count; index++) {
    const previous = `t${index - 1}.output.at("f${index - 1}")`
    lines.push(
      `  const t${index} = p.task("t${index}", { inputs: { x: ${previous} }, run: sh\`a \${${previous}}\`,`
        + ` output: Output.json(Schema.Struct({ f${index}: Schema.Int })) })`
    )
  }
  lines.push(`  return t${count - 1}.output.at("${lastField}")`, "})", "")
  return lines.join("\n")
}

const root = fileURLToPath(new URL("../", import.meta.url))

/** Type-checks sources in a directory of their own and answers the compiler's output. */
const typeCheck = (source: string): { readonly status: number | null; readonly output: string } => {
  const directory = mkdtempSync(join(tmpdir(), "batchwave-chain-"))
  mkdirSync(join(directory, "node_modules/@batchwave"), { recursive: true })
  symlinkSync(root, join(directory, "node_modules/@batchwave/pipeline"))
  symlinkSync(join(root, "node_modules/effect"), join(directory, "node_modules/effect"))
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }))
  writeFileSync(join(directory, "chain.ts"), source)
  writeFileSync(
    join(directory, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "ES2024",
        lib: ["ES2024"],
        module: "NodeNext",
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        noEmit: true,
        types: ["node"],
        typeRoots: [join(root, "../../node_modules/@types")]
      },
      files: ["chain.ts"]
    })
  )
  const tsc = join(root, "../../node_modules/.bin/tsc")
  const run = spawnSync(tsc, ["-p", directory], { encoding: "utf8" })
  rmSync(directory, { recursive: true })
  return { status: run.status, output: `${run.stdout}${run.stderr}` }
}

describe("Pipeline of a chain", () => {
  it("type-checks 500 tasks whose types are inferred from one another", () => {
    const { output, status } = typeCheck(chainSource(tasksCount, `f${tasksCount - 1}`))
    assert.strictEqual(output, "")
    assert.strictEqual(status, 0)
  })

  it("still finds a wrong field at the end of 500 tasks", () => {
    const { output, status } = typeCheck(chainSource(tasksCount, "f0"))
    assert.match(output, /chain\.ts\(505,.*TS2345: Argument of type '"f0"'.*'"f499"'/)
    assert.notStrictEqual(status, 0)
  })

  it("compiles 500 tasks to a chain of nodes in order", () => {
    const chain = Pipeline.make("chain", {}, (p) => {
      let previous: AnyRef | number = 0
      for (let index = 0; index < tasksCount; index++) {
        previous = p.task(`t${index}`, {
          inputs: { x: previous },
          run: sh`a`,
          output: Output.json(Schema.Int)
        }).output
      }
    })
    const { nodes } = Result.getOrThrow(chain.compile({})).definition.workflow
    assert.deepStrictEqual(
      nodes.map((node) => node.after),
      nodes.map((_, index) => index === 0 ? [] : [`t${index - 1}`])
    )
  })
})
