/**
 * Our client in the nine situations, with its defaults but for the one that would take a minute. The
 * official client's half minutes are in `HeadToHead.conformance.ts`.
 */
import * as Resilience from "@batchwave/wire/Resilience"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as SteadyClock from "../SteadyClock.ts"
import * as Competitor from "./Competitor.ts"
import { isSignedAnew } from "./HeadToHead.ts"
import * as ScriptedService from "./ScriptedService.ts"
import { type Situation, situations } from "./Situation.ts"

interface Recovery {
  readonly ending: Competitor.Ending
  readonly seen: ReadonlyArray<ScriptedService.SeenRequest>
  readonly taskIds: ReadonlyArray<string>
}

/** Longest wait before a retry after one failure, in milliseconds, with a hint of a second or none. */
const waitMsMax = 2000

/** A hint counts from the reply, which the service sends a moment after the request came in. */
const clockMs = 20

const recover = async ({ fault }: Situation): Promise<Recovery> => {
  const service = await ScriptedService.start(fault)
  try {
    const tuning = fault._tag === "Silence" ? { attemptTimeoutMs: 250 } : {}
    const adding = Competitor.adding(service.endpoint, tuning)
    const ending = await Effect.runPromise(SteadyClock.provide(adding))
    return { ending, seen: service.seen, taskIds: [...service.tasks.keys()] }
  } finally {
    await service.close()
  }
}

/** A reply that was lost or cut may hide that the service acted, so the tasks are listed first. */
const callsOf = ({ fault }: Situation): ReadonlyArray<string> => {
  switch (fault._tag) {
    case "CutJson":
      return ["POST", "GET"]
    case "Reset":
      return ["POST", "GET", "POST"]
    default:
      return ["POST", "POST"]
  }
}

const recoveries = new Map<string, Recovery>()

beforeAll(async () => {
  await Promise.all(situations.map(async (situation) => {
    recoveries.set(situation.id, await recover(situation))
  }))
})

const recoveryOf = ({ id }: Situation): Recovery => {
  const recovery = recoveries.get(id)
  if (recovery === undefined) throw new Error(`there is no run of ${id}`)
  return recovery
}

for (const situation of situations) {
  describe(`after ${situation.title}`, () => {
    it("adds every task once, in no more requests than it takes to know", () => {
      const { ending, seen, taskIds } = recoveryOf(situation)
      assert.strictEqual(ending, "all tasks added")
      assert.deepStrictEqual(taskIds, Competitor.tasks.map(({ id }) => id))
      assert.deepStrictEqual(seen.map(({ method }) => method), callsOf(situation))
    })

    it("signs every request anew", () => {
      assert.isTrue(isSignedAnew(recoveryOf(situation).seen))
    })

    it("comes back no earlier than asked, and within two seconds by its rules", () => {
      const { hintMs } = situation
      const [first, second] = recoveryOf(situation).seen
      const waitedMs = (second?.atMs ?? Number.NaN) - (first?.atMs ?? Number.NaN)
      assert.isAtLeast(waitedMs, hintMs - clockMs)
      const hint = hintMs === 0 ? undefined : hintMs
      assert.isAtMost(Resilience.waitMs(Resilience.defaultPolicy, 1, hint, 1), waitMsMax)
    })
  })
}
