/**
 * Everything about one simulated run, drawn from its seed.
 */
import { NodeState } from "@batchwave/core/NodeState"
import type { Plan } from "@batchwave/core/Plan"
import type * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import type { DependencyMode, FailureMode, RunLimits } from "@batchwave/core/RunMode"
import type * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import type { Distribution } from "@batchwave/sim/Distribution"
import type { FaultScript } from "@batchwave/sim/FaultScript"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as SimulationLink from "./SimulationLink.ts"
import {
  once,
  pick,
  plainPolicyOf,
  planOf,
  policyOf,
  refusesSubstitutes,
  workflowOf
} from "./SimulationPlan.ts"

/** Something done from outside while the run goes on. */
export type Deed =
  | { readonly _tag: "Wish"; readonly event: ExternalEvent }
  | { readonly _tag: "Crash" }
  | { readonly _tag: "DeleteTask"; readonly place: number }
  /** A task that is about to be reactivated, if there is one. */
  | { readonly _tag: "DeleteChosen" }
  /** A node that has failed, together with a parent. */
  | { readonly _tag: "RerunChosen" }
  /** In the native mode, parents of a task that has failed unseen, while nothing may be added. */
  | { readonly _tag: "RerunPaused" }

/** A run to be. */
export interface Case {
  readonly seed: number
  readonly plan: Plan
  readonly options: VirtualDriver.Options
  readonly faulty: SimulationLink.FaultyLink
  /** By time. */
  readonly deeds: ReadonlyArray<{ readonly atMs: number; readonly deed: Deed }>
  readonly healMs: number
  /** Whether the verdicts follow from the plan and the seed alone, whatever goes wrong on the way. */
  readonly isDetermined: boolean
  /** The state of a node in which its parent is forgotten; see `SimulationDeed.forget`. */
  readonly forgetsAt: NodeState | undefined
  readonly kills: Map<VirtualDriver.KillPoint, number>
}

/** Draws the run of a seed. */
export const make = (seed: number): Case => {
  const random = Random.make(seed)
  const isDetermined = once(random, 3)
  const slotsPerNode = 1 + Random.nextInt(random, 4)
  const plan = planOf(workflowOf(random, slotsPerNode))
  const healMs = 1_000 + Random.nextInt(random, 240_000)
  const dependencyMode = pick<DependencyMode>(
    random,
    isDetermined ? ["eager", "waves"] : ["eager", "waves", "native"]
  )
  const forgetsAt = dependencyMode === "native" && once(random, 2)
    ? pick(random, forgettable)
    : undefined
  const faulty = SimulationLink.make(seed, healMs, forgetsAt === undefined ? 8 : 1)
  const kills = new Map<VirtualDriver.KillPoint, number>()
  const stuckProbability = !isDetermined && once(random, 5) ? 0.1 : 0
  const faults = isDetermined ? undefined : faultsOf(random, healMs)
  const options: VirtualDriver.Options = {
    plan,
    policies: policiesOf(random, plan, isDetermined),
    recall: { ms: Random.nextInt(random, 4) * 400, answerOf: recallOf },
    seed,
    dependencyMode,
    failureMode: isDetermined ? "keepGoing" : failureModeOf(random),
    limits: limitsOf(random),
    account: {
      pool: { id: "pool", nodesCount: 1 + Random.nextInt(random, 5), slotsPerNode },
      seed,
      startOrder: pick(random, ["arrival", "seeded"] as const)
    },
    scenario: scenarioOf(random, seed, stuckProbability, isDetermined),
    ...(faults === undefined ? {} : { faults }),
    link: faulty.link,
    poll: {
      msMin: pick(random, [50, 1_000]),
      msMax: pick(random, [2_000, 10_000]),
      pollsPerSweep: 2 + Random.nextInt(random, 19),
      ...(stuckProbability > 0 || (!isDetermined && once(random, 8))
        ? { stuckAfterMs: 40_000 }
        : {})
    },
    submit: {
      tasksPerRequest: pick(random, [100, 100, 1 + Random.nextInt(random, 9)]),
      concurrency: 1 + Random.nextInt(random, 8),
      patienceMs: pick(random, [100, 2_000]),
      ...(once(random, 3) ? { giveUpAfterMs: 40_000 + Random.nextInt(random, 100_000) } : {})
    },
    clockSkewMs: Random.nextInt(random, 3) === 0 ? Random.nextInt(random, 1_200_001) - 600_000 : 0,
    outputsOf: (task) =>
      (task.node + task.submission) % 7 === 0 && hasOutputs(plan, task.node)
        ? { invalid: "no JSON" }
        : { value: 1 },
    kill: killOf(random, healMs, kills),
    restartMs: 1 + Random.nextInt(random, 20_000),
    latestMs: healMs + 6 * 3_600_000 + plan.names.length * 120_000
  }
  return {
    seed,
    plan,
    options,
    faulty,
    deeds: deedsOf(random, plan, healMs, isDetermined, dependencyMode === "native"),
    healMs,
    isDetermined,
    forgetsAt,
    kills
  }
}

