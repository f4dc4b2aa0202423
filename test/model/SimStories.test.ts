/**
 * The simulator against the model of the contract: 10,000 random stories.
 */
import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Command from "./Command.ts"
import * as Narration from "./Narration.ts"
import * as Seed from "./Seed.ts"
import * as SimSubject from "./SimSubject.ts"

const storiesCount = 10_000

describe("the simulator", () => {
  it(`does what the contract says in ${storiesCount} random stories`, () => {
    Seed.print(`${storiesCount} stories of the simulator`)
    fc.assert(
      fc.property(Command.story({ commandsMax: 40, outlives: false }), (story) => {
        Effect.runSync(Narration.tell(story, SimSubject.make(story, Narration.beginMs)))
      }),
      { numRuns: storiesCount, seed: Seed.seed }
    )
  }, 600_000)
})
