/** Listings and URLs of blob containers. */
import { BlobStorage } from "@batchwave/client/BlobStorage"
import * as StorageUrl from "@batchwave/client/StorageUrl"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"

const page = (names: ReadonlyArray<string>, marker: string) =>
  `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${
    names.map((name) =>
      `<Blob>${name}<Properties><Content-Length>3</Content-Length></Properties></Blob>`
    ).join("")
  }</Blobs>${
    marker === "" ? "<NextMarker />" : `<NextMarker>${marker}</NextMarker>`
  }</EnumerationResults>`

/** A container that answers with fixed pages by marker. */
const container = (pages: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) => {
        const marker = new URL(request.url ?? "/", "http://h").searchParams.get("marker") ?? ""
        response.end(pages[marker] ?? "")
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({
          url: `http://127.0.0.1:${port}/c?sig=SECRET`,
          close: () => {
            server.close()
            server.closeAllConnections()
          }
        }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const listOf = (url: string) =>
  BlobStorage.use((blobs) => Stream.runCollect(blobs.list(url, ""))).pipe(
    Effect.map((pages) => pages.flat()),
    Effect.provide(BlobStorage.layer())
  )

describe("BlobStorage.list", () => {
  it.live("follows markers and reads every form of a name", () =>
    Effect.gen(function*() {
      const { url } = yield* container({
        "": page(["<Name>a&amp;b &lt;&#x20AC;&#8364;&gt;</Name>"], "two&amp;"),
        "two&": page([], "three"),
        "three": page([
          `<Name Encoded="true">ctl%01%25</Name>`,
          "<Name>dir</Name><Properties><ResourceType>directory</ResourceType></Properties>",
          "<Name>d/é.txt</Name>"
        ], "")
      })
      const listed = yield* listOf(url)
      assert.deepStrictEqual(listed, [
        { name: "a&b <€€>", bytes: 3 },
        { name: "ctl\u0001%", bytes: 3 },
        { name: "d/é.txt", bytes: 3 }
      ])
    }))

  it.live("ends a listing that leads in a circle, and refuses what is none", () =>
    Effect.gen(function*() {
      const circle = yield* container({ "": page([], "a"), "a": page([], "a") })
      const failure = yield* Effect.flip(listOf(circle.url))
      assert.include(failure.message, "in a circle")
      assert.notInclude(failure.message, "SECRET")
      const other = yield* container({ "": "<html></html>" })
      assert.include((yield* Effect.flip(listOf(other.url))).message, "no listing")
    }))
})

describe("the guard", () => {
  it.live("keeps an allowed name from an address that is not", () =>
    Effect.gen(function*() {
      const { url } = yield* container({ "": page([], "") })
      const byName = url.replace("127.0.0.1", "localhost")
      const seen: Array<string> = []
      const guard = {
        allowsHost: (host: string) => host === "localhost",
        allowsAddress: (address: string) => {
          seen.push(address)
          return false
        }
      }
      const failure = yield* BlobStorage.use((blobs) => blobs.size(byName)).pipe(
        Effect.flip,
        Effect.provide(BlobStorage.layer({ guard }))
      )
      assert.strictEqual(failure.reason, "NotAllowed")
      assert.include(["127.0.0.1", "::1"], seen[0])
      assert.notInclude(failure.message, "SECRET")
      const size = yield* BlobStorage.use((blobs) => blobs.size(url)).pipe(
        Effect.provide(BlobStorage.layer())
      )
      assert.strictEqual(size, 0)
    }))
})

describe("StorageUrl", () => {
  it("names blobs below a container and keeps its query byte for byte", () => {
    const url = "https://a.blob.example/c/?sv=1&sig=a%2Bb%3D#f"
    assert.deepStrictEqual(
      StorageUrl.ofBlob(url, "d e/é?#%41"),
      Result.succeed("https://a.blob.example/c/d%20e/%C3%A9%3F%23%2541?sv=1&sig=a%2Bb%3D")
    )
    assert.strictEqual(
      StorageUrl.withParameters(url, { prefix: "a b&" }),
      "https://a.blob.example/c/?sv=1&sig=a%2Bb%3D&prefix=a%20b%26"
    )
    assert.strictEqual(StorageUrl.ofContainer("http://h/acc?s", "c"), "http://h/acc/c?s")
  })

  it("refuses names that would lead to another blob", () => {
    for (const name of ["", ".", "..", "../c", "a/../b", "a/."]) {
      assert.isTrue(Result.isFailure(StorageUrl.ofBlob("http://h/c", name)), name)
    }
    for (const name of ["...", "a..", "%2e%2e", "a//b"]) {
      const url = Result.getOrThrow(StorageUrl.ofBlob("http://h/c?s", name))
      assert.strictEqual(decodeURIComponent(new URL(url).pathname), `/c/${name}`)
    }
  })

  it("shows neither query nor user information", () => {
    assert.strictEqual(StorageUrl.shown("http://u:p@h:1/c/b?sig=1#x"), "http://h:1/c/b")
    assert.strictEqual(StorageUrl.shown("no url ?sig=1"), "a URL that cannot be read")
  })
})
