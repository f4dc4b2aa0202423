/**
 * Bodies are the text's UTF-8 and nobody else's, however often their memory is used.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeBodyBuffers, spareBytesMax } from "../src/internal/BodyBuffers.ts"

describe("BodyBuffers", () => {
  it("writes any text as UTF-8 and leaves every body alone until it is given back", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.tuple(fc.constantFrom("a", "é", "€", "😀"), fc.integer({ min: 5000, max: 9000 })).map(
        ([unit, count]) => unit.repeat(count)
      )
    )
    const step = fc.record({ text, isGivenBack: fc.boolean() })
    fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const buffers = makeBodyBuffers()
      const kept: Array<{ readonly body: Buffer; readonly expected: Buffer }> = []
      for (const { isGivenBack, text } of steps) {
        const body = buffers.write(text)
        const expected = Buffer.from(text, "utf8")
        assert.isTrue(body.equals(expected))
        if (isGivenBack) buffers.giveBack(body)
        else kept.push({ body, expected })
      }
      for (const { body, expected } of kept) assert.isTrue(body.equals(expected))
    }))
  })

  it("uses memory again that was given back, and gives it out once", () => {
    const buffers = makeBodyBuffers()
    const first = buffers.write("first")
    buffers.giveBack(first)
    buffers.giveBack(first)
    const second = buffers.write("second")
    assert.strictEqual(second.buffer, first.buffer)
    assert.notStrictEqual(buffers.write("third").buffer, first.buffer)
    assert.strictEqual(second.toString("utf8"), "second")
  })

  it("keeps spare memory up to its bound, and none beyond", () => {
    const buffers = makeBodyBuffers()
    const long = "x".repeat(spareBytesMax / 4)
    const bodies = Array.from({ length: 4 }, () => buffers.write(long))
    const memories = new Set(bodies.map(({ buffer }) => buffer))
    for (const body of bodies) buffers.giveBack(body)
    const again = bodies.map(() => buffers.write(long))
    assert.strictEqual(again.filter(({ buffer }) => memories.has(buffer)).length, 3)
  })

  it("does not take memory that is not its own", () => {
    const buffers = makeBodyBuffers()
    const foreign = Buffer.from("shared with others")
    buffers.giveBack(foreign)
    assert.notStrictEqual(buffers.write("body").buffer, foreign.buffer)
  })
})
