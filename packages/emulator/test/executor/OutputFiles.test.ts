/** Output files are stored whole, when due, and nowhere else. */
import type { ExecutionEnd, ExecutionOutputFile } from "@batchwave/emulator/executor/Execution"
import * as FilePattern from "@batchwave/emulator/executor/FilePattern"
import * as FileWalk from "@batchwave/emulator/executor/FileWalk"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { type Bench, bench, execution, read, runOnce, url } from "./Bench.ts"
import { hostileRelativePaths, hostileUrlPaths } from "./TraversalCorpus.ts"

/** An output file into the store that is always due. */
const output = (
  world: Bench,
  filePattern: string,
  rest: Partial<ExecutionOutputFile> = {}
): ExecutionOutputFile => ({
  filePattern,
  containerUrl: url(world.store),
  condition: "taskcompletion",
  ...rest
})

const store = (
  world: Bench,
  commandLine: string,
  ...outputFiles: ReadonlyArray<ExecutionOutputFile>
) => runOnce(world, execution(world, commandLine, { outputFiles, environment: { OUT: "o" } }))

const uploadCode = (end: ExecutionEnd): string | undefined =>
  end._tag === "Exited" ? end.uploadFailure?.code : end._tag

/** All files below a directory, by relative path. */
const tree = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted()

const put = (directory: string, ...files: ReadonlyArray<string>) => {
  for (const file of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), file)
  }
}

