/**
 * Directories that cannot be made, wherever a command is given one: refused at once, by name.
 */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

const workflow = JSON.stringify({ version: 1, name: "w", nodes: [{ name: "a", command: "true" }] })

const example = new URL("../../examples/lab/memory.ts", import.meta.url).pathname

interface Refused {
  readonly what: string
  readonly args: (place: string) => ReadonlyArray<string>
}

const refused: ReadonlyArray<Refused> = [
  { what: "run --data", args: (place) => ["run", "w.json", "--data", place] },
  { what: "emulate --data", args: (place) => ["emulate", "--data", place] },
  { what: "emulate --allow", args: (place) => ["emulate", "--allow", place] },
  { what: "emulate --truth", args: (place) => ["emulate", "--truth", join(place, "truth.ndjson")] },
  { what: "lab --out", args: (place) => ["lab", example, "--out", place] }
]

/** A file, and on Linux a directory of the system in which nothing can be made. */
const places = (cwd: string): ReadonlyArray<string> => [
  join(cwd, "w.json", "below"),
  ...(existsSync("/proc/self") ? ["/proc/nope/below"] : [])
]

describe("a directory that cannot be made", () => {
  for (const { args, what } of refused) {
    it(`is refused by ${what} with code 2, which names it`, async () => {
      const cwd = Command.makeDirectory()
      writeFileSync(join(cwd, "w.json"), workflow)
      const endings = places(cwd).map(async (place) => ({
        place,
        ended: await Command.run(args(place), { cwd })
      }))
      for (const { ended, place } of await Promise.all(endings)) {
        assert.strictEqual(ended.code, 2, ended.stderr)
        assert.strictEqual(ended.stdout, "")
        assert.include(ended.stderr, place)
        assert.match(ended.stderr, /error: /)
        assert.notMatch(ended.stderr, /\n {4}at /)
      }
      assert.deepStrictEqual(readdirSync(cwd).filter((name) => name !== ".batchwave"), ["w.json"])
    })
  }

  it("is refused by report --out", async () => {
    const cwd = Command.makeDirectory()
    writeFileSync(join(cwd, "w.json"), workflow)
    const run = await Command.run(["run", "w.json", "--executor", "simulated"], { cwd })
    assert.strictEqual(run.code, 0, run.stderr)
    const place = join(cwd, "w.json", "report.html")
    const ended = await Command.run(["report", "--format", "html", "--out", place], { cwd })
    assert.strictEqual(ended.code, 2, ended.stderr)
    assert.include(ended.stderr, `cannot write ${place}`)
  })
})
