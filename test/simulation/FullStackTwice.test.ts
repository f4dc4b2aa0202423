/** The same seed gives the same bytes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as Range from "./FullStackRange.ts"
import * as Story from "./FullStackStory.ts"
import * as World from "./FullStackWorld.ts"

const digestOf = ({ journal, report, requests, truth }: World.Outcome): string =>
  createHash("sha256").update(JSON.stringify({ journal, report, requests, truth })).digest("hex")

describe("the full stack in virtual time, twice", () => {
  it.live("writes the same journal, sends the same requests and tells the same truth for a seed", () =>
    Effect.gen(function*() {
      const digests = new Set<string>()
      const seeds = Range.seedsOf(1, 50)
      for (const seed of seeds) {
        const first = digestOf(yield* World.live(Story.make(seed)))
        const second = digestOf(yield* World.live(Story.make(seed)))
        assert.strictEqual(second, first, `seed ${seed}`)
        digests.add(first)
      }
      assert.strictEqual(digests.size, seeds.length)
    }))
})
