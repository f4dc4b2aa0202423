/**
 * What one seed compares: a workflow, a world, a policy and a mode, as an experiment of the laboratory
 * and as a story of the full stack.
 *
 * The story is one of those of the full stack, so what is compared has the same variety: outputs,
 * trigger rules, limits on run times, odd names. Faults of connections and deaths of orchestrators are
 * left out: which request they strike depends on requests that only one of the two makes.
 *
 * C1 Where requests take no time the two must agree in everything, times included.
 * C2 Where they do, the two make other numbers of them, so times differ a little, and with them
 *    whatever hangs on time: which node is lost under which task, what a failure stops. There the world
 *    has none of that and room for every task, so that all but the times must agree.
 */
import * as Definition from "@batchwave/core/Definition"
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import type { DependencyMode } from "@batchwave/core/RunMode"
import * as Arm from "@batchwave/lab/Arm"
import * as Experiment from "@batchwave/lab/Experiment"
import type { Link } from "@batchwave/lab/Link"
import * as Trial from "@batchwave/lab/Trial"
import * as Workload from "@batchwave/lab/Workload"
import * as WorldLink from "@batchwave/lab/WorldLink"
import * as Distribution from "@batchwave/sim/Distribution"
import type { FaultScript } from "@batchwave/sim/FaultScript"
import type { Scenario, TaskRule } from "@batchwave/sim/Scenario"
import * as Story from "./FullStackStory.ts"
import * as LabIsEngineLink from "./LabIsEngineLink.ts"

/** One comparison. */
export interface Case {
  readonly seed: number
  readonly experiment: Experiment.Experiment
  readonly arm: Arm.Arm
  /** The same for the full stack; its seed is that of the trial. */
  readonly story: Story.Story
  /** Of every request, there and back, in milliseconds. */
  readonly latencyMs: number
  /** What becomes of requests: a link for each of the two, that knows nothing of the other. */
  readonly linkOf: () => Link
  /** Where in its span a wait of the client lies that begins then. */
  readonly unitAt: (nowMs: number) => number
  /** What is refused, in words. */
  readonly refusals: ReadonlyArray<string>
  readonly restraint: Restraint
}

/** What keeps a run from retrying at will, in words. */
export type Restraint = "retries at will" | "a budget of retries" | "a circuit breaker"

/** The trial that is compared. */
export const trial = 0

/** The same case for the same seed. */
export const make = (seed: number): Case => {
  const random = Random.make(seed ^ 0x1ab)
  const unit = () => Random.nextUnit(random)
  const latencyMs = unit() < 0.7 ? 0 : 2 * Math.round(5 + unit() * 200)
  const story = latencyMs === 0 ? Story.make(seed) : roomy(Story.make(seed))
  const mode: DependencyMode = unit() < 0.2 ? "native" : story.dependencyMode
  const memory = unit() < 0.25 ? memoryOf(unit) : {}
  const scenario: Scenario = {
    ...story.scenario,
    tasks: [memory, ...story.scenario.tasks ?? []]
  }
  const restraint = latencyMs === 0 ? restraintOf(seed) : "retries at will"
  const restrained = restrainedBy(restraint, story.policy, seed)
  const policy = "memory" in memory
    ? Policy.firstMatch(Policy.escalate({}), restrained)
    : restrained
  const faults = latencyMs === 0 && unit() < 0.3 ? faultsOf(unit) : {}
  const refusals = latencyMs === 0 && unit() < 0.6 ? refusalsOf(unit) : []
  const rule: WorldLink.LinkRule = {
    latencyMs: Distribution.fixed(latencyMs),
    ...(latencyMs > 0 && unit() < 0.7 ? ruleOf(unit) : {})
  }
  const arm = Arm.make("arm", {
    policy,
    mode,
    failureMode: story.failureMode,
    poll: { msMin: story.pollMsMin, msMax: story.pollMsMax }
  })
  const experiment = Experiment.make({
    workload: Workload.make(Definition.make(story.workflow)),
    world: {
      name: "story",
      pool: { nodes: story.nodes, slotsPerNode: story.slotsPerNode },
      scenario,
      faults,
      link: rule
    },
    arms: [arm],
    seed
  })
  const trialSeed = Trial.seedOf(experiment, trial)
  return {
    seed,
    experiment,
    arm,
    latencyMs,
    linkOf: () =>
      latencyMs === 0
        ? LabIsEngineLink.ofRefusals(refusals, seed)
        : WorldLink.make(rule, trialSeed),
    unitAt: (nowMs) => LabIsEngineLink.lotOf(seed, 0x77, nowMs),
    refusals: [
      ...refusals.map(({ status }) => `answers ${status}`),
      ...(rule.throttle === undefined ? [] : ["throttling"]),
      ...(rule.outages === undefined ? [] : ["times of 503"]),
      ...(rule.errorShare === undefined ? [] : ["a share of 500"])
    ],
    restraint,
    story: {
      ...story,
      seed: trialSeed,
      policy,
      dependencyMode: mode,
      nodeFillType: "spread",
      scenario: { ...scenario, seed: trialSeed },
      faults: { rules: [], ...faults, seed: trialSeed },
      healAfterMs: Infinity,
      crashes: []
    }
  }
}

