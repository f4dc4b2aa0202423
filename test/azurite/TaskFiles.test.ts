/** Resource and output files of the emulator against Azurite, with blobs of `@azure/storage-blob`. */
import { BlobStorage } from "@batchwave/client/BlobStorage"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash, randomBytes } from "node:crypto"
import * as RawBatch from "../../packages/emulator/test/RawBatch.ts"
import * as Azurite from "./Azurite.ts"
import type { ContainerClient } from "./StorageLibrary.ts"

let azurite: Azurite.Azurite

beforeAll(async () => {
  azurite = await Azurite.start()
})
afterAll(() => azurite?.stop())

let containersCount = 0

/** A new container of its own. */
const makeContainer = async (): Promise<ContainerClient> => {
  containersCount += 1
  const container = azurite.service.getContainerClient(`test-${containersCount}`)
  await container.create()
  return container
}

/** An emulator with a job, and one task run to its end in it. */
const runTask = (
  commandLine: string,
  more: object,
  options: Parameters<typeof RawBatch.start>[0] = {}
) =>
  Effect.gen(function*() {
    const raw = yield* RawBatch.start(options)
    yield* RawBatch.addJob(raw, "j1")
    yield* RawBatch.addTask(raw, "j1", "t1", commandLine, more)
    const task = yield* RawBatch.awaitState(raw, "j1", "t1", "completed")
    const read = (name: string) =>
      Effect.map(
        RawBatch.expect(200, RawBatch.call(raw, "GET", `/jobs/j1/tasks/t1/files/${name}`)),
        (answer) => answer.text
      )
    const info = JSON.parse(JSON.stringify(task["executionInfo"]))
    return { task, info, read }
  })

/** Lines in any order. */
const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n").toSorted()

const output = (
  filePattern: string,
  containerUrl: string,
  path?: string,
  uploadCondition = "taskCompletion",
  more: object = {}
) => ({
  filePattern,
  destination: {
    container: { containerUrl, ...(path === undefined ? {} : { path }), ...more }
  },
  uploadOptions: { uploadCondition }
})

/** The failure of a task that never ran, which names no signature. */
const setUpFailure = (resource: object) =>
  Effect.map(runTask("true", { resourceFiles: [resource] }), ({ info }) => {
    assert.notProperty(info, "exitCode")
    assert.strictEqual(info.result, "failure")
    assert.notInclude(JSON.stringify(info), "sig=")
    return `${info.failureInfo.category} ${info.failureInfo.code}`
  })

/** The failure of an upload after a command that succeeded. */
const uploadFailure = (containerUrl: string) =>
  Effect.gen(function*() {
    const { info, read } = yield* runTask("touch out", {
      outputFiles: [output("out", containerUrl)]
    })
    assert.strictEqual(info.exitCode, 0)
    assert.strictEqual(info.result, "failure")
    const log = yield* read("fileuploaderr.txt")
    assert.include(log, info.failureInfo.code)
    assert.notInclude(JSON.stringify(info) + log, "sig=")
    return `${info.failureInfo.category} ${info.failureInfo.code}`
  })

