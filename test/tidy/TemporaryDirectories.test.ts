/**
 * Where tests and benchmarks leave files: below one directory that is removed when they have ended.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const setup = fromHere("../TemporaryDirectory.ts")
const scratch = fromHere("../../packages/bench/src/ScratchDirectory.ts")

/** Runs a module in a process with a temporary directory of its own, and answers what is left in it. */
const leftBy = (body: string, env: { readonly [name: string]: string } = {}) => {
  const outside = mkdtempSync(join(tmpdir(), "outside-"))
  mkdirSync(join(outside, "node-compile-cache"))
  writeFileSync(join(outside, "node-compile-cache", "compiled"), "")
  const { BATCHWAVE_KEEP: _keep, BATCHWAVE_TESTS_DIRECTORY: _marker, ...rest } = process.env
  const done = spawnSync(process.execPath, ["--input-type=module", "--eval", body], {
    env: { ...rest, ...env, TMPDIR: outside },
    encoding: "utf8"
  })
  assert.isTrue(existsSync(join(outside, "node-compile-cache", "compiled")), "the cache is shared")
  const left = readdirSync(outside).filter((name) => name !== "node-compile-cache")
  return { left, status: done.status, stdout: done.stdout, stderr: done.stderr, outside }
}

const withSetup = (body: string): string => `
import { setup } from ${JSON.stringify(pathToFileURL(setup).href)}
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
const remove = setup()
mkdtempSync(join(tmpdir(), "batchwave-e2e-"))
${body}
`

describe("temporary directories", () => {
  it("are where the tests of this run are told to leave files", () => {
    const directory = process.env["BATCHWAVE_TESTS_DIRECTORY"]
    assert.strictEqual(tmpdir(), directory)
    assert.isTrue(lstatSync(join(directory ?? "", "node-compile-cache")).isSymbolicLink())
  })

  it("are gone when the tests have ended, and made once for all projects", () => {
    const done = leftBy(withSetup("const again = setup()\nagain()\nremove()"))
    assert.deepStrictEqual([done.left, done.status, done.stderr], [[], 0, ""])
  })

  it("stay and are named when BATCHWAVE_KEEP is set", () => {
    const { left, outside, stderr } = leftBy(withSetup("remove()"), { BATCHWAVE_KEEP: "1" })
    assert.lengthOf(left, 1)
    assert.strictEqual(stderr, `kept: ${join(outside, left[0] ?? "")}\n`)
    assert.isTrue(
      readdirSync(join(outside, left[0] ?? "")).some((name) => name.startsWith("batchwave-e2e-"))
    )
  })

  it("of a benchmark that fails are gone too", () => {
    const body = `
import * as ScratchDirectory from ${JSON.stringify(pathToFileURL(scratch).href)}
process.stdout.write(ScratchDirectory.make("bench"))
throw new Error("on purpose")
`
    const done = leftBy(body)
    assert.match(done.stdout, /batchwave-bench-/)
    assert.deepStrictEqual([done.left, done.status], [[], 1])
    assert.lengthOf(leftBy(body, { BATCHWAVE_KEEP: "1" }).left, 1)
  })
})
