/**
 * Memory of replies serves again once it was given back, and only then.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ReplyMemory from "../src/internal/ReplyMemory.ts"

const pageBytes = 500_000

describe("ReplyMemory", () => {
  it("gives memory again that was given back, and none that was not", () => {
    const memory = ReplyMemory.make()
    const first = memory.take(pageBytes)
    const second = memory.take(pageBytes)
    assert.notStrictEqual(first.buffer, second.buffer)
    memory.giveBack(first)
    assert.strictEqual(memory.take(pageBytes + 1), first)
    assert.notStrictEqual(memory.take(pageBytes), first)
  })

  it("takes memory back once, and none that it did not give", () => {
    const memory = ReplyMemory.make()
    const first = memory.take(pageBytes)
    memory.giveBack(first)
    memory.giveBack(first)
    assert.strictEqual(memory.take(pageBytes), first)
    assert.notStrictEqual(memory.take(pageBytes), first)
    const strange = Buffer.alloc(pageBytes)
    memory.giveBack(strange)
    assert.notStrictEqual(memory.take(pageBytes), strange)
    const part = memory.take(pageBytes).subarray(1)
    memory.giveBack(part)
    assert.notStrictEqual(memory.take(pageBytes).buffer, part.buffer)
  })

  it("gives a short reply, and one that is longer, memory of its own", () => {
    const memory = ReplyMemory.make()
    const long = memory.take(pageBytes)
    memory.giveBack(long)
    assert.notStrictEqual(memory.take(ReplyMemory.bytesMin), long)
    assert.notStrictEqual(memory.take(long.length + 1), long)
    assert.strictEqual(memory.take(long.length), long)
  })

  it("keeps nothing of replies below and above its bounds, and 4 pieces at most", () => {
    const memory = ReplyMemory.make()
    for (const bytes of [1, ReplyMemory.bytesMin - 1, 2 * 1024 * 1024 + 1]) {
      const outside = memory.take(bytes)
      assert.strictEqual(outside.length, bytes)
      memory.giveBack(outside)
      assert.notStrictEqual(memory.take(bytes), outside)
    }
    const pieces = Array.from({ length: 5 }, () => memory.take(pageBytes))
    for (const piece of pieces) memory.giveBack(piece)
    const again = Array.from({ length: 5 }, () => memory.take(pageBytes))
    assert.deepStrictEqual(again.map((piece) => pieces.includes(piece)), [
      true,
      true,
      true,
      true,
      false
    ])
  })
})
