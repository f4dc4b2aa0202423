/**
 * A run whose idle polls are passed over is the same, to the last number, as one that makes all of them.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import type { TaskRule } from "@batchwave/sim/Scenario"
import { assert, describe, it } from "@effect/vitest"
import * as Arm from "../src/Arm.ts"
import * as Experiment from "../src/Experiment.ts"
import * as Idling from "../src/internal/Idling.ts"
import * as Trial from "../src/Trial.ts"
import * as VirtualDriver from "../src/VirtualDriver.ts"
import * as Workload from "../src/Workload.ts"
import * as World from "../src/World.ts"
import type { LinkRule } from "../src/WorldLink.ts"

const hours = 3_600_000

/** A random experiment of one arm. */
const experimentOf = (seed: number): Experiment.Experiment => {
  const random = Random.make(seed)
  const unit = () => Random.nextUnit(random)
  const pick = <A>(...items: ReadonlyArray<A>) => items[Random.nextInt(random, items.length)]!
  const world = pick(...World.builtIn.values())
  const slow: TaskRule = {
    duration: { _tag: "LogNormal", median: pick(60_000, hours / 3, 3 * hours), sigma: 0.5 },
    stuckProbability: pick(0, 0, 0.1)
  }
  const link: LinkRule = {
    latencyMs: pick(
      { _tag: "Fixed", value: pick(0, 100) },
      { _tag: "LogNormal", median: 300, sigma: 1 }
    ),
    errorShare: pick(0, 0.01, 0.2),
    ...pick({}, { outages: [{ fromMs: 2 * hours * unit(), forMs: hours * unit() }] }),
    ...pick({}, { throttle: { requestsPerSecond: pick(0.05, 0.2), burst: 3, retryAfterMs: 500 } })
  }
  const [msMin, msMax] = pick<readonly [number, number]>([1_000, 10_000], [5_000, 5_000], [
    500,
    90_000
  ])
  return Experiment.make({
    workload: Workload.layered({ levels: 1 + Random.nextInt(random, 4), width: pick(1, 8, 40) }),
    world: {
      ...world,
      link,
      latestMs: 4 * hours,
      scenario: { ...world.scenario, tasks: [slow, ...world.scenario.tasks ?? []] }
    },
    arms: [
      Arm.make("arm", {
        policy: Policy.retry({ max: 3, backoff: Backoff.constant(pick(0, 60_000, hours)) }),
        mode: pick("eager", "waves", "native"),
        poll: { msMin, msMax, overlapMs: pick(0, 20_000), pollsPerSweep: pick(3, 50) }
      })
    ],
    seed
  })
}

/** What comes of trials of an experiment of one arm, with idle polls passed over and with all of them made. */
const bothWays = (experiment: Experiment.Experiment, trial = 0) => {
  const run = (options: Partial<VirtualDriver.Options>) => {
    const driver = VirtualDriver.make({
      ...Trial.optionsOf(experiment, experiment.arms[0]!, trial),
      ...options
    })
    VirtualDriver.advance(driver, Infinity)
    const { poll } = driver.memory
    return JSON.stringify([
      VirtualDriver.resultOf(driver),
      { ...poll.pace, atMs: poll.atMs, sinceSweep: poll.sinceSweep }
    ])
  }
  // Who is told of every request has every request made.
  return { passed: run({}), made: run({ onSend: () => {} }) }
}

/** A task of an hour. */
const oneHour = Experiment.make({
  workload: Workload.layered({ levels: 1, width: 1 }),
  world: {
    ...World.steady,
    link: { latencyMs: { _tag: "Fixed", value: 100 } },
    scenario: { tasks: [{ duration: { _tag: "Fixed", value: hours } }] }
  },
  arms: [Arm.make("arm", { poll: { pollsPerSweep: 1_000_000 } })]
})

describe("Idling", () => {
  it("changes nothing in 20 random runs", () => {
    const outcomes = new Set<string>()
    for (let seed = 1; seed <= 20; seed++) {
      const { made, passed } = bothWays(experimentOf(seed))
      assert.strictEqual(passed, made, `seed ${seed}`)
      outcomes.add(passed.includes("\"outcome\":\"unfinished\"") ? "unfinished" : "ended")
    }
    assert.strictEqual(outcomes.size, 2)
  })

  it("changes nothing where alarms ring and nothing follows from them", () => {
    // While a task probes the circuit breaker, the waits of others end.
    const experiment = Experiment.make({
      workload: Workload.layered({ levels: 2, width: 12 }),
      world: {
        ...World.flaky,
        faults: {
          runs: [{
            when: { fromMs: 180_000, untilMs: 900_000 },
            fault: { _tag: "Exit", exitCode: 75, afterMs: 20_000 }
          }]
        }
      },
      arms: [
        Arm.make("breaker", {
          policy: Policy.circuitBreaker(
            { failures: 10, coolDownMs: 120_000 },
            Policy.retry({ max: 60, backoff: Backoff.constant(30_000) })
          )
        })
      ]
    })
    for (let trial = 40; trial < 50; trial++) {
      const { made, passed } = bothWays(experiment, trial)
      assert.strictEqual(passed, made, `trial ${trial}`)
    }
  })

  it("is over once the service has done something, whoever let it", () => {
    const driver = VirtualDriver.make(Trial.optionsOf(oneHour, oneHour.arms[0]!, 0))
    VirtualDriver.advance(driver, hours)
    assert.isTrue(Idling.isStill(driver))
    const { polls } = driver.counters
    VirtualDriver.advance(driver, hours + 500)
    assert.strictEqual(driver.counters.polls, polls)
    assert.isFalse(Idling.isStill(driver))
    VirtualDriver.advance(driver, hours + 20_000)
    assert.strictEqual(driver.memory.state.outcome, "succeeded")
  })

  it("passes over the polls until the next thing that happens, and no further", () => {
    const driver = VirtualDriver.make(Trial.optionsOf(oneHour, oneHour.arms[0]!, 0))
    VirtualDriver.advance(driver, 60_000)
    assert.isTrue(Idling.isStill(driver))
    const { counters, memory: { poll } } = driver
    const before = counters.polls
    Idling.pass(driver, Infinity)
    // The task has run for an hour from shortly after the start; polls are ten seconds apart.
    assert.approximately(counters.polls - before, 354, 4)
    assert.isAbove(poll.atMs + 110, hours)
    assert.isBelow(poll.atMs, hours + 12_000)
    assert.isBelow(driver.nowMs, hours + 1_000)
    VirtualDriver.advance(driver, Infinity)
    assert.strictEqual(driver.memory.state.outcome, "succeeded")
  })
})