describe("resource files from Azurite", () => {
  it.live("reach the task whatever their names, and its output lands beside them", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const name = "in put/é+%25 #1.txt"
      yield* Effect.promise(() => Azurite.put(container, { [name]: "one\n", empty: "" }))
      const [httpUrl, empty, containerUrl] = yield* Effect.promise(() =>
        Promise.all([
          Azurite.blobUrl(container, name),
          Azurite.blobUrl(container, "empty"),
          Azurite.containerUrl(container, "w")
        ])
      )
      const { info, task } = yield* runTask(
        "/bin/sh -c 'cat data/in.txt data/empty | tr a-z A-Z > result.txt'",
        {
          resourceFiles: [
            { httpUrl, filePath: "data/in.txt" },
            { httpUrl: empty, filePath: "data/empty" }
          ],
          outputFiles: [output("result.txt", containerUrl, "out put/é+%25 #1.txt")]
        }
      )
      assert.strictEqual(info.result, "success", JSON.stringify(info))
      const landed = yield* Effect.promise(() => Azurite.text(container, "out put/é+%25 #1.txt"))
      assert.strictEqual(landed, "ONE\n")
      // The service tells a task's URLs as they were given.
      assert.include(JSON.stringify(task["resourceFiles"]), httpUrl)
    }))

  it.live("come from a whole container or a prefix, with their directories and mode", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      yield* Effect.promise(() =>
        Azurite.put(container, { "a.txt": "a", "d/b.txt": "b", "d/e/c & <c>.txt": "c", ".h": "h" })
      )
      const storageContainerUrl = yield* Effect.promise(() => Azurite.containerUrl(container, "rl"))
      const { info, read } = yield* runTask("find . -type f -printf '%P %m %s\\n'", {
        resourceFiles: [
          { storageContainerUrl, fileMode: "0640" },
          { storageContainerUrl, blobPrefix: "d/", filePath: "only/d" }
        ]
      })
      assert.strictEqual(info.result, "success", JSON.stringify(info))
      assert.deepStrictEqual(lines(yield* read("stdout.txt")), [
        ".h 640 1",
        "a.txt 640 1",
        "d/b.txt 640 1",
        "d/e/c & <c>.txt 640 1",
        "only/d/d/b.txt 770 1",
        "only/d/d/e/c & <c>.txt 770 1"
      ])
    }))

  it.live("come from the account's own storage by the container's name", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      yield* Effect.promise(() => Azurite.put(container, { "a.txt": "own" }))
      const autoStorageContainerName = container.url.split("/").at(-1)
      const { info, read } = yield* runTask(
        "cat in/a.txt",
        { resourceFiles: [{ autoStorageContainerName, filePath: "in" }] },
        { autoStorage: Azurite.accountUrl(azurite.service) }
      )
      assert.strictEqual(info.result, "success", JSON.stringify(info))
      assert.strictEqual(yield* read("stdout.txt"), "own")
    }))

  it.live("come completely from a container of more than one page", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const count = 5_003
      yield* Effect.promise(() =>
        Azurite.put(
          container,
          Object.fromEntries(
            Array.from({ length: count }, (_, index) => [`n/${index}`, String(index)])
          )
        )
      )
      const url = yield* Effect.promise(() => Azurite.containerUrl(container, "rl"))
      const pages = yield* BlobStorage.use((blobs) => Stream.runCollect(blobs.list(url, ""))).pipe(
        Effect.provide(BlobStorage.layer())
      )
      assert.deepStrictEqual(pages.map((page) => page.length), [5_000, count - 5_000])
      const small = yield* BlobStorage.use((blobs) =>
        Stream.runCollect(blobs.list(url, "n/100", 3))
      ).pipe(Effect.provide(BlobStorage.layer()))
      assert.deepStrictEqual(
        small.flat().map(({ name }) => name),
        ["n/100", ...Array.from({ length: 10 }, (_, index) => `n/100${index}`)].filter((name) =>
          Number(name.slice(2)) < count
        )
      )
      assert.isTrue(small.length > 1 && small.every((page) => page.length <= 3))
      const { info, read } = yield* runTask("/bin/sh -c 'ls n | wc -l; cat n/1000'", {
        resourceFiles: [{ storageContainerUrl: url, blobPrefix: "n/1" }]
      })
      assert.strictEqual(info.result, "success", JSON.stringify(info))
      assert.strictEqual(yield* read("stdout.txt"), `${1 + 10 + 100 + 1000}\n1000`)
    }))

  it.live("that are not there fail the task before it runs", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const absent = azurite.service.getContainerClient("absent-container")
      const [httpUrl, storageContainerUrl, none] = yield* Effect.promise(() =>
        Promise.all([
          Azurite.blobUrl(container, "missing"),
          Azurite.containerUrl(absent, "rl"),
          Azurite.containerUrl(container, "rl")
        ])
      )
      assert.strictEqual(
        yield* setUpFailure({ httpUrl, filePath: "a" }),
        "UserError BlobNotFound"
      )
      assert.strictEqual(
        yield* setUpFailure({ storageContainerUrl }),
        "UserError ResourceContainerNotFound"
      )
      const { info } = yield* runTask("true", {
        resourceFiles: [{ storageContainerUrl: none, blobPrefix: "nothing/" }]
      })
      assert.strictEqual(info.result, "success", "an empty container is no failure")
    }))

  it.live("with a wrong, expired or insufficient signature fail the task", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      yield* Effect.promise(() => Azurite.put(container, { a: "a" }))
      const [blob, list, old, write] = yield* Effect.promise(() =>
        Promise.all([
          Azurite.blobUrl(container, "a"),
          Azurite.containerUrl(container, "rl"),
          Azurite.containerUrl(container, "rl", Azurite.anHourAgo()),
          Azurite.containerUrl(container, "w")
        ])
      )
      assert.strictEqual(
        yield* setUpFailure({ httpUrl: Azurite.forged(blob), filePath: "a" }),
        "UserError BlobAccessDenied"
      )
      for (const storageContainerUrl of [Azurite.forged(list), old, write]) {
        assert.strictEqual(
          yield* setUpFailure({ storageContainerUrl }),
          "UserError ResourceContainerAccessDenied"
        )
      }
    }))
})