/** The same run with nothing going wrong that is not the tasks' own doing. */
export const calm = ({ options }: Case): VirtualDriver.Options => {
  const { kill: _kill, link: _link, ...rest } = options
  return { ...rest, clockSkewMs: 0 }
}

/** What is kept in a cache is collected also where nobody reads it; only what is read is checked. */
const hasOutputs = ({ workflow }: Plan, node: number): boolean =>
  (workflow.nodes[node]?.outputs.length ?? 0) > 0

/** The cache has the results of the even nodes. */
const recallOf = (node: number) =>
  node % 2 === 0
    ? {
      _tag: "CacheHit",
      node,
      key: `key ${node}`,
      from: "an earlier run",
      madeAtMs: 0,
      outputs: { value: 1 }
    } as const
    : { _tag: "CacheMissed", node, reason: "nothing like it" } as const

/** What some nodes refuse, and others complete. */
const checkOutput: NonNullable<VirtualDriver.Options["policies"]["checkOutput"]> = (
  node,
  _output,
  value
) =>
  refusesSubstitutes(node)
    ? { _tag: "Invalid", problems: ["it is no substitute here"] }
    : { _tag: "Valid", value: [value] }

const policiesOf = (
  random: Random.Random,
  plan: Plan,
  isDetermined: boolean
): VirtualDriver.Options["policies"] => {
  const policies = Array.from(
    { length: 1 + Random.nextInt(random, 3) },
    () => isDetermined ? plainPolicyOf(random) : policyOf(random)
  )
  const nodes = plan.workflow.nodes
  const policyOfNode = (node: number): Policy.Policy =>
    nodes[node]?.group === undefined ? policies[node % policies.length]! : policies[0]!
  const common = { policyOf: policyOfNode, asksCache: !isDetermined, checkOutput }
  if (!once(random, 4)) return common
  return {
    ...common,
    classify: (end) =>
      end.exitCode === 3 ? { _tag: "Custom", name: "Odd", message: "exit code 3" } : undefined
  }
}

const failureModeOf = (random: Random.Random): FailureMode =>
  pick<FailureMode>(random, [
    "keepGoing",
    "keepGoing",
    "drain",
    "failFast",
    "tolerate:1",
    "tolerate:20%"
  ])

const limitsOf = (random: Random.Random): RunLimits => ({
  ...(once(random, 3) ? { activeSlotsMax: 1 + Random.nextInt(random, 12) } : {}),
  ...(once(random, 3) ? { unansweredMax: 1 + Random.nextInt(random, 20) } : {})
})

const durationOf = (random: Random.Random): Distribution =>
  pick<Distribution>(random, [
    { _tag: "Fixed", value: 1 + Random.nextInt(random, 5_000) },
    { _tag: "Uniform", min: 0, max: 20_000 },
    { _tag: "Exponential", mean: 3_000 },
    { _tag: "LogNormal", median: 4_000, sigma: 1 }
  ])

const scenarioOf = (
  random: Random.Random,
  seed: number,
  stuckProbability: number,
  isDetermined: boolean
): Scenario => {
  const isFlaky = once(random, 2)
  const rate = (): number => once(random, 3) ? 0.25 * Random.nextUnit(random) : 0
  return {
    seed,
    tasks: [{
      duration: durationOf(random),
      ...(once(random, 4) ? { setup: durationOf(random), upload: durationOf(random) } : {}),
      ...(isFlaky
        ? {
          failures: [1, 2, 3].map((exitCode) => ({ exitCode, probability: rate(), part: 0.5 })),
          setupFailure: { probability: rate() },
          uploadFailure: { probability: rate() }
        }
        : {}),
      ...(once(random, 4)
        ? { memory: { needMiB: { _tag: "Uniform", min: 100, max: 900 }, perSlotMiB: 300 } }
        : {}),
      ...(stuckProbability > 0 ? { stuckProbability } : {})
    }],
    ...(!isDetermined && once(random, 6)
      ? {
        nodes: [{
          boot: { _tag: "Uniform", min: 0, max: 5_000 },
          life: { _tag: "Uniform", min: 60_000, max: 400_000 },
          away: { _tag: "Uniform", min: 1_000, max: 30_000 }
        }]
      }
      : {})
  }
}

