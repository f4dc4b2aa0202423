/**
 * The wait a reply asks for, in every form it may take.
 */
import { defaultPolicy, waitMs } from "@batchwave/wire/Resilience"
import { assert, describe, it } from "@effect/vitest"
import type { IncomingHttpHeaders } from "node:http"
import { retryAfterMs } from "../src/RetryAfter.ts"

const nowMs = Date.UTC(2026, 0, 1)
const serverDate = "Tue, 29 Jul 2014 21:49:13 GMT"

const table: ReadonlyArray<readonly [string, IncomingHttpHeaders, number | undefined]> = [
  ["no header", {}, undefined],
  ["whole seconds", { "retry-after": "1" }, 1000],
  ["seconds with blanks", { "retry-after": " 30 " }, 30_000],
  ["zero", { "retry-after": "0" }, 0],
  ["a negative number", { "retry-after": "-5" }, undefined],
  ["a word", { "retry-after": "soon" }, undefined],
  ["nothing", { "retry-after": "" }, undefined],
  ["ten years", { "retry-after": "315360000" }, 315_360_000_000],
  ["milliseconds", { "retry-after-ms": "250" }, 250],
  ["milliseconds before seconds", { "retry-after-ms": "250", "retry-after": "9" }, 250],
  ["Azure's milliseconds", { "x-ms-retry-after-ms": "40" }, 40],
  [
    "a date against the service's own date",
    { "retry-after": "Tue, 29 Jul 2014 21:49:15 GMT", date: serverDate },
    2000
  ],
  ["a date in the past", { "retry-after": "Tue, 29 Jul 2014 21:49:00 GMT", date: serverDate }, 0],
  ["a date against our clock", { "retry-after": "Thu, 01 Jan 2026 00:00:03 GMT" }, 3000],
  ["a date without a zone", { "retry-after": "Thu, 01 Jan 2026 00:00:03" }, undefined]
]

describe("RetryAfter", () => {
  for (const [name, headers, expectedMs] of table) {
    it(`reads ${name} as ${expectedMs ?? "no hint"}`, () => {
      assert.strictEqual(retryAfterMs(headers, nowMs), expectedMs)
    })
  }

  it("is obeyed up to retryAfterMsMax and no further", () => {
    const tenYearsMs = 315_360_000_000
    const waitedMs = waitMs(defaultPolicy, 1, tenYearsMs, 0.999)
    assert.isAtLeast(waitedMs, defaultPolicy.retryAfterMsMax)
    assert.isBelow(waitedMs, defaultPolicy.retryAfterMsMax + 250)
  })

  it("never shortens our own backoff", () => {
    assert.strictEqual(waitMs(defaultPolicy, 4, 0, 0.5), waitMs(defaultPolicy, 4, undefined, 0.5))
  })
})
