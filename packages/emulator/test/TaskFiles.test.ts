/** Resource and output files as clients name them: containers, the account's storage, refusals. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import { pathToFileURL } from "node:url"
import * as RawBatch from "./RawBatch.ts"

/** A directory with containers in it, removed with the scope. */
const storage = Effect.acquireRelease(
  Effect.sync(() => {
    const root = mkdtempSync(Path.join(tmpdir(), "batchwave-storage-"))
    mkdirSync(Path.join(root, "inputs", "deep"), { recursive: true })
    writeFileSync(Path.join(root, "inputs", "a.txt"), "a")
    writeFileSync(Path.join(root, "inputs", ".hidden"), "h")
    writeFileSync(Path.join(root, "inputs", "deep", "b.txt"), "b")
    symlinkSync("/etc/hostname", Path.join(root, "inputs", "deep", "link"))
    return root
  }),
  (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
)

const readOutput = (raw: RawBatch.Raw, taskId: string) =>
  RawBatch.call(raw, "GET", `/jobs/j1/tasks/${taskId}/files/stdout.txt`)

describe("resource files of tasks", () => {
  it.live("brings a container of the account's storage, whole or by prefix, into a directory", () =>
    Effect.gen(function*() {
      const root = yield* storage
      const raw = yield* RawBatch.start({
        allowedDirectories: [root],
        autoStorage: pathToFileURL(root).href
      })
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "whole", "find . -type f -printf '%P %m\\n'", {
        resourceFiles: [{ autoStorageContainerName: "inputs", fileMode: "0644" }]
      })
      yield* RawBatch.addTask(raw, "j1", "part", "find . -type f -printf '%P %m\\n'", {
        resourceFiles: [{
          autoStorageContainerName: "inputs",
          blobPrefix: "deep/",
          filePath: "below/here"
        }]
      })
      yield* RawBatch.awaitState(raw, "j1", "whole", "completed")
      yield* RawBatch.awaitState(raw, "j1", "part", "completed")
      const whole = yield* readOutput(raw, "whole")
      assert.deepStrictEqual(whole.text.trimEnd().split("\n").toSorted(), [
        ".hidden 644",
        "a.txt 644",
        "deep/b.txt 644"
      ])
      assert.strictEqual((yield* readOutput(raw, "part")).text, "below/here/deep/b.txt 770\n")
    }))

  it.live("fails a task whose container is not there before anything runs", () =>
    Effect.gen(function*() {
      const root = yield* storage
      const raw = yield* RawBatch.start({
        allowedDirectories: [root],
        autoStorage: pathToFileURL(root).href
      })
      yield* RawBatch.addJob(raw, "j1")
      yield* RawBatch.addTask(raw, "j1", "t1", "true", {
        resourceFiles: [{ autoStorageContainerName: "missing" }]
      })
      const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
      const info = JSON.stringify(task["executionInfo"])
      assert.include(info, `"code":"ResourceContainerNotFound"`)
      assert.include(info, `"category":"UserError"`)
      assert.notInclude(info, "exitCode")
    }))

  it.live("refuses what names no source, two sources, or an identity", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      yield* RawBatch.addJob(raw, "j1")
      const httpUrl = "http://127.0.0.1/x"
      const identityReference = { resourceId: "/subscriptions/s" }
      const container = { containerUrl: "http://127.0.0.1/c", identityReference }
      const refused = [
        [{ resourceFiles: [{ filePath: "a" }] }, "InvalidPropertyValue"],
        [{ resourceFiles: [{ httpUrl }] }, "InvalidPropertyValue"],
        [{ resourceFiles: [{ httpUrl, filePath: "a", blobPrefix: "p" }] }, "InvalidPropertyValue"],
        [
          { resourceFiles: [{ httpUrl, filePath: "a", storageContainerUrl: httpUrl }] },
          "InvalidPropertyValue"
        ],
        [{ resourceFiles: [{ autoStorageContainerName: "inputs" }] }, "InvalidPropertyValue"],
        [
          { resourceFiles: [{ httpUrl, filePath: "a", identityReference }] },
          "UnsupportedProperty"
        ],
        [
          {
            outputFiles: [{
              filePattern: "a",
              destination: { container },
              uploadOptions: { uploadCondition: "taskcompletion" }
            }]
          },
          "UnsupportedProperty"
        ]
      ] as const
      for (const [members, code] of refused) {
        const answer = yield* RawBatch.call(raw, "POST", "/jobs/j1/tasks", {
          body: { id: "t1", commandLine: "true", ...members }
        })
        assert.strictEqual(answer.status, 400, JSON.stringify(members))
        assert.strictEqual(RawBatch.codeOf(answer), `400 ${code}`, JSON.stringify(members))
      }
    }))

  it.live("refuses container names that could lead elsewhere, and takes names at the bounds", () =>
    Effect.gen(function*() {
      const root = yield* storage
      const raw = yield* RawBatch.start({ autoStorage: pathToFileURL(root).href })
      yield* RawBatch.addJob(raw, "j1")
      const statusOf = (name: string) =>
        Effect.map(
          RawBatch.call(raw, "POST", "/jobs/j1/tasks", {
            body: {
              id: `t${name.length}`,
              commandLine: "true",
              resourceFiles: [{ autoStorageContainerName: name }]
            }
          }),
          ({ status }) => status
        )
      for (const name of ["..", "../x", "ab", "a".repeat(64), "a--b", "-ab", "ab-", "Abc", "a/b"]) {
        assert.strictEqual(yield* statusOf(name), 400, name)
      }
      for (const name of ["abc", "a".repeat(63)]) {
        assert.strictEqual(yield* statusOf(name), 201, name)
      }
    }))
})
