/**
 * A collection of 10,000 tasks, added while the service and the network fail by a seeded plan.
 */
import type { FaultPlan, FaultRule } from "@batchwave/emulator/FaultPlan"
import * as Effect from "effect/Effect"
import * as FaultWorld from "./FaultWorld.ts"
import { tell } from "./Trial.ts"

/** Tasks of the collection. */
export const tasksCount = 10_000

/** Requests that would do if nothing failed: the service takes 100 tasks in one. */
export const chunksCount = tasksCount / 100

/** The most requests for each of them, on average over the seeds: sends and reads, all that leave. */
export const amplificationMax = 1.2

/** The seeds of the plans. */
export const seeds: ReadonlyArray<number> = [1, 2, 3, 4, 5]

/** What fails, of the sends and of the reads alike. */
const rules: ReadonlyArray<FaultRule> = [
  { name: "lost", when: { probability: 0.05 }, fault: { _tag: "Drop", acts: true } },
  { name: "429", when: { probability: 0.05 }, fault: { _tag: "Status", status: 429 } },
  { name: "503", when: { probability: 0.02 }, fault: { _tag: "Status", status: 503 } },
  { name: "cut", when: { probability: 0.01 }, fault: { _tag: "CutBody", bytes: 900 } }
]

/** What is told on the page. */
export const words =
  `10,000 tasks are added while, by a seeded plan, 5 % of replies are lost after the service acted, 5 % are 429, 2 % are
503 and 1 % break off. Each test holds that exactly 10,000 tasks are there afterwards, each once, and one more that over
${seeds.length} seeds at most ${
    amplificationMax.toFixed(2)
  } requests left for each 100 tasks on average: every request counts, sent again or read back.`

/** One run. */
export interface BulkRun {
  readonly seed: number
  readonly outcome: string
  /** Requests the client says it sent. */
  readonly told: number
  /** Requests the service saw. */
  readonly sends: number
  readonly reads: number
  /** Faults that struck, by name. */
  readonly faults: Readonly<Record<string, number>>
  readonly held: ReadonlyArray<string>
}

/** Runs the plan of a seed. */
export const run = Effect.fnUntraced(function*(seed: number) {
  const world = yield* FaultWorld.make({ retryBudget: { perSecondMin: 100 } })
  const tasks = FaultWorld.waitingTasks(tasksCount)
  const before = (yield* world.control.requests).count
  yield* world.control.putFaults({ seed, rules } satisfies FaultPlan)
  const result = yield* world.client.tasks.addCollection(FaultWorld.jobId, tasks, {
    concurrency: 8
  })
  const { count, operations } = yield* world.control.requests
  const report = yield* world.control.faults
  const sends = operations["Task_AddCollection"]?.count ?? 0
  return {
    seed,
    outcome: tell({
      outcomes: result.outcomes.map((outcome) =>
        outcome._tag === "AlreadyThere" ? { ...outcome, _tag: "Added" } : outcome
      )
    }),
    told: result.requests,
    sends,
    reads: count - before - sends,
    faults: Object.fromEntries(report.rules.map(({ firedCount, name }) => [name, firedCount])),
    held: yield* FaultWorld.idsHeld(world)
  } satisfies BulkRun
}, Effect.scoped)
