/**
 * What one seed tells: a workflow, the world it runs in, what goes wrong there, and when its
 * orchestrator dies.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import type { DependencyMode, FailureMode } from "@batchwave/core/RunMode"
import { namedRules } from "@batchwave/core/TriggerRule"
import * as Workflow from "@batchwave/core/Workflow"
import type { Fault } from "@batchwave/emulator/Fault"
import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import type { Wish } from "@batchwave/engine/Engine"
import type { Distribution } from "@batchwave/sim/Distribution"
import type { Scenario, TaskRule } from "@batchwave/sim/Scenario"

/** Where an orchestrator dies: before or after its nth append or request, or some time after its start. */
export type Crash =
  | { readonly at: "append" | "request"; readonly nth: number; readonly isAfter: boolean }
  | { readonly at: "time"; readonly afterMs: number }

/** Requests that come to the service long after their sender has given them up. */
export interface Lateness {
  readonly seed: number
  readonly probability: number
  readonly lateMs: number
  /** Parts of the paths of requests that may be late. */
  readonly paths: ReadonlyArray<string>
}

export interface Story {
  readonly seed: number
  readonly workflow: Workflow.Workflow
  readonly policy: Policy.Policy
  /** Of each failure class. */
  readonly retriesMax: number
  readonly dependencyMode: DependencyMode
  readonly failureMode: FailureMode
  readonly pollMsMin: number
  readonly pollMsMax: number
  readonly nodes: number
  readonly slotsPerNode: number
  readonly nodeFillType: "spread" | "pack"
  readonly scenario: Scenario
  readonly faults: FaultPlan | undefined
  /** Milliseconds after the start when faults end. */
  readonly healAfterMs: number
  readonly crashes: ReadonlyArray<Crash & { readonly pauseMs: number }>
  /** What somebody asks of the run while it goes on, by time since the start. */
  readonly wishes: ReadonlyArray<{ readonly atMs: number; readonly wish: Wish }>
  /** Nodes that somebody wants once more when the run has ended. */
  readonly rerun: ReadonlyArray<number>
  readonly lateness: Lateness | undefined
  /** Nothing fails, nobody dies, and every node takes one slot: the makespan has a bound. */
  readonly isCalm: boolean
  /** How much too early timers may end. */
  readonly timersEarlyMs: number
  /** What the orchestrator's clock is set on by, and when, since the start. @default never */
  readonly clockSteps?: ReadonlyArray<{ readonly atMs: number; readonly byMs: number }>
}

interface Dice {
  readonly chance: (probability: number) => boolean
  /** A whole number from `least` to `most`. */
  readonly whole: (least: number, most: number) => number
  readonly part: (least: number, most: number) => number
  readonly pick: <A>(...items: ReadonlyArray<A>) => A
}

const diceOf = (seed: number): Dice => {
  const random = Random.make(seed)
  const whole = (least: number, most: number) => least + Random.nextInt(random, most - least + 1)
  return {
    chance: (probability) => Random.nextUnit(random) < probability,
    whole,
    part: (least, most) => least + Random.nextUnit(random) * (most - least),
    pick: (...items) => items[whole(0, items.length - 1)]!
  }
}

/** The same story for the same seed. */
export const make = (seed: number): Story => {
  const dice = diceOf(seed)
  const isCalm = dice.chance(0.2)
  const slotsPerNode = dice.whole(1, 4)
  const retriesMax = dice.whole(0, 3)
  const hasTroubles = !isCalm && dice.chance(0.8)
  const isDeadly = !isCalm && dice.chance(0.6)
  const healAfterMs = dice.whole(10_000, 300_000)
  const stuckProbability = !isCalm && dice.chance(0.2) ? dice.part(0, 0.1) : 0
  const workflow = workflowOf(dice, {
    slotsMax: isCalm ? 1 : slotsPerNode,
    hasLimits: stuckProbability > 0,
    hasRules: !isCalm && dice.chance(0.3),
    hasFinalizers: !isCalm && dice.chance(0.25)
  })
  const anyNode = () => dice.whole(0, workflow.nodes.length - 1)
  return {
    seed,
    workflow,
    policy: policyOf(dice, retriesMax),
    retriesMax,
    dependencyMode: dice.pick("eager", "eager", "waves", "native"),
    failureMode: isCalm ? "keepGoing" : dice.pick("keepGoing", "keepGoing", "drain", "failFast"),
    pollMsMin: dice.whole(100, 2000),
    pollMsMax: dice.whole(5000, 60_000),
    nodes: dice.whole(1, 6),
    slotsPerNode,
    nodeFillType: dice.pick("spread", "pack"),
    scenario: scenarioOf(dice, seed, isCalm, stuckProbability),
    faults: hasTroubles ? faultsOf(dice, seed, healAfterMs) : undefined,
    healAfterMs,
    crashes: isDeadly
      ? Array.from({ length: dice.whole(1, 3) }, () => ({
        ...crashOf(dice),
        pauseMs: dice.whole(0, 60_000)
      }))
      : [],
    isCalm,
    wishes: !isCalm && dice.chance(0.4) ? wishesOf(dice, anyNode, healAfterMs) : [],
    rerun: !isCalm && dice.chance(0.15) ? [anyNode(), anyNode()] : [],
    lateness: hasTroubles && dice.chance(0.4)
      ? {
        seed,
        probability: dice.part(0.05, 0.5),
        lateMs: dice.whole(1, 120_000),
        paths: dice.pick(["/reactivate"], ["/reactivate", "/terminate", "/addtaskcollection"])
      }
      : undefined,
    timersEarlyMs: dice.pick(0, 1)
  }
}

