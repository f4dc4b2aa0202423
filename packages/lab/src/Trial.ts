/**
 * One trial of one arm: a run in virtual time, and its measures.
 *
 * T1 Common random numbers: what the world draws for runs and nodes depends on the experiment's seed, the
 *    trial, the task and its execution, and not on the arm. So arms differ by what they do, not by their
 *    luck. Latencies and errors of requests are drawn in their order, and are common until that differs.
 * T2 The same experiment, arm and trial give the same outcome on every machine.
 */
import * as Failure from "@batchwave/core/Failure"
import { NodeState } from "@batchwave/core/NodeState"
import * as Random from "@batchwave/core/Random"
import * as Requeues from "@batchwave/core/Requeues"
import type { RunState } from "@batchwave/core/RunState"
import * as Arm from "./Arm.ts"
import type { Experiment } from "./Experiment.ts"
import type { MeasureName } from "./Measure.ts"
import * as SlotLedger from "./SlotLedger.ts"
import * as VirtualDriver from "./VirtualDriver.ts"
import * as VirtualService from "./VirtualService.ts"
import * as World from "./World.ts"
import * as WorldLink from "./WorldLink.ts"

/**
 * What came of a trial. Plain data, one line of a result file.
 *
 * @category models
 */
export interface Outcome {
  readonly trial: number
  readonly arm: string
  /** The seed that everything in it was drawn from. */
  readonly seed: number
  readonly outcome: "succeeded" | "failed" | "cancelled" | "unfinished"
  readonly measures: { readonly [name in MeasureName]: number }
  /** Failed attempts by class, in the order of the alphabet; `requeued` are those of the service. */
  readonly failures: { readonly [failureClass: string]: number }
  /** In a world with recorded runs: how many runs went as recorded, of how many. */
  readonly replayed?: { readonly recorded: number; readonly runs: number }
}

/**
 * The seed of a trial.
 *
 * @category queries
 */
export const seedOf = (experiment: Pick<Experiment, "seed">, trial: number): number =>
  Random.nextUint32(
    Random.make(Math.imul(experiment.seed, 0x9e3779b1) ^ Math.imul(trial + 1, 0x85ebca6b))
  ) >>> 1

/**
 * Runs a trial, counted from 0. Throws when a policy throws.
 *
 * @category operations
 */
export const run = (experiment: Experiment, arm: Arm.Arm, trial: number): Outcome =>
  measure(experiment, arm, trial, SlotLedger.make())

/**
 * Runs a trial again and tells which run was when on which node.
 *
 * @category operations
 */
export const timelineOf = (
  experiment: Experiment,
  arm: Arm.Arm,
  trial: number
): { readonly outcome: Outcome; readonly spans: ReadonlyArray<SlotLedger.Span> } => {
  const ledger = SlotLedger.make({ withSpans: true })
  const outcome = measure(experiment, arm, trial, ledger)
  return { outcome, spans: ledger.spans ?? [] }
}

