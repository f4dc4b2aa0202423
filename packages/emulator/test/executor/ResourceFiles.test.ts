/** Resource files arrive in wd as they are, from allowed places only. */
import type { ExecutionResourceFile } from "@batchwave/emulator/executor/Execution"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { type Bench, bench, execution, read, runOnce, url } from "./Bench.ts"
import { hostileRelativePaths, hostileUrlPaths } from "./TraversalCorpus.ts"

/** Runs `touch ran` with resource files and gives the code of a failed set-up. */
const codeOf = (world: Bench, ...resourceFiles: ReadonlyArray<ExecutionResourceFile>) =>
  Effect.map(
    runOnce(world, execution(world, "touch ran", { resourceFiles })),
    (end) => end._tag === "SetupFailed" ? end.code : end._tag
  )

describe("ResourceFiles", () => {
  it.live("copies bytes and mode, makes directories and replaces what is there", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251)
      writeFileSync(join(world.store, "big file €.bin"), bytes)
      writeFileSync(join(world.store, "run.sh"), "#!/bin/sh\necho ran\n")
      mkdirSync(world.workingDirectory, { recursive: true })
      writeFileSync(join(world.workingDirectory, "run.sh"), "old")
      const end = yield* runOnce(
        world,
        execution(world, "./run.sh", {
          resourceFiles: [
            {
              httpUrl: url(world.store, "big file €.bin"),
              filePath: "in/deep/%2e%2e.bin",
              fileMode: "0640"
            },
            { httpUrl: url(world.store, "run.sh"), filePath: "./run.sh" }
          ]
        })
      )
      assert.deepStrictEqual(end, { _tag: "Exited", exitCode: 0 })
      const copy = join(world.workingDirectory, "in/deep/%2e%2e.bin")
      assert.isTrue(readFileSync(copy).equals(bytes))
      assert.strictEqual(statSync(copy).mode & 0o7777, 0o640)
      assert.strictEqual(statSync(join(world.workingDirectory, "run.sh")).mode & 0o7777, 0o770)
      assert.strictEqual(read(world.taskDirectory, "stdout.txt"), "ran\n")
      assert.deepStrictEqual(readdirSync(world.workingDirectory).toSorted(), ["in", "run.sh"])
    }))

  it.live("names every problem at once, with the code of the first", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const end = yield* runOnce(
        world,
        execution(world, "touch ran", {
          resourceFiles: [
            { httpUrl: url(world.store, "missing"), filePath: "one" },
            { httpUrl: "https://account.blob.core.windows.net/c/b?sig=SECRET", filePath: "two" },
            { httpUrl: url(world.outside), filePath: "three" },
            { httpUrl: url(world.store, "x"), filePath: "four", fileMode: "4755" }
          ]
        })
      )
      assert.strictEqual(end._tag === "SetupFailed" && end.code, "BlobNotFound")
      const message = end._tag === "SetupFailed" ? end.message : ""
      for (const name of ["one", "two", "three", "four"]) assert.include(message, `"${name}"`)
      assert.notInclude(message, "SECRET")
      assert.isFalse(existsSync(join(world.workingDirectory, "ran")))
    }))

  it.live("refuses what lies outside before it looks whether it exists", () =>
    Effect.gen(function*() {
      const world = yield* bench
      writeFileSync(join(world.outside, "secret.txt"), "secret")
      mkdirSync(`${world.store}-sibling`)
      writeFileSync(join(`${world.store}-sibling`, "secret.txt"), "secret")
      const table: ReadonlyArray<readonly [string, string]> = [
        [url(world.outside, "secret.txt"), "BlobAccessDenied"],
        [url(world.outside, "nothing"), "BlobAccessDenied"],
        [url(`${world.store}-sibling`, "secret.txt"), "BlobAccessDenied"],
        ["file:///etc/passwd", "BlobAccessDenied"],
        ["file:///proc/self/environ", "BlobAccessDenied"],
        [url(world.store, "nothing"), "BlobNotFound"],
        ["http://127.0.0.1:1/x", "BlobDownloadMiscError"]
      ]
      for (const [httpUrl, code] of table) {
        assert.strictEqual(yield* codeOf(world, { httpUrl, filePath: "f" }), code, httpUrl)
      }
    }))

  it.live("refuses the traversal corpus as URL and as path", () =>
    Effect.gen(function*() {
      const world = yield* bench
      mkdirSync(join(world.store, "a/b"), { recursive: true })
      writeFileSync(join(world.root, "secret.txt"), "secret")
      writeFileSync(join(world.store, "fine"), "fine")
      for (const path of hostileUrlPaths) {
        const httpUrl = `${url(world.store)}/${path}`
        const code = yield* codeOf(world, { httpUrl, filePath: "f" })
        assert.strictEqual(code, "BlobAccessDenied", JSON.stringify(path))
      }
      for (const filePath of hostileRelativePaths) {
        const code = yield* codeOf(world, { httpUrl: url(world.store, "fine"), filePath })
        assert.strictEqual(code, "ResourceFileCreateFailed", JSON.stringify(filePath))
      }
      assert.deepStrictEqual(readdirSync(world.taskDirectory), ["wd"])
      assert.deepStrictEqual(readdirSync(world.workingDirectory), [])
    }), 30_000)

  it.live("follows links inside the allowed directory and none out of it", () =>
    Effect.gen(function*() {
      const world = yield* bench
      writeFileSync(join(world.outside, "secret.txt"), "secret")
      writeFileSync(join(world.store, "fine.txt"), "fine")
      symlinkSync("fine.txt", join(world.store, "inner"))
      symlinkSync(join(world.outside, "secret.txt"), join(world.store, "escape"))
      symlinkSync(world.outside, join(world.store, "escapes"))
      symlinkSync("loop", join(world.store, "loop"))
      const fetch = (name: string) =>
        codeOf(world, { httpUrl: url(world.store, name), filePath: "f" })
      assert.strictEqual(yield* fetch("inner"), "Exited")
      assert.strictEqual(read(world.workingDirectory, "f"), "fine")
      for (const name of ["escape", "escapes/secret.txt", "loop"]) {
        assert.strictEqual(yield* fetch(name), "BlobAccessDenied", name)
      }
    }))

  it.live("does not write through links the task left in wd", () =>
    Effect.gen(function*() {
      const world = yield* bench
      writeFileSync(join(world.store, "fine.txt"), "fine")
      writeFileSync(join(world.outside, "target"), "untouched")
      mkdirSync(world.workingDirectory, { recursive: true })
      symlinkSync(world.outside, join(world.workingDirectory, "dir"))
      symlinkSync(join(world.outside, "target"), join(world.workingDirectory, "file"))
      const httpUrl = url(world.store, "fine.txt")
      assert.strictEqual(
        yield* codeOf(world, { httpUrl, filePath: "dir/target" }),
        "ResourceDirectoryCreateFailed"
      )
      assert.strictEqual(yield* codeOf(world, { httpUrl, filePath: "file" }), "Exited")
      assert.strictEqual(read(world.workingDirectory, "file"), "fine")
      assert.strictEqual(read(world.outside, "target"), "untouched")
    }))

  it.live("refuses pipes and directories without waiting", () =>
    Effect.gen(function*() {
      const world = yield* bench
      execFileSync("mkfifo", [join(world.store, "pipe")])
      for (const name of ["pipe", ""]) {
        const code = yield* codeOf(world, { httpUrl: url(world.store, name), filePath: "f" })
        assert.strictEqual(code, "BlobAccessDenied")
      }
    }))
})
