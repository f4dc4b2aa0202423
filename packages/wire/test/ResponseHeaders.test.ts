/**
 * Reading the headers of answers.
 */
import * as ResponseHeaders from "@batchwave/wire/ResponseHeaders"
import { assert, describe, it } from "@effect/vitest"

describe("ResponseHeaders", () => {
  it("reads nothing from nothing: every header may be missing", () => {
    assert.deepStrictEqual(ResponseHeaders.parse({}, 0), {})
    assert.deepStrictEqual(ResponseHeaders.parseFile({}, 0), {})
  })

  it("reads the headers of an answer", () => {
    assert.deepStrictEqual(
      ResponseHeaders.parse({
        "request-id": "r",
        "client-request-id": "c",
        etag: "0x8DD042A2103398C",
        "last-modified": "Wed, 13 Nov 2024 21:04:38 GMT",
        dataserviceid: "https://x/jobs/j1/tasks/t1",
        "retry-after": "3"
      }, 0),
      {
        requestId: "r",
        clientRequestId: "c",
        eTag: "0x8DD042A2103398C",
        lastModified: "Wed, 13 Nov 2024 21:04:38 GMT",
        dataServiceId: "https://x/jobs/j1/tasks/t1",
        retryAfterMs: 3000
      }
    )
  })

  it("takes the quotes off an entity tag that has them", () => {
    for (const eTag of ["0x8D", "\"0x8D\"", "W/\"0x8D\"", " 0x8D "]) {
      assert.strictEqual(ResponseHeaders.unquoteETag(eTag), "0x8D")
    }
  })

  it("reads a wait in seconds or as a date, never negative", () => {
    const date = "Thu, 01 Jan 1970 00:00:10 GMT"
    assert.strictEqual(ResponseHeaders.parseRetryAfterMs("0", 0), 0)
    assert.strictEqual(ResponseHeaders.parseRetryAfterMs(" 7 ", 0), 7000)
    assert.strictEqual(ResponseHeaders.parseRetryAfterMs(date, 4000), 6000)
    assert.strictEqual(ResponseHeaders.parseRetryAfterMs(date, 11_000), 0)
    for (const value of ["", "-1", "1.5", "soon", "9999999999"]) {
      assert.isUndefined(ResponseHeaders.parseRetryAfterMs(value, 0), value)
    }
  })

  it("reads the headers of a file, the first of repeated ones", () => {
    assert.deepStrictEqual(
      ResponseHeaders.parseFile({
        "ocp-batch-file-isdirectory": "False",
        "ocp-batch-file-mode": "0o100644",
        "ocp-batch-file-url": ["https://x/a", "https://x/b"],
        "ocp-creation-time": "Wed, 13 Nov 2024 21:04:38 GMT",
        "content-type": "application/octet-stream",
        "content-length": "16"
      }, 0),
      {
        isDirectory: false,
        fileMode: "0o100644",
        url: "https://x/a",
        creationTime: "Wed, 13 Nov 2024 21:04:38 GMT",
        contentType: "application/octet-stream",
        contentLengthBytes: 16
      }
    )
  })
})