const measure = (
  experiment: Experiment,
  arm: Arm.Arm,
  trial: number,
  ledger: SlotLedger.SlotLedger
): Outcome => {
  const seed = seedOf(experiment, trial)
  const driver = VirtualDriver.make({
    ...optionsOf(experiment, arm, trial),
    // An orchestrator that ends when nothing is heard begins again from its journal.
    isRecorded: arm.submit?.giveUpAfterMs !== undefined,
    ledger
  })
  VirtualDriver.advance(driver, Infinity)
  const { state } = driver.memory
  const outcome = state.outcome ?? "unfinished"
  const endMs = outcome === "unfinished" ? driver.settings.latestMs : driver.nowMs
  VirtualService.close(driver.service, endMs)
  const { pool, pricePerSlotHour = World.pricePerSlotHourDefault } = experiment.world
  const slotHours = pool.nodes * pool.slotsPerNode * endMs / 3_600_000
  const { done, executions, failed } = tally(state)
  return {
    trial,
    arm: arm.name,
    seed,
    outcome,
    measures: {
      makespan: endMs / 1000,
      success: outcome === "succeeded" ? 1 : 0,
      nodesDone: done / state.nodeStates.length,
      giveUps: failed,
      attempts: executions,
      wastedSlotSeconds: ledger.wastedSlotMs / 1000,
      utilisation: ledger.usedSlotMs / 3_600_000 / slotHours,
      queueSeconds: ledger.queuedMs / 1000 / Math.max(1, driver.service.startedCount),
      requests: Object.values(driver.counters.requests).reduce((sum, count) => sum + count, 0),
      throttledSeconds: driver.counters.throttledMs / 1000,
      backoffSeconds: backoffMs(state) / 1000,
      cost: slotHours * pricePerSlotHour
    },
    failures: failuresOf(state),
    ...(experiment.world.scenario.recordedRuns === undefined ? {} : {
      replayed: { recorded: driver.service.recordedCount, runs: driver.service.startedCount }
    })
  }
}

/**
 * What a trial runs: for whoever wants its journal too.
 *
 * @category conversions
 */
export const optionsOf = (
  experiment: Experiment,
  arm: Arm.Arm,
  trial: number
): VirtualDriver.Options => {
  const { workload, world } = experiment
  const seed = seedOf(experiment, trial)
  return {
    plan: workload.plan,
    policies: Arm.policiesOf(arm, workload.definition),
    seed,
    account: {
      pool: { id: "pool", nodesCount: world.pool.nodes, slotsPerNode: world.pool.slotsPerNode },
      seed
    },
    scenario: {
      ...world.scenario,
      seed,
      recordedMs: { ...workload.recordedMs, ...world.scenario.recordedMs }
    },
    ...(world.faults === undefined ? {} : { faults: { ...world.faults, seed } }),
    link: WorldLink.make(world.link ?? {}, seed),
    latestMs: world.latestMs ?? World.latestMsDefault,
    ...(arm.mode === undefined ? {} : { dependencyMode: arm.mode }),
    ...(arm.failureMode === undefined ? {} : { failureMode: arm.failureMode }),
    ...(arm.limits === undefined ? {} : { limits: arm.limits }),
    // Listings of a world show everything at once, so nothing is looked for twice.
    poll: { overlapMs: 0, ...arm.poll },
    client: arm.client === undefined ? {} : { policy: arm.client },
    ...(arm.submit === undefined ? {} : { submit: arm.submit })
  }
}

const tally = ({ executions, failedCount, nodeStates }: RunState) => {
  let done = 0
  let asked = 0
  for (let node = 0; node < nodeStates.length; node++) {
    asked += executions[node]!
    const nodeState = nodeStates[node]!
    if (nodeState === NodeState.succeeded || nodeState === NodeState.skipped) done++
  }
  return { done, executions: asked, failed: failedCount }
}

/** The waits before failed attempts, and the last one of a node that was tried once more. */
const backoffMs = (state: RunState): number => {
  let sumMs = 0
  for (const [node, attempts] of state.attempts) {
    for (const { delayMs } of attempts) sumMs += delayMs
    if (state.executions[node]! > attempts.length) sumMs += state.retryDelaysMs[node]!
  }
  return sumMs
}

const failuresOf = (state: RunState): { readonly [failureClass: string]: number } => {
  const counts = new Map<string, number>()
  for (const attempts of state.attempts.values()) {
    for (const { failure } of attempts) {
      const failureClass = Failure.classOf(failure)
      counts.set(failureClass, (counts.get(failureClass) ?? 0) + 1)
    }
  }
  const requeued = Requeues.total(Requeues.sum(state.requeues.values()))
  if (requeued > 0) counts.set("requeued", requeued)
  return Object.fromEntries([...counts].toSorted(([left], [right]) => left < right ? -1 : 1))
}