const faultsOf = (random: Random.Random, healMs: number): FaultScript | undefined =>
  once(random, 3)
    ? {
      seed: Random.nextInt(random, 1_000_000),
      nodes: [{
        nodes: "*",
        atMs: 1 + Random.nextInt(random, 20_000),
        everyMs: 5_000 + Random.nextInt(random, 30_000),
        untilMs: healMs,
        probability: 0.5 * Random.nextUnit(random),
        returnAfterMs: 1 + Random.nextInt(random, 20_000),
        state: pick(random, ["preempted", "unknown"] as const)
      }],
      runs: once(random, 2)
        ? [{
          when: { probability: 0.1 },
          fault: { _tag: "NodeTaken", afterMs: 500, returnAfterMs: 3_000 }
        }]
        : []
    }
    : undefined

const killOf = (
  random: Random.Random,
  healMs: number,
  kills: Map<VirtualDriver.KillPoint, number>
): NonNullable<VirtualDriver.Options["kill"]> => {
  const own = Random.make(Random.nextUint32(random))
  const rate = once(random, 2) ? 0.08 * Random.nextUnit(random) ** 2 : 0
  return (point, nowMs) => {
    if (rate === 0 || nowMs >= healMs || Random.nextUnit(own) >= rate) return false
    kills.set(point, (kills.get(point) ?? 0) + 1)
    return true
  }
}

const forgettable = [
  NodeState.running,
  NodeState.collecting,
  NodeState.backoff,
  NodeState.reactivating
]

const deedsOf = (
  random: Random.Random,
  plan: Plan,
  healMs: number,
  isDetermined: boolean,
  isNative: boolean
): Case["deeds"] => {
  const deeds: Array<{ atMs: number; deed: Deed }> = []
  const at = (): number => Random.nextInt(random, healMs)
  const wish = (event: ExternalEvent): void => {
    deeds.push({ atMs: at(), deed: { _tag: "Wish", event } })
  }
  const anyNode = (): number => Random.nextInt(random, plan.names.length)
  if (once(random, 5)) deeds.push({ atMs: at(), deed: { _tag: "Crash" } })
  if (once(random, 6)) {
    wish({ _tag: "PauseRequested" })
    deeds.push({ atMs: healMs, deed: { _tag: "Wish", event: { _tag: "ResumeRequested" } } })
  }
  if (!isDetermined) {
    if (once(random, 10)) wish({ _tag: "CancelRequested" })
    if (once(random, 25)) wish({ _tag: "CancelRequested" })
    if (once(random, 8)) wish({ _tag: "CancelRequested", nodes: [anyNode(), anyNode()] })
    if (once(random, 8)) wish({ _tag: "FailureModeChanged", failureMode: failureModeOf(random) })
    if (once(random, 5)) {
      wish({ _tag: "RerunRequested", nodes: [anyNode(), anyNode()] })
    }
    if (once(random, 8)) {
      deeds.push({ atMs: at(), deed: { _tag: "DeleteTask", place: anyNode() } })
    }
  }
  if (!isDetermined && once(random, 12)) {
    const fromMs = Random.nextInt(random, Math.min(healMs, 40_000))
    for (let tries = 0; tries < 20; tries++) {
      deeds.push({ atMs: fromMs + tries * 2_000, deed: { _tag: "DeleteChosen" } })
    }
  }
  if (!isDetermined && once(random, 12)) {
    const fromMs = at()
    for (let tries = 0; tries < 5; tries++) {
      deeds.push({ atMs: fromMs + tries * 2_000, deed: { _tag: "RerunChosen" } })
    }
  }
  if (isNative && once(random, 3)) {
    for (let tries = 0; tries < 60 && (tries + 1) * 500 < healMs; tries++) {
      deeds.push({ atMs: (tries + 1) * 500, deed: { _tag: "RerunPaused" } })
    }
    deeds.push({ atMs: healMs, deed: { _tag: "Wish", event: { _tag: "ResumeRequested" } } })
  }
  return deeds.toSorted((left, right) => left.atMs - right.atMs)
}
