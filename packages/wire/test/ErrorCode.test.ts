/**
 * Error codes and their statuses.
 */
import * as ErrorCode from "@batchwave/wire/ErrorCode"
import { assert, describe, it } from "@effect/vitest"

describe("ErrorCode", () => {
  it("gives published codes their status and unknown ones none", () => {
    assert.strictEqual(ErrorCode.statusOf("TaskExists"), 409)
    assert.strictEqual(ErrorCode.statusOf("TooManyRequests"), 429)
    assert.isUndefined(ErrorCode.statusOf("taskexists"))
    assert.isTrue(ErrorCode.isPublished("JobNotFound"))
    assert.isFalse(ErrorCode.isPublished("Whatever"))
  })

  it("lists each code under one status", () => {
    const codes = Object.values(ErrorCode.codesByStatus).flat()
    assert.strictEqual(new Set(codes).size, codes.length)
  })

  it("takes only throttling, time-outs and server trouble for transient", () => {
    const transient = Array.from({ length: 600 }, (_, status) => status).filter(
      ErrorCode.isTransientStatus
    )
    assert.deepStrictEqual(transient, [408, 429, 500, 502, 503, 504])
  })
})