const restraintOf = (seed: number): Restraint => {
  const unit = Random.nextUnit(Random.make(seed ^ 0x9e57))
  return unit < 0.25 ? "a circuit breaker" : unit < 0.45 ? "a budget of retries" : "retries at will"
}

const restrainedBy = (restraint: Restraint, policy: Policy.Policy, seed: number): Policy.Policy => {
  switch (restraint) {
    case "retries at will":
      return policy
    case "a budget of retries":
      return Policy.budget({ ratio: (seed % 5) / 8, min: seed % 3 }, policy)
    case "a circuit breaker":
      return Policy.circuitBreaker(
        { failures: 1 + seed % 4, coolDownMs: 5_000 * (1 + seed % 7) },
        policy
      )
    default:
      return restraint satisfies never
  }
}

/** When requests are refused that take no time. */
const refusalsOf = (unit: () => number): ReadonlyArray<LabIsEngineLink.Refusal> =>
  Array.from({ length: 1 + Math.floor(3 * unit()) }, () => {
    const fromMs = Math.round(unit() * 60_000)
    const isLong = unit() < 0.2
    const status = pick(unit, [429, 503, 503, 500])
    const kinds = pick(unit, [
      LabIsEngineLink.groups,
      ...LabIsEngineLink.groups.map((one) => [one])
    ])
    return {
      fromMs: unit() < 0.3 ? 0 : fromMs,
      untilMs: fromMs + Math.round(unit() * (isLong ? 200_000 : 30_000)),
      share: unit() < 0.4 ? 1 : unit(),
      status,
      // Elsewhere it would hang on which of several at the same moment is answered first.
      ...(status !== 500 && kinds.length === 1 && kinds[0] === "job" && unit() < 0.7
        ? { retryAfterMs: Math.round(unit() * 10_000) }
        : {}),
      kinds
    }
  })

const pick = <A>(unit: () => number, items: ReadonlyArray<A>): A =>
  items[Math.floor(unit() * items.length)]!

/** How a service refuses that is some way off. */
const ruleOf = (unit: () => number): WorldLink.LinkRule => ({
  ...(unit() < 0.6
    ? {
      throttle: {
        requestsPerSecond: 0.5 + 4 * unit(),
        burst: 1 + Math.floor(6 * unit()),
        ...(unit() < 0.5 ? { retryAfterMs: Math.round(5000 * unit()) } : {})
      }
    }
    : {}),
  ...(unit() < 0.5
    ? { outages: [{ fromMs: Math.round(60_000 * unit()), forMs: Math.round(120_000 * unit()) }] }
    : {}),
  ...(unit() < 0.5 ? { errorShare: 0.3 * unit() } : {})
})

/** Nothing in it hangs on time. */
const roomy = (story: Story.Story): Story.Story => {
  const { nodes: _, ...scenario } = story.scenario
  return { ...story, nodes: story.workflow.nodes.length, failureMode: "keepGoing", scenario }
}

/** Some tasks need more memory than a slot brings. */
const memoryOf = (unit: () => number): Pick<TaskRule, "memory"> => ({
  memory: {
    needMiB: { _tag: "LogNormal", median: 500 + 1000 * unit(), sigma: 0.75 },
    perSlotMiB: 1024
  }
})

/** What goes wrong with runs at certain times, and nodes that are taken at certain times. */
const faultsOf = (unit: () => number): FaultScript => {
  const fromMs = Math.round(unit() * 60_000)
  return {
    runs: [{
      when: { fromMs, untilMs: fromMs + 1 + Math.round(unit() * 120_000), probability: unit() },
      fault: unit() < 0.5
        ? { _tag: "Exit", exitCode: 75, afterMs: Math.round(unit() * 5000) }
        : { _tag: "Slow", factor: 1 + 3 * unit() }
    }],
    nodes: unit() < 0.5
      ? []
      : [{
        nodes: "*",
        atMs: 1 + Math.round(unit() * 60_000),
        returnAfterMs: 1 + Math.round(unit() * 30_000)
      }]
  }
}
