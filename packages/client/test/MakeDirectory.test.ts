import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { platform, tmpdir } from "node:os"
import { join } from "node:path"

const root = (): string => mkdtempSync(join(tmpdir(), "batchwave-made-"))

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe("MakeDirectory.make", () => {
  it("makes all that is missing, for its owner only, and leaves what is there", () => {
    const directory = root()
    mkdirSync(join(directory, "there"), { mode: 0o755 })
    MakeDirectory.make(join(directory, "there", "a", "b"))
    MakeDirectory.make(join(directory, "there", "a", "b"))
    assert.strictEqual(modeOf(join(directory, "there")), "755")
    assert.strictEqual(modeOf(join(directory, "there", "a")), "700")
    assert.strictEqual(modeOf(join(directory, "there", "a", "b")), "700")
    MakeDirectory.make(join(directory, "open"), 0o755)
    assert.strictEqual(modeOf(join(directory, "open")), "755")
  })

  it("says so when a file is in the place of the directory or of a parent", () => {
    const directory = root()
    const file = join(directory, "file")
    writeFileSync(file, "")
    assert.throws(() => MakeDirectory.make(file), /EEXIST.*file/)
    assert.throws(() => MakeDirectory.make(join(file, "a", "b")), /EEXIST.*file|ENOTDIR.*file/)
    symlinkSync(join(directory, "nowhere"), join(directory, "link"))
    assert.throws(() => MakeDirectory.make(join(directory, "link")), /EEXIST.*link/)
  })

  it.skipIf(platform() !== "linux")(
    "fails at once where the system takes no directory in (Linux only: /proc)",
    () => {
      assert.throws(() => MakeDirectory.make("/proc/nope/data"), /ENOENT.*'\/proc\/nope'/)
    }
  )
})
