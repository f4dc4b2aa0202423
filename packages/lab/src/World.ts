/**
 * Where an experiment takes place: the pool, how runs and nodes behave, how requests fare, and what a
 * slot costs. A `Scenario` of `sim` and what is around it.
 */
import * as MemberCheck from "@batchwave/core/MemberCheck"
import type * as Distribution from "@batchwave/sim/Distribution"
import * as FaultScript from "@batchwave/sim/FaultScript"
import * as Scenario from "@batchwave/sim/Scenario"
import * as WorldLink from "./WorldLink.ts"

/**
 * A world.
 *
 * @category models
 */
export interface World {
  readonly name: string
  readonly pool: { readonly nodes: number; readonly slotsPerNode: number }
  /** Its seed counts for nothing: each trial has its own. */
  readonly scenario: Scenario.Scenario
  readonly link?: WorldLink.LinkRule
  /** What goes wrong at certain times. @default nothing */
  readonly faults?: FaultScript.FaultScript
  /** Of a slot of the pool, used or not, in any currency. @default 0.05 */
  readonly pricePerSlotHour?: number
  /** A run that takes longer is given up. Milliseconds. @default 30 days */
  readonly latestMs?: number
}

/** What a slot costs when nobody says. */
export const pricePerSlotHourDefault = 0.05

/** How long a run may take when nobody says. */
export const latestMsDefault = 30 * 24 * 3_600_000

const seconds = 1_000
const minutes = 60_000

const durations: Scenario.TaskRule = {
  duration: { _tag: "LogNormal", median: 2 * minutes, sigma: 0.6 },
  setup: { _tag: "Uniform", min: 1 * seconds, max: 4 * seconds }
}

const pool = { nodes: 8, slotsPerNode: 4 }

/**
 * Nothing fails; run times spread around two minutes.
 *
 * @category constants
 */
export const steady: World = { name: "steady", pool, scenario: { tasks: [durations] } }

/**
 * One run in twelve fails, some are slow, and now and then a set-up or an upload fails.
 *
 * @category constants
 */
export const flaky: World = {
  name: "flaky",
  pool,
  scenario: {
    tasks: [{
      ...durations,
      failures: [
        { exitCode: 1, probability: 0.05, part: 0.5 },
        { exitCode: 75, probability: 0.03, part: 0.1 }
      ],
      straggler: { probability: 0.03, factor: 5 },
      setupFailure: { probability: 0.01 },
      uploadFailure: { probability: 0.01 }
    }]
  }
}

/**
 * Nodes are taken away after about forty minutes and are back, booted, after six.
 *
 * @category constants
 */
export const preemption: World = {
  name: "preemption",
  pool,
  scenario: {
    tasks: [durations],
    nodes: [{
      boot: { _tag: "Uniform", min: 1 * minutes, max: 3 * minutes },
      life: { _tag: "Weibull", scale: 45 * minutes, shape: 0.9 },
      away: { _tag: "Exponential", mean: 4 * minutes }
    }]
  }
}

/**
 * A slot brings 2 GiB; half of the tasks need more than 1.2 GiB, one in twenty more than 4 GiB.
 *
 * @category constants
 */
export const outOfMemory: World = {
  name: "outOfMemory",
  pool,
  scenario: {
    tasks: [{
      ...durations,
      memory: {
        needMiB: { _tag: "LogNormal", median: 1_200, sigma: 0.75 },
        perSlotMiB: 2_048
      }
    }]
  }
}

/**
 * The service takes two requests a second and refuses the rest, and runs fail as in `flaky`.
 *
 * @category constants
 */
export const throttled: World = {
  ...flaky,
  name: "throttled",
  link: {
    latencyMs: { _tag: "LogNormal", median: 120, sigma: 0.4 },
    throttle: { requestsPerSecond: 2, burst: 5, retryAfterMs: 1 * seconds }
  }
}

/**
 * From the fourth to the twelfth minute something that every task needs is down: what runs in that
 * time ends after two seconds with exit code 75. The service itself answers.
 *
 * @category constants
 */
export const outage: World = {
  name: "outage",
  pool,
  scenario: { tasks: [durations] },
  faults: {
    runs: [{
      name: "outage",
      when: { fromMs: 4 * minutes, untilMs: 12 * minutes },
      fault: { _tag: "Exit", exitCode: 75, afterMs: 2 * seconds }
    }]
  }
}

/**
 * The worlds that are here by name.
 *
 * @category constants
 */
export const builtIn: ReadonlyMap<string, World> = new Map(
  [steady, flaky, preemption, outOfMemory, throttled, outage].map((world) => [world.name, world])
)

const members: MemberCheck.Known<World> = {
  name: true,
  pool: true,
  scenario: true,
  link: true,
  faults: true,
  pricePerSlotHour: true,
  latestMs: true
}

/**
 * Lists what is wrong with a world, one sentence each; none when it can be used.
 *
 * @category operations
 */
export const problems = (world: World): ReadonlyArray<string> => {
  const found = [...MemberCheck.unknown(world, members), ...Scenario.problems(world.scenario)]
  const whole = (name: string, value: number, max: number) => {
    if (Number.isInteger(value) && value >= 1 && value <= max) return
    found.push(`${name} must be a whole number from 1 to ${max}, not ${value}.`)
  }
  whole("pool.nodes", world.pool.nodes, nodesMax)
  whole("pool.slotsPerNode", world.pool.slotsPerNode, slotsPerNodeMax)
  if (world.faults !== undefined) found.push(...FaultScript.problems(world.faults))
  if (world.link !== undefined) found.push(...WorldLink.problems(world.link, "link"))
  const { latestMs = 1, pricePerSlotHour = 0 } = world
  if (!(pricePerSlotHour >= 0)) {
    found.push(`pricePerSlotHour must be at least 0, not ${pricePerSlotHour}.`)
  }
  if (!(latestMs > 0)) found.push(`latestMs must be above 0, not ${latestMs}.`)
  return found
}

/** The most nodes of a pool. */
export const nodesMax = 10_000

/** The most slots of a node. */
export const slotsPerNodeMax = 256

/**
 * The same world with other run times.
 *
 * @category operations
 */
export const withDurations = (world: World, duration: Distribution.Distribution): World => ({
  ...world,
  scenario: {
    ...world.scenario,
    tasks: [{ duration }, ...world.scenario.tasks ?? []]
  }
})
