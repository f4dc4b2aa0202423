/** Paths from outside become plain names or are refused. */
import * as SafePath from "@batchwave/emulator/executor/SafePath"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { hostileRelativePaths, hostileUrlPaths } from "./TraversalCorpus.ts"

describe("SafePath", () => {
  it("reads file URLs, decoding once", () => {
    const table: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["file:///a/b.txt", ["a", "b.txt"]],
      ["FILE://localhost/a//b/./c", ["a", "b", "c"]],
      ["file:///a%20b/%E2%82%AC%25", ["a b", "€%"]],
      ["file:///%252e%252e/x", ["%2e%2e", "x"]],
      ["file:///", []]
    ]
    for (const [url, names] of table) {
      assert.deepStrictEqual(SafePath.namesOfFileUrl(url), Result.succeed(names))
    }
  })

  it("tells other schemes from unsafe file URLs and never repeats a query", () => {
    const reasons = [
      "https://account.blob.core.windows.net/c/b?sig=SECRET",
      "/etc/passwd",
      "file://elsewhere/a",
      "file:a/b",
      "file:///a?sig=SECRET",
      "file:///a#b"
    ].map((url) =>
      Result.match(SafePath.namesOfFileUrl(url), {
        onSuccess: () => "taken",
        onFailure: ({ reason, message }) => {
          assert.notInclude(message, "SECRET")
          return reason
        }
      })
    )
    assert.deepStrictEqual(reasons, [
      "NotFileUrl",
      "NotFileUrl",
      "Unsafe",
      "Unsafe",
      "Unsafe",
      "Unsafe"
    ])
  })

  it("refuses every hostile path of the corpus", () => {
    for (const path of hostileUrlPaths) {
      const url = `file:///store/${path}`
      assert.isTrue(Result.isFailure(SafePath.namesOfFileUrl(url)), JSON.stringify(url))
    }
    for (const path of hostileRelativePaths) {
      assert.isTrue(Result.isFailure(SafePath.namesOfRelativePath(path)), JSON.stringify(path))
    }
  })

  it("gives plain names only, whatever comes in", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "..",
        ".",
        "",
        "%2e",
        "%2E%2e",
        "%2f",
        "%5c",
        "\\",
        "%00",
        "\0",
        "C:",
        "a",
        "%25"
      ),
      fc.string({ unit: "binary", maxLength: 3 })
    )
    const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"))
    fc.assert(
      fc.property(path, (text) => {
        for (
          const read of [
            SafePath.namesOfRelativePath(text),
            SafePath.namesOfFileUrl(`file:///${text}`)
          ]
        ) {
          if (Result.isFailure(read)) continue
          for (const name of read.success) {
            assert.isFalse(
              ["", ".", ".."].includes(name) || /[/\\]/.test(name) || name.includes("\0")
            )
          }
        }
      }),
      { numRuns: 2_000 }
    )
  })

  it("knows what lies inside a directory", () => {
    assert.isTrue(SafePath.isInside("/a", "/a"))
    assert.isTrue(SafePath.isInside("/a", "/a/b"))
    assert.isTrue(SafePath.isInside("/", "/a"))
    assert.isFalse(SafePath.isInside("/a", "/ab"))
    assert.isFalse(SafePath.isInside("/a/b", "/a"))
  })
})