describe("output files to Azurite", () => {
  it.live("go up in blocks when they are large, byte for byte, with their headers", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const bytes = randomBytes(2 * 4_194_304 + 1)
      yield* Effect.promise(() => Azurite.put(container, { in: bytes, "big.bin": "old" }))
      const [httpUrl, containerUrl] = yield* Effect.promise(() =>
        Promise.all([Azurite.blobUrl(container, "in"), Azurite.containerUrl(container, "cw")])
      )
      const { info } = yield* runTask("true", {
        resourceFiles: [{ httpUrl, filePath: "big.bin" }],
        outputFiles: [output("big.bin", containerUrl, undefined, "taskCompletion", {
          uploadHeaders: [
            { name: "x-ms-blob-content-type", value: "application/x-test" },
            { name: "x-ms-meta-origin", value: "task" }
          ]
        })]
      })
      assert.strictEqual(info.result, "success", JSON.stringify(info))
      const blob = container.getBlockBlobClient("big.bin")
      const landed = yield* Effect.promise(() => blob.downloadToBuffer())
      const digest = (content: Buffer) => createHash("sha256").update(content).digest("hex")
      assert.strictEqual(digest(landed), digest(bytes))
      const { committedBlocks = [] } = yield* Effect.promise(() => blob.getBlockList("committed"))
      assert.deepStrictEqual(committedBlocks.map(({ size }) => size), [4_194_304, 4_194_304, 1])
      const properties = yield* Effect.promise(() => blob.getProperties())
      assert.strictEqual(properties.contentType, "application/x-test")
      assert.deepStrictEqual(properties.metadata, { origin: "task" })
    }))

  it.live("follow their condition", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const url = yield* Effect.promise(() => Azurite.containerUrl(container, "w"))
      for (const exitCode of [0, 7]) {
        yield* runTask(`/bin/sh -c 'echo x > out; exit ${exitCode}'`, {
          outputFiles: ["taskSuccess", "taskFailure", "taskCompletion"].map((condition) =>
            output("out", url, `${exitCode}/${condition}`, condition)
          )
        })
      }
      assert.deepStrictEqual(yield* Effect.promise(() => Azurite.names(container)), [
        "0/taskCompletion",
        "0/taskSuccess",
        "7/taskCompletion",
        "7/taskFailure"
      ])
    }))

  it.live("match by pattern and keep their directories below the prefix", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const url = yield* Effect.promise(() => Azurite.containerUrl(container, "w"))
      const { info, read } = yield* runTask(
        "/bin/sh -c 'mkdir -p a/b; for f in 1.txt a/2.txt a/b/3.txt a/4.bin; do echo $f > $f; done'",
        {
          outputFiles: [
            output("**/*.txt", url, "text"),
            output("a/?.bin", url),
            output("../std*.txt", url, "logs"),
            output("none/*", url)
          ]
        }
      )
      assert.strictEqual(info.result, "success", JSON.stringify(info))
      assert.deepStrictEqual(yield* Effect.promise(() => Azurite.names(container)), [
        "a/4.bin",
        "logs/stderr.txt",
        "logs/stdout.txt",
        "text/1.txt",
        "text/a/2.txt",
        "text/a/b/3.txt"
      ])
      assert.strictEqual(
        yield* Effect.promise(() => Azurite.text(container, "text/a/b/3.txt")),
        "a/b/3.txt\n"
      )
      const log = yield* read("fileuploadout.txt")
      assert.include(log, `stored "text/a/b/3.txt"`)
      assert.notInclude(log, "sig=")
    }))

  it.live("that cannot be stored fail the task but keep its exit code", () =>
    Effect.gen(function*() {
      const container = yield* Effect.promise(makeContainer)
      const absent = azurite.service.getContainerClient("absent-container")
      const [readOnly, missing, writable] = yield* Effect.promise(() =>
        Promise.all([
          Azurite.containerUrl(container, "rl"),
          Azurite.containerUrl(absent, "w"),
          Azurite.containerUrl(container, "w")
        ])
      )
      assert.strictEqual(yield* uploadFailure(readOnly), "UserError FileUploadAccessDenied")
      assert.strictEqual(
        yield* uploadFailure(Azurite.forged(writable)),
        "UserError FileUploadAccessDenied"
      )
      assert.strictEqual(yield* uploadFailure(missing), "UserError FileUploadContainerNotFound")
      assert.deepStrictEqual(yield* Effect.promise(() => Azurite.names(container)), [])
    }))
})
