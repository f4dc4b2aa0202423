/** Artifacts in a container, here a few lines of server that keep blobs in memory. */
import { BlobStorage } from "@batchwave/client/BlobStorage"
import { ArtifactStore } from "@batchwave/engine/ArtifactStore"
import * as BlobStore from "@batchwave/engine/BlobStore"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

interface World {
  readonly blobs: Map<string, Buffer>
  readonly puts: Array<string>
  readonly containerUrl: string
  readonly directory: string
  /** The status of the next replies, in place of what they would be. */
  readonly statuses: Array<number>
}

const open = Effect.acquireRelease(
  Effect.callback<World & { readonly close: () => void }>((resume) => {
    const blobs = new Map<string, Buffer>()
    const puts: Array<string> = []
    const statuses: Array<number> = []
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://h")
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const status = statuses.shift()
        const found = blobs.get(pathname)
        if (status !== undefined) response.writeHead(status).end()
        else if (searchParams.get("sig") !== "SECRET") response.writeHead(403).end()
        else if (request.method === "PUT") {
          puts.push(pathname)
          blobs.set(pathname, Buffer.concat(chunks))
          response.writeHead(201).end()
        } else if (found === undefined) response.writeHead(404).end()
        else response.writeHead(200, { "content-length": found.byteLength }).end(found)
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const directory = mkdtempSync(join(tmpdir(), "batchwave-store-"))
      const close = () => {
        server.close()
        server.closeAllConnections()
        rmSync(directory, { recursive: true, force: true })
      }
      const containerUrl = `http://127.0.0.1:${port}/c?sig=SECRET`
      resume(Effect.succeed({ blobs, puts, statuses, containerUrl, directory, close }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const storeIn = ({ containerUrl, directory }: World) =>
  Effect.map(
    Layer.build(
      Layer.provide(
        BlobStore.layer({
          containerUrl: Redacted.make(containerUrl),
          prefix: "run-1",
          directory: join(directory, "artifacts")
        }),
        BlobStorage.layer()
      )
    ),
    (services) => Context.get(services, ArtifactStore)
  )

describe("BlobStore", () => {
  it.live("keeps a file once, below the run's prefix, and brings it back", () =>
    Effect.gen(function*() {
      const world = yield* open
      const store = yield* storeIn(world)
      const path = join(world.directory, "a b.txt")
      writeFileSync(path, "content")
      const key = yield* store.putFile(path)
      assert.match(key, /^files\/[0-9a-f]{16}\/a b\.txt$/)
      assert.strictEqual(yield* store.putFile(path), key)
      assert.strictEqual(yield* store.putBytes("a b.txt", Buffer.from("content")), key)
      assert.deepStrictEqual(world.puts, [`/c/run-1/${key.replace(" ", "%20")}`])
      const target = yield* store.locate(key)
      assert.strictEqual(target, join(world.directory, "artifacts", ...key.split("/")))
      assert.strictEqual(readFileSync(target, "utf8"), "content")
    }))

  it.live("gives tasks the URLs under which the same blob is found", () =>
    Effect.gen(function*() {
      const world = yield* open
      const store = yield* storeIn(world)
      const key = "tasks/t1/./out//x.txt"
      const { containerUrl, path } = store.destination(key)
      assert.strictEqual(containerUrl, world.containerUrl)
      assert.strictEqual(path, "run-1/tasks/t1/out/x.txt")
      assert.strictEqual(
        store.sourceUrl(key),
        world.containerUrl.replace("?", "/run-1/tasks/t1/out/x.txt?")
      )
    }))

  it.live("fails with the key and no signature when a blob is missing or refused", () =>
    Effect.gen(function*() {
      const world = yield* open
      const store = yield* storeIn(world)
      const missing = yield* Effect.flip(store.locate("tasks/t1/x"))
      assert.strictEqual(missing.key, "tasks/t1/x")
      assert.include(missing.message, "404")
      world.statuses.push(404, 403)
      const refused = yield* Effect.flip(store.putBytes("x", Buffer.from("1")))
      assert.include(refused.message, "403")
      for (const failure of [missing, refused]) {
        assert.notInclude(JSON.stringify(failure) + String(failure.cause), "SECRET")
      }
    }))

  it.live("tries again what may help", () =>
    Effect.gen(function*() {
      const world = yield* open
      const store = yield* storeIn(world)
      world.statuses.push(404, 503)
      const key = yield* store.putBytes("x", Buffer.from("1"))
      world.statuses.push(503)
      assert.strictEqual(readFileSync(yield* store.locate(key), "utf8"), "1")
    }))
})