const wishesOf = (
  dice: Dice,
  anyNode: () => number,
  healAfterMs: number
): Story["wishes"] => {
  const wishes: Array<{ atMs: number; wish: Wish }> = []
  const add = (wish: Wish) => wishes.push({ atMs: dice.whole(0, healAfterMs), wish })
  if (dice.chance(0.4)) {
    add({ _tag: "PauseRequested" })
    wishes.push({ atMs: healAfterMs, wish: { _tag: "ResumeRequested" } })
  }
  if (dice.chance(0.25)) add({ _tag: "CancelRequested" })
  if (dice.chance(0.05)) add({ _tag: "CancelRequested" })
  if (dice.chance(0.3)) add({ _tag: "CancelRequested", nodes: [anyNode(), anyNode()] })
  if (dice.chance(0.2)) {
    add({ _tag: "FailureModeChanged", failureMode: dice.pick("drain", "failFast", "tolerate:1") })
  }
  if (dice.chance(0.3)) add({ _tag: "RerunRequested", nodes: [anyNode(), anyNode()] })
  return wishes.toSorted((left, right) => left.atMs - right.atMs)
}

const sizeOf = (dice: Dice): number => {
  const lot = dice.part(0, 1)
  return lot < 0.7 ? dice.whole(1, 20) : lot < 0.98 ? dice.whole(1, 60) : dice.whole(61, 300)
}

interface Wishes {
  readonly slotsMax: number
  readonly hasLimits: boolean
  readonly hasRules: boolean
  readonly hasFinalizers: boolean
}

const workflowOf = (dice: Dice, wishes: Wishes): Workflow.Workflow => {
  const count = sizeOf(dice)
  const density = dice.part(0, 3)
  const reach = dice.pick(3, 10, count)
  const hasOddNames = dice.chance(0.2)
  const nameOf = (index: number) => hasOddNames ? `Schritt ${index}/ü` : `n${index}`
  const hasOutput = Array.from({ length: count }, () => dice.chance(0.2))
  const finalizersFrom = wishes.hasFinalizers && count > 2 ? count - dice.whole(1, 2) : count
  const nodes = hasOutput.map((isWriting, index) => {
    const after = new Set<number>()
    const parentsCount = index === 0 ? 0 : Math.round(dice.part(0, density))
    for (let parent = 0; parent < parentsCount; parent++) {
      after.add(index - 1 - dice.whole(0, Math.min(index, reach) - 1))
    }
    const parents = [...after].toSorted((left, right) => left - right)
    const isFinalizer = index >= finalizersFrom
    const isTolerant = isFinalizer
      || (wishes.hasRules && parents.length > 0 && dice.chance(0.3))
    const read = isTolerant ? [] : parents.filter((parent) => hasOutput[parent])
    return Workflow.node(nameOf(index), "true", {
      after: parents.map(nameOf),
      slots: dice.whole(1, wishes.slotsMax),
      inputs: Object.fromEntries(read.map((parent) => [`from${parent}`, {
        _tag: "Value",
        from: { node: nameOf(parent), output: "value" },
        path: []
      }])),
      outputs: isWriting ? [{ _tag: "Json", name: "value", path: Workflow.defaultJsonPath }] : [],
      ...(wishes.hasLimits ? { runTimeMsMax: dice.whole(30_000, 600_000) } : {}),
      ...(isFinalizer ? { finalizer: true } : {}),
      ...(isTolerant && !isFinalizer
        ? { when: dice.pick("allDone", "allDone", ...namedRules) }
        : {})
    })
  })
  return Workflow.make("story", nodes)
}

const policyOf = (dice: Dice, retriesMax: number): Policy.Policy => {
  const backoff = dice.chance(0.5)
    ? Backoff.constant(dice.whole(0, 20_000))
    : Backoff.exponential({ baseMs: dice.whole(1, 5000) })
  return Policy.retry({
    max: retriesMax,
    backoff,
    via: dice.pick("auto", "reactivate", "resubmit")
  })
}

