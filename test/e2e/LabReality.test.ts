/** Which of two policies the laboratory predicts to be faster is faster with real processes. */
import * as Backoff from "@batchwave/core/Backoff"
import * as Definition from "@batchwave/core/Definition"
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import * as Workflow from "@batchwave/core/Workflow"
import * as RunConfig from "@batchwave/engine/RunConfig"
import * as Arm from "@batchwave/lab/Arm"
import * as Experiment from "@batchwave/lab/Experiment"
import * as Trial from "@batchwave/lab/Trial"
import * as Workload from "@batchwave/lab/Workload"
import * as Distribution from "@batchwave/sim/Distribution"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as EngineWorld from "./EngineWorld.ts"

const failureShare = 0.5
const runMs = 100
const width = 4
const seeds = [1, 2, 3, 4]

const retryAfter = (waitMs: number) => Policy.retry({ max: 8, backoff: Backoff.constant(waitMs) })

/** The arms, the better one first: how long they wait before a retry. */
const policies = { quick: retryAfter(50), slow: retryAfter(1_000) }

type ArmName = keyof typeof policies

const armNames: ReadonlyArray<ArmName> = ["quick", "slow"]

/** Two rows, each node of the second after all of the first. */
const nodesOf = (commandOf: (name: string) => string) =>
  ["a", "b"].flatMap((row) =>
    Array.from(
      { length: width },
      (_, index) =>
        Workflow.node(`${row}${index}`, commandOf(`${row}${index}`), {
          after: row === "a" ? [] : Array.from({ length: width }, (_unused, parent) => `a${parent}`)
        })
    )
  )

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

const byMean = (results: ReadonlyMap<ArmName, ReadonlyArray<number>>): ReadonlyArray<string> =>
  [...results].toSorted(([, left], [, right]) => mean(left) - mean(right)).map(([name]) => name)

/** Mean makespans in seconds, over more trials than reality has time for. */
const predict = (): ReadonlyMap<ArmName, ReadonlyArray<number>> => {
  const { pollMsMax, pollMsMin } = RunConfig.forEmulator
  const experiment = Experiment.make({
    workload: Workload.make(Definition.make(Workflow.make("reality", nodesOf(() => "true")))),
    world: {
      name: "reality",
      pool: { nodes: 1, slotsPerNode: width },
      scenario: {
        tasks: [{
          duration: Distribution.fixed(runMs),
          failures: [{ exitCode: 75, probability: failureShare }]
        }]
      },
      link: { latencyMs: Distribution.fixed(5) }
    },
    arms: armNames.map((name) =>
      Arm.make(name, {
        policy: policies[name],
        poll: { msMin: pollMsMin, msMax: pollMsMax }
      })
    )
  })
  return new Map(armNames.map((name, arm) => [
    name,
    Array.from(
      { length: 200 },
      (_, trial) => Trial.run(experiment, experiment.arms[arm]!, trial).measures.makespan
    )
  ]))
}

/** Each node fails as often as the seed says, whatever the arm: the same luck for all. */
const commandOf = (directory: string, runId: string, seed: number) => {
  const random = Random.make(seed)
  return (name: string): string => {
    let failures = 0
    while (failures < 3 && Random.nextUnit(random) < failureShare) failures++
    const file = join(directory, `${runId}-${name}`)
    return `echo >> ${file}; sleep ${
      runMs / 1000
    }; test $(wc -l < ${file}) -gt ${failures} || exit 75`
  }
}

const measure = Effect.fnUntraced(
  function*(world: EngineWorld.EngineWorld, name: ArmName, seed: number) {
    const runId = `${name}-${seed}`
    const beganMs = yield* Clock.currentTimeMillis
    const { report } = yield* EngineWorld.run(world, {
      runId,
      nodes: nodesOf(commandOf(world.directory, runId, seed)),
      config: { policy: policies[name] }
    })
    assert.strictEqual(report.outcome, "succeeded", runId)
    return { seconds: ((yield* Clock.currentTimeMillis) - beganMs) / 1000, retries: report.retries }
  }
)

describe("the laboratory and real processes", () => {
  it.live("rank two policies alike", () =>
    Effect.gen(function*() {
      const predicted = predict()
      assert.deepStrictEqual(byMean(predicted), armNames)
      const world = yield* EngineWorld.make
      const measured = new Map<ArmName, Array<number>>(armNames.map((name) => [name, []]))
      for (const seed of seeds) {
        const retries = new Set<number>()
        for (const name of armNames) {
          const result = yield* measure(world, name, seed)
          measured.get(name)?.push(result.seconds)
          retries.add(result.retries)
        }
        assert.strictEqual(retries.size, 1, `the arms of seed ${seed} had other luck`)
        assert.isAbove(Math.max(...retries), 0)
      }
      for (const name of armNames) {
        const told = mean(predicted.get(name) ?? []).toFixed(1)
        console.log(`${name}: ${told} s predicted, ${measured.get(name)?.join(", ")} s measured`)
      }
      assert.deepStrictEqual(byMean(measured), byMean(predicted))
    }).pipe(Effect.scoped))
})