describe("OutputFiles", () => {
  it.live("stores a literal under its path and matches under the prefix", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(
        world.workingDirectory,
        "r.txt",
        "o/1.txt",
        "o/deep/2.txt",
        "o/.hidden.txt",
        "o/3.bin",
        ".h/4.txt"
      )
      const end = yield* store(
        world,
        "echo said",
        output(world, "r.txt", { path: "named/result" }),
        output(world, "r.txt"),
        output(world, "$OUT/**/*.txt", { path: "all" }),
        output(world, "${OUT}/.h*", { path: "/all".slice(1) }),
        output(world, "../std*.txt", { path: "logs" }),
        output(world, "$AZ_BATCH_TASK_DIR/stdout.txt"),
        output(world, "nothing-*")
      )
      assert.deepStrictEqual(end, { _tag: "Exited", exitCode: 0 })
      assert.deepStrictEqual(tree(world.store), [
        "all/o/.hidden.txt",
        "all/o/1.txt",
        "all/o/deep/2.txt",
        "logs/stderr.txt",
        "logs/stdout.txt",
        "named/result",
        "r.txt",
        "stdout.txt"
      ])
      assert.strictEqual(read(world.store, "named/result"), "r.txt")
      assert.strictEqual(read(world.store, "logs/stdout.txt"), "said\n")
      assert.strictEqual(read(world.taskDirectory, "fileuploaderr.txt"), "")
      assert.strictEqual(read(world.taskDirectory, "fileuploadout.txt").split("\n").length, 9)
    }))

  it.live("honours the condition for both kinds of exit", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.workingDirectory, "f")
      for (const exitCode of [0, 3]) {
        const all = (["tasksuccess", "taskfailure", "taskcompletion"] as const).map((condition) =>
          output(world, "f", { condition, path: `${exitCode}/${condition}` })
        )
        const missing = output(world, "missing", {
          condition: exitCode === 0 ? "taskfailure" : "tasksuccess"
        })
        const end = yield* store(world, `sh -c 'exit ${exitCode}'`, ...all, missing)
        assert.deepStrictEqual(end, { _tag: "Exited", exitCode })
      }
      assert.deepStrictEqual(tree(world.store), [
        "0/taskcompletion",
        "0/tasksuccess",
        "3/taskcompletion",
        "3/taskfailure"
      ])
    }))

  it.live("keeps the exit code, tries everything and reports every problem", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.workingDirectory, "f")
      const end = yield* store(
        world,
        "sh -c 'exit 5'",
        output(world, "missing.txt"),
        output(world, "$NOT_SET/x"),
        output(world, "f", { containerUrl: url(world.store, "no-container") }),
        output(world, "f", { containerUrl: url(world.outside) }),
        output(world, "f", { containerUrl: "https://account.blob.core.windows.net/c?sig=SECRET" }),
        output(world, "f", { path: "stored" })
      )
      assert.strictEqual(end._tag === "Exited" && end.exitCode, 5)
      assert.strictEqual(uploadCode(end), "FileUploadMiscError")
      const lines = read(world.taskDirectory, "fileuploaderr.txt").trimEnd().split("\n")
      assert.deepStrictEqual(lines.map((line) => line.slice(0, line.indexOf(":"))), [
        "FileUploadMiscError",
        "FileUploadMiscError",
        "FileUploadContainerNotFound",
        "FileUploadAccessDenied",
        "FileUploadAccessDenied"
      ])
      assert.notInclude(lines.join(), "SECRET")
      assert.deepStrictEqual(tree(world.store), ["stored"])
      assert.deepStrictEqual(tree(world.outside), [])
    }))

  it.live("refuses patterns that leave the task directory", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.outside, "secret")
      const patterns = [
        "../../outside/secret",
        "../../*/secret",
        "/etc/passwd",
        `${world.root}/outside/secret`,
        "*/../../../outside/secret",
        "..",
        ".",
        "",
        "a\0b"
      ]
      for (const pattern of patterns) {
        const end = yield* store(world, "true", output(world, pattern))
        assert.strictEqual(uploadCode(end), "FileUploadMiscError", JSON.stringify(pattern))
      }
      assert.deepStrictEqual(tree(world.store), [])
    }))

  it.live("refuses the traversal corpus as container and as path", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.workingDirectory, "f")
      mkdirSync(join(world.store, "a/b"), { recursive: true })
      const outputFiles = [
        ...hostileUrlPaths.map((path) =>
          output(world, "f", { containerUrl: `${url(world.store)}/${path}` })
        ),
        ...hostileRelativePaths.filter((path) => path !== "").map((path) =>
          output(world, "f", { path })
        )
      ]
      const end = yield* store(world, "true", ...outputFiles)
      assert.strictEqual(uploadCode(end), "FileUploadAccessDenied")
      const lines = read(world.taskDirectory, "fileuploaderr.txt").trimEnd().split("\n")
      assert.strictEqual(lines.length, outputFiles.length)
      assert.isTrue(lines.every((line) => line.startsWith("FileUploadAccessDenied: ")))
      assert.deepStrictEqual(tree(world.root).filter((file) => !file.startsWith("task/")), [])
    }))

  it.live("follows links that stay in wd and reports those that leave it", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.outside, "secret")
      put(world.workingDirectory, "run-3/a.txt")
      symlinkSync("run-3", join(world.workingDirectory, "latest"))
      symlinkSync("run-3/a.txt", join(world.workingDirectory, "a.txt"))
      symlinkSync(".", join(world.workingDirectory, "self"))
      symlinkSync("missing", join(world.workingDirectory, "dangling"))
      const inner = yield* store(
        world,
        "true",
        output(world, "latest/*.txt"),
        output(world, "**/*.txt", { path: "deep" })
      )
      assert.deepStrictEqual(inner, { _tag: "Exited", exitCode: 0 })
      const stored = ["deep/a.txt", "deep/run-3/a.txt", "latest/a.txt"]
      assert.deepStrictEqual(tree(world.store), stored)
      symlinkSync(join(world.outside, "secret"), join(world.workingDirectory, "leak.txt"))
      symlinkSync(world.outside, join(world.workingDirectory, "leaks"))
      symlinkSync("../stdout.txt", join(world.workingDirectory, "up.txt"))
      for (const pattern of ["*.txt", "leak.txt", "leaks/secret", "leaks/*", "up.txt"]) {
        const end = yield* store(world, "true", output(world, pattern, { path: "again" }))
        assert.strictEqual(uploadCode(end), "FileUploadAccessDenied", pattern)
      }
      assert.isFalse(tree(world.store).some((file) => read(world.store, file) === "secret"))
    }))

  it.live("does not write through links in the container and leaves no part behind", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.workingDirectory, "f")
      put(world.outside, "target")
      symlinkSync(world.outside, join(world.store, "dir"))
      symlinkSync(join(world.outside, "target"), join(world.store, "file"))
      mkdirSync(join(world.store, "taken"))
      const through = yield* store(world, "true", output(world, "f", { path: "dir/target" }))
      assert.strictEqual(uploadCode(through), "FileUploadAccessDenied")
      const replaced = yield* store(world, "true", output(world, "f", { path: "file" }))
      assert.strictEqual(uploadCode(replaced), undefined)
      const taken = yield* store(world, "true", output(world, "f", { path: "taken" }))
      assert.strictEqual(uploadCode(taken), "FileUploadMiscError")
      assert.strictEqual(read(world.outside, "target"), "target")
      assert.deepStrictEqual(readdirSync(world.store).toSorted(), ["dir", "file", "taken"])
      assert.deepStrictEqual(tree(world.outside), ["target"])
    }))

  it.live("stores nothing and replaces old upload logs when the task is killed", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.workingDirectory, "f")
      put(world.taskDirectory, "fileuploadout.txt")
      const end = yield* runOnce(
        world,
        execution(world, "sleep 100", { wallClockMs: 50, outputFiles: [output(world, "f")] })
      )
      assert.strictEqual(end._tag, "Killed")
      assert.deepStrictEqual(tree(world.store), [])
      assert.isFalse(existsSync(join(world.taskDirectory, "fileuploadout.txt")))
    }))

  it.live("visits as many entries as allowed and not one more", () =>
    Effect.gen(function*() {
      const world = yield* bench
      put(world.store, "1", "2", "3")
      const pattern = FilePattern.parse("*")
      assert.strictEqual((yield* FileWalk.find(world.store, pattern, 3)).files.length, 3)
      const fault = yield* Effect.flip(FileWalk.find(world.store, pattern, 2))
      assert.strictEqual(fault.errno, "EOVERFLOW")
    }))
})
