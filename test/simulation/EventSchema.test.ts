/**
 * The published JSON Schema against the events of random runs.
 */
import type { RunEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import { Pipeline, sh } from "batchwave"
import { tags } from "batchwave/schema/RunEventSchema"
import { TestRun, VirtualTime } from "batchwave/testing"
import * as Effect from "effect/Effect"
import { requireEvent } from "../PublishedSchema.ts"
import * as FullStackStory from "./FullStackStory.ts"
import * as FullStackWorld from "./FullStackWorld.ts"
import * as SimulationRun from "./SimulationRun.ts"

/** So many of the laboratory, and of the engine with client and emulator. */
const seeds = { laboratory: 400, fullStack: 10 }

/**
 * What these runs do not have: the first is of services that do not repeat what they lose, which Batch does,
 * and the other two are of runs with a cache, whose events `EngineWorld` checks.
 */
const absent: ReadonlyArray<RunEvent["_tag"]> = ["TaskLost", "CacheStored", "CacheNotStored"]

/** More than a request may carry, so that the service never sees it. */
const tooLarge = Pipeline.make("large", {}, (p) => {
  p.task("large", { run: sh`true ${"x".repeat(2_000_000)}` })
})

interface Batch {
  readonly atMs: number
  readonly events: ReadonlyArray<RunEvent>
}

describe("the schema of events", () => {
  it.live("fits every event of simulated runs, which have all kinds but three", () =>
    Effect.gen(function*() {
      const seen = new Set<string>()
      const require = (journal: ReadonlyArray<Batch>): void => {
        let sequence = 0
        for (const { atMs, events } of journal) {
          for (const event of events) {
            seen.add(event._tag)
            requireEvent(event, ++sequence, atMs)
          }
        }
      }
      for (let seed = 1; seed <= seeds.laboratory; seed++) {
        require(SimulationRun.run(seed).result.journal)
      }
      for (let seed = 1; seed <= seeds.fullStack; seed++) {
        const { journal } = yield* FullStackWorld.live(FullStackStory.make(seed))
        require(journal.map((line): Batch => JSON.parse(line)))
      }
      const { events } = yield* VirtualTime.run(TestRun.run(tooLarge))
      require(events.map(({ atMs, event }) => ({ atMs, events: [event] })))
      assert.deepStrictEqual(tags.filter((tag) => !seen.has(tag)), absent)
    }))
})
