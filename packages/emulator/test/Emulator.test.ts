import * as Emulator from "@batchwave/emulator/Emulator"
import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import * as EntityTag from "@batchwave/emulator/EntityTag"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import * as RawBatch from "./RawBatch.ts"

describe("Emulator.make", () => {
  it.live("refuses to listen beyond loopback with the public key, and names every problem", () =>
    Effect.gen(function*() {
      const dataDirectory = Path.join(tmpdir(), "never-made")
      const error = yield* Effect.flip(
        Effect.scoped(Emulator.make({ dataDirectory, host: "0.0.0.0", slotsPerNode: 0 }))
      )
      assert.strictEqual(error.reason, "InvalidOptions")
      assert.include(error.message, "needs a key of its own")
      assert.include(error.message, "give the one that clients use")
      assert.include(error.message, "slotsPerNode must be a whole number from 1 to 256")
    }))

  it.live("refuses a port that is taken and a directory that cannot be used", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      const port = Number(new URL(raw.endpoint).port)
      const taken = yield* Effect.flip(Effect.scoped(Emulator.make({ port })))
      assert.strictEqual(taken.reason, "NotListening")
      const unusable = yield* Effect.flip(
        Effect.scoped(Emulator.make({ dataDirectory: "/dev/null/x" }))
      )
      assert.strictEqual(unusable.reason, "DirectoryUnusable")
    }))

  it.live("offers the development account on loopback", () =>
    Effect.gen(function*() {
      const raw = yield* RawBatch.start()
      assert.match(raw.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.strictEqual(raw.account, EmulatorOptions.developmentAccount)
      assert.strictEqual(raw.key, EmulatorOptions.developmentKey)
      assert.strictEqual(raw.pool, EmulatorOptions.developmentPool)
    }))

  it.live("stops listening when its scope closes", () =>
    Effect.gen(function*() {
      const raw = yield* Effect.scoped(RawBatch.start())
      const exit = yield* Effect.exit(RawBatch.call(raw, "GET", "/jobs"))
      assert.strictEqual(exit._tag, "Failure")
    }))
})

describe("EntityTag", () => {
  it("makes rising, distinct tags within and across milliseconds", () => {
    const series = EntityTag.make()
    const tags: Array<string> = []
    for (const atMs of [1_731_531_878_789, 1_731_531_878_790, 1_731_531_878_816]) {
      for (let count = 0; count < 10_000; count += 7) tags.push(EntityTag.next(series, atMs))
    }
    assert.strictEqual(new Set(tags).size, tags.length)
    assert.deepStrictEqual(tags.toSorted(), tags)
    assert.isTrue(tags.every((tag) => /^0x[0-9A-F]{15}$/.test(tag)))
  })

  it("tells the time of the write in units of 100 nanoseconds", () => {
    const tag = EntityTag.next(EntityTag.make(), Date.UTC(2024, 10, 13, 21, 4, 38, 789))
    assert.match(tag, /^0x8DD0/)
  })
})
