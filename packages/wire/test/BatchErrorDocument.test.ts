/**
 * Reading error documents.
 */
import * as BatchErrorDocument from "@batchwave/wire/BatchErrorDocument"
import { assert, describe, it } from "@effect/vitest"

describe("BatchErrorDocument", () => {
  it("gives the text without the request id and time, and details in any case", () => {
    const document = {
      code: "RequestBodyTooLarge",
      message: {
        lang: "en-US",
        value: "The request body is too large.\nRequestId:abc\nTime:2024-11-13T21:04:38Z"
      },
      values: [{ key: "MaxLimit", value: "1048576" }]
    }
    assert.strictEqual(BatchErrorDocument.textOf(document), "The request body is too large.")
    assert.strictEqual(BatchErrorDocument.detailOf(document, "maxlimit"), "1048576")
    assert.isUndefined(BatchErrorDocument.detailOf(document, "Reason"))
    assert.strictEqual(BatchErrorDocument.textOf({}), "")
  })
})
