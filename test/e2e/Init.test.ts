/** A directory to begin in, and the words of the command line that a new user tries first. */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Command from "./Command.ts"

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

describe("batchwave init", () => {
  it("writes a pipeline that runs as it is, keeps its runs out of Git, and overwrites nothing", async () => {
    const cwd = Command.makeDirectory()
    writeFileSync(join(cwd, ".gitignore"), "dist/")
    const made = await Command.run(["init"], { cwd })
    assert.deepStrictEqual([made.code, made.stdout], [0, "pipeline.ts\n.gitignore\n"], made.stderr)
    assert.include(made.stderr, "npm install batchwave effect")
    assert.strictEqual(readFileSync(join(cwd, ".gitignore"), "utf8"), "dist/\n.batchwave/\n")
    const text = readFileSync(join(cwd, "pipeline.ts"), "utf8")
    assert.strictEqual(text, readFileSync(fromHere("../../examples/02-words.ts"), "utf8"))

    // As `npm install batchwave effect` would leave it.
    mkdirSync(join(cwd, "node_modules"))
    symlinkSync(fromHere("../../packages/batchwave"), join(cwd, "node_modules", "batchwave"))
    symlinkSync(fromHere("../../node_modules/effect"), join(cwd, "node_modules", "effect"))
    const [ended, again, other, wrong] = await Promise.all([
      Command.run([
        "run",
        "pipeline.ts",
        "--param",
        "texts=[\"one\", \"two's $HOME 12\"]",
        "--json"
      ], {
        cwd
      }),
      Command.run(["init"], { cwd }),
      Command.run(["init", "other.ts"], { cwd }),
      Command.run(["init", "pipeline.py"], { cwd })
    ])
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(JSON.parse(ended.stdout).results, { words: 4 })
    assert.strictEqual(again.code, 2)
    assert.include(again.stderr, "pipeline.ts is there already")
    assert.strictEqual(readFileSync(join(cwd, "pipeline.ts"), "utf8"), text)
    assert.deepStrictEqual([other.code, other.stdout], [0, "other.ts\n"], other.stderr)
    assert.notInclude(other.stderr, "npm install")
    assert.strictEqual(wrong.code, 2)
    assert.include(wrong.stderr, "ends in .ts")
  })
})

describe("the words that a new user tries", () => {
  it("help, help of a command and version are answered as by other tools", async () => {
    const cwd = Command.makeDirectory()
    const [help, ofRun, flag, version] = await Promise.all(
      [["help"], ["help", "run"], ["run", "--help"], ["version"]].map((words) =>
        Command.run(words, { cwd })
      )
    )
    assert.strictEqual(help?.code, 0, help?.stderr)
    assert.match(help?.stdout ?? "", /SUBCOMMANDS[\s\S]*init/)
    assert.match(ofRun?.stdout ?? "", /batchwave run \[flags\] <file>/)
    assert.strictEqual(ofRun?.stdout, flag?.stdout)
    assert.match(version?.stdout ?? "", /^batchwave \d+\.\d+\.\d+\n$/)
  })

  it("a number that is none is refused with the numbers there are", async () => {
    const cwd = Command.makeDirectory()
    const endings = await Promise.all(
      ["abc", "0", "257", "1.5"].map((slots) =>
        Command.run(["run", "x.ts", "--slots", slots], { cwd })
      )
    )
    for (const ended of endings) {
      assert.strictEqual(ended.code, 2)
      assert.match(ended.stderr, /--slots: "[^"]+"\. Expected: a whole number from 1 to 256/)
    }
  })
})

describe("batchwave demo", () => {
  it("runs without file, package or account, and says what to look at", async () => {
    const ended = await Command.run(["demo", "--plain"], { cwd: Command.makeDirectory() })
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stdout, /^results:\n {2}pi {2}3\.1\d+$/m)
    assert.match(ended.stderr, /throw\[3\] failed: exit code 75; retry 1 of 2/)
    assert.include(ended.stderr, "npx batchwave init")
  })
})