const durationOf = (dice: Dice): Distribution => {
  const scaleMs = dice.pick(10, 1000, 10_000, 60_000)
  switch (dice.whole(0, 3)) {
    case 0:
      return { _tag: "Fixed", value: scaleMs }
    case 1:
      return { _tag: "Uniform", min: 0, max: 2 * scaleMs }
    case 2:
      return { _tag: "LogNormal", median: scaleMs, sigma: 1 }
    default:
      return { _tag: "Exponential", mean: scaleMs }
  }
}

const scenarioOf = (
  dice: Dice,
  seed: number,
  isCalm: boolean,
  stuckProbability: number
): Scenario => {
  const files = { [Workflow.defaultJsonPath]: "{\"task\":\"{task}\",\"attempt\":{attempt}}" }
  const calm: TaskRule = { duration: durationOf(dice), files }
  if (isCalm) return { seed, tasks: [calm] }
  const isRough = dice.chance(0.6)
  const tasks: TaskRule = {
    ...calm,
    stuckProbability,
    failures: isRough
      ? [
        { exitCode: 1, probability: dice.part(0, 0.15), part: dice.part(0, 1) },
        { exitCode: 3, probability: dice.part(0, 0.1) }
      ]
      : [],
    setupFailure: { probability: isRough ? dice.part(0, 0.05) : 0 },
    uploadFailure: { probability: isRough ? dice.part(0, 0.05) : 0 },
    straggler: { probability: 0.05, factor: 10 }
  }
  if (!dice.chance(0.3)) return { seed, tasks: [tasks] }
  return {
    seed,
    tasks: [tasks],
    nodes: [{
      boot: { _tag: "Uniform", min: 0, max: 60_000 },
      life: { _tag: "Exponential", mean: dice.pick(60_000, 600_000, 3_600_000) },
      away: { _tag: "Fixed", value: dice.whole(1000, 120_000) }
    }]
  }
}

const faultOf = (dice: Dice): Fault => {
  const acts = dice.chance(0.5)
  switch (dice.whole(0, 14)) {
    case 0:
    case 1:
      return { _tag: "Drop", acts, isReset: dice.chance(0.5) }
    case 2:
      return { _tag: "CutBody", bytes: dice.whole(0, 400), isLengthKept: dice.chance(0.5) }
    case 3:
      return { _tag: "Status", status: 429, retryAfter: { seconds: dice.whole(0, 10) } }
    case 4:
      return { _tag: "Status", status: 503, acts }
    case 5:
      return { _tag: "Status", status: 500, acts, body: dice.pick("Document", "Html", "Empty") }
    case 6:
      return { _tag: "Delay", delayMs: dice.whole(1, 30_000), jitterMs: 5000, acts }
    case 7:
      return { _tag: "Stall", acts }
    case 8:
      return { _tag: "SlowBody", bytesPerSecond: dice.whole(50, 5000) }
    case 9:
      return {
        _tag: "Collection",
        items: [{ tasks: "*1*", effect: dice.pick("ServerError", "Missing", "Duplicated") }]
      }
    case 10:
      return { _tag: "Stale", lagMs: dice.whole(1, 10_000), jitterMs: dice.whole(0, 5000) }
    case 11:
      return { _tag: "Page", itemsMax: dice.whole(0, 10), repeats: dice.whole(0, 3) }
    case 12:
      return { _tag: "Omit", tasks: dice.pick("*1*", "n*", "*") }
    case 13:
      return { _tag: "ExpiredLink" }
    default:
      return { _tag: "BadGzip", form: dice.pick("Garbage", "Cut", "Checksum") }
  }
}

const faultsOf = (dice: Dice, seed: number, untilMs: number): FaultPlan => ({
  seed,
  rules: Array.from({ length: dice.whole(1, 5) }, () => ruleOf(dice, untilMs)).flatMap((rule) =>
    // A link can only expire where there is one.
    rule.fault._tag === "ExpiredLink"
      ? [{ when: { untilMs }, fault: { _tag: "Page", itemsMax: 2 } as const }, rule]
      : [rule]
  ),
  nodes: dice.chance(0.3)
    ? [{
      nodes: "*",
      atMs: dice.whole(1, 60_000),
      everyMs: dice.whole(10_000, 60_000),
      untilMs: 60_001 + untilMs,
      returnAfterMs: dice.whole(1, 30_000)
    }]
    : []
})

const ruleOf = (dice: Dice, untilMs: number): FaultPlan["rules"][number] => ({
  when: {
    untilMs,
    probability: dice.part(0.02, 0.4),
    ...(dice.chance(0.5)
      ? { operations: [dice.pick("Task_*", "Job_*", "Task_AddCollection", "Task_List", "File_*")] }
      : {})
  },
  fault: faultOf(dice)
})

const crashOf = (dice: Dice): Crash =>
  dice.chance(0.3)
    ? { at: "time", afterMs: dice.whole(0, 120_000) }
    : { at: dice.pick("append", "request"), nth: dice.whole(1, 30), isAfter: dice.chance(0.5) }
