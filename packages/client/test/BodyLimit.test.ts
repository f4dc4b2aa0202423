/**
 * What is learnt from refused and accepted bodies.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as BodyLimit from "../src/BodyLimit.ts"

const configured = 1_048_576

describe("BodyLimit", () => {
  it("takes the limit the service states", () => {
    const learnt = BodyLimit.refused(BodyLimit.initial, 900_000, 500_000)
    assert.strictEqual(BodyLimit.bytesOf(learnt, configured), 500_000)
  })

  it("halves what was refused when the service states nothing usable", () => {
    for (const stated of [undefined, 0, -1, 900_000, 2_000_000]) {
      const learnt = BodyLimit.refused(BodyLimit.initial, 900_000, stated)
      assert.strictEqual(BodyLimit.bytesOf(learnt, configured), 450_000)
    }
  })

  it("does not rise when bodies in flight are refused after a lower limit was learnt", () => {
    const low = BodyLimit.refused(BodyLimit.initial, 400_000, undefined)
    assert.strictEqual(BodyLimit.refused(low, 900_000, undefined).learntBytes, 200_000)
  })

  it("grows only after acceptedMin bodies near the limit", () => {
    let limit = BodyLimit.refused(BodyLimit.initial, 400_000, undefined)
    for (let count = 1; count < BodyLimit.acceptedMin; count++) {
      limit = BodyLimit.accepted(limit, 190_000, configured)
    }
    assert.strictEqual(limit.learntBytes, 200_000)
    assert.strictEqual(BodyLimit.accepted(limit, 190_000, configured).learntBytes, 225_000)
    assert.strictEqual(BodyLimit.accepted(limit, 90_000, configured).learntBytes, 200_000)
  })

  it("returns to the configured limit in the end, whatever was learnt", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: configured }), (refusedBytes) => {
      let limit = BodyLimit.refused(BodyLimit.initial, refusedBytes, undefined)
      for (let count = 0; count < 4000 && limit.learntBytes !== undefined; count++) {
        limit = BodyLimit.accepted(limit, limit.learntBytes, configured)
      }
      assert.deepStrictEqual(limit, BodyLimit.initial)
    }))
  })
})
