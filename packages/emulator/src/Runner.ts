/**
 * Carries out what the account asks for: starts and ends processes, removes directories of what was
 * deleted, and wakes the account when a wall clock runs out.
 *
 * R1 every started run is reported ended exactly once, unless the emulator closes before.
 * R2 a run waits for the run and the removal that used its directory before it.
 */
import * as Account from "@batchwave/sim/Account"
import type { Instruction, StartTask } from "@batchwave/sim/Instruction"
import * as Runs from "@batchwave/sim/Runs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { mkdirSync, renameSync } from "node:fs"
import { rm } from "node:fs/promises"
import * as Path from "node:path"
import * as DirectoryTurns from "./DirectoryTurns.ts"
import * as Executions from "./Executions.ts"
import * as FaultyRun from "./executor/FaultyRun.ts"
import { attempt, attemptSync } from "./executor/FileFault.ts"
import { ProcessExecutor } from "./executor/ProcessExecutor.ts"
import * as Faults from "./Faults.ts"
import * as IdPattern from "./IdPattern.ts"
import * as NodeLayout from "./NodeLayout.ts"
import type { State } from "./State.ts"

/** The longest sleep in one piece: timers of the platform overflow after 24 days. */
const sleepMsMax = 3_600_000

/**
 * What the server tells the runner.
 *
 * @category models
 */
export interface Runner {
  /** Carries out everything the account has asked for since the last call. */
  readonly drain: () => void
}

interface Workshop {
  readonly state: State
  readonly executor: ProcessExecutor["Service"]
  readonly clock: Clock.Clock
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly turns: DirectoryTurns.DirectoryTurns
  readonly faultyRuns: FaultyRun.FaultyRuns
  /** When the account is woken next, and by whom. */
  alarmAtMs: number
  alarm: Fiber.Fiber<void> | undefined
  trashCount: number
  /** How many nodes of the account have their directories. */
  nodesCount: number
}

/**
 * Makes a runner; closing its scope interrupts all runs.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  state: State
): Effect.fn.Return<Runner, never, ProcessExecutor | Scope.Scope> {
  const workshop: Workshop = {
    state,
    executor: yield* ProcessExecutor,
    clock: yield* Clock.Clock,
    fork: yield* FiberSet.makeRuntime<never, void, never>(),
    turns: DirectoryTurns.make(),
    faultyRuns: new Map(),
    alarmAtMs: Infinity,
    alarm: undefined,
    trashCount: 0,
    nodesCount: state.account.nodes.length
  }
  return { drain: () => drain(workshop) }
})

const drain = (workshop: Workshop): void => {
  const { state } = workshop
  if (state.faults.active !== undefined) disturbNodes(workshop)
  followNodes(workshop)
  for (const instruction of Account.takeInstructions(state.account)) {
    carryOut(workshop, instruction)
  }
  for (const directory of state.removals.splice(0)) {
    workshop.fork(DirectoryTurns.take(workshop.turns, directory, removeDirectory(directory)))
  }
  if (state.leaving.size > 0) bidFarewell(workshop)
  setAlarm(workshop)
}

/** Takes nodes away and brings them back as the fault plan says. */
const disturbNodes = (workshop: Workshop): void => {
  const { account, faults } = workshop.state
  const nowMs = now(workshop)
  for (const event of Faults.takeNodeEvents(faults, nowMs)) {
    for (const { id, index } of Account.presentNodes(account)) {
      if (!IdPattern.matches(event.nodes, id)) continue
      if (event.isLoss) Runs.loseNode(account, index, nowMs)
      else Runs.returnNode(account, index, nowMs)
    }
  }
}

/** Makes the directories of nodes that joined and removes those of nodes that left. */
const followNodes = (workshop: Workshop): void => {
  const { account, settings: { dataDirectory } } = workshop.state
  for (; workshop.nodesCount < account.nodes.length; workshop.nodesCount++) {
    const root = NodeLayout.nodeRoot(dataDirectory, account.nodes[workshop.nodesCount]!.id)
    for (const name of NodeLayout.nodeDirectories) {
      const directory = Path.join(root, name)
      workshop.fork(
        attemptSync(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 })).pipe(
          Effect.catch((fault) => Effect.logWarning("A directory of a node was not made", fault)),
          Effect.asVoid
        )
      )
    }
  }
  for (const node of Account.takeDepartures(account)) {
    workshop.fork(removeDirectory(NodeLayout.nodeRoot(dataDirectory, node.id)))
  }
}

const carryOut = (workshop: Workshop, instruction: Instruction): void => {
  switch (instruction._tag) {
    case "StartTask": {
      const directory = Executions.directoryOf(workshop.state, instruction)
      workshop.fork(DirectoryTurns.take(workshop.turns, directory, run(workshop, instruction)))
      return
    }
    case "KillTask":
      if (FaultyRun.kill(workshop.faultyRuns, instruction.generation)) return
      workshop.fork(workshop.executor.kill(String(instruction.generation)))
      return
    default:
      return instruction satisfies never
  }
}

const run = Effect.fnUntraced(function*(workshop: Workshop, start: StartTask) {
  const { executor, state } = workshop
  const { generation } = start
  const isWanted = (): boolean => Runs.taskStarted(state.account, generation, now(workshop))
  const execution = isWanted() ? Executions.make(state, start) : undefined
  if (execution === undefined) {
    Runs.taskEnded(state.account, generation, { _tag: "Killed" }, now(workshop))
    return drain(workshop)
  }
  // A kill that came before the executor knew the run is repeated once the process exists.
  const killUnwanted = () => isWanted() ? Effect.void : executor.kill(execution.id)
  const { active } = state.faults
  const fault = active === undefined
    ? undefined
    : Faults.judgeRun(active, start, now(workshop))
  const real = executor.run(execution, killUnwanted)
  const exit = yield* Effect.exit(
    fault === undefined ? real : FaultyRun.run(workshop.faultyRuns, generation, fault, real)
  )
  if (Exit.isFailure(exit)) yield* Effect.logError("The executor failed", exit.cause)
  const end = Exit.isSuccess(exit) ? Executions.endOf(exit.value) : Executions.executorFailed
  Runs.taskEnded(state.account, generation, end, now(workshop))
  drain(workshop)
})

const now = (workshop: Workshop): number => workshop.clock.currentTimeMillisUnsafe()

const removeDirectory = (directory: string): Effect.Effect<void> =>
  attempt(directory, () => rm(directory, { recursive: true, force: true })).pipe(
    Effect.catch((fault) => Effect.logWarning("A directory was not removed", fault))
  )

/** Forgets the jobs that are gone. Their directories move aside at once, so the ids are free. */
const bidFarewell = (workshop: Workshop): void => {
  const { state } = workshop
  for (const [job, taskIndexes] of state.leaving) {
    if (Account.findJob(state.account, job.id) === job) continue
    state.leaving.delete(job)
    state.jobRecords.delete(job.index)
    for (const index of taskIndexes) {
      if (state.account.tasks[index] === undefined) state.taskRecords[index] = undefined
    }
    for (const node of Account.presentNodes(state.account)) {
      workshop.fork(discard(workshop, node.id, job.id))
    }
  }
}

const discard = (workshop: Workshop, nodeId: string, jobId: string): Effect.Effect<void> => {
  const { dataDirectory } = workshop.state.settings
  const directory = NodeLayout.jobDirectory(dataDirectory, nodeId, jobId)
  const aside = Path.join(dataDirectory, "trash", String(workshop.trashCount++))
  return Effect.matchEffect(attemptSync(directory, () => renameSync(directory, aside)), {
    onFailure: () => Effect.void,
    onSuccess: () => removeDirectory(aside)
  })
}

const setAlarm = (workshop: Workshop): void => {
  const { account, faults } = workshop.state
  const deadlineMs = Math.min(
    Runs.nextDeadlineMs(account) ?? Infinity,
    faults.active?.nodeEvents[0]?.atMs ?? Infinity
  )
  if (deadlineMs >= workshop.alarmAtMs) return
  if (workshop.alarm !== undefined) workshop.fork(Fiber.interrupt(workshop.alarm))
  workshop.alarmAtMs = deadlineMs
  workshop.alarm = workshop.fork(ring(workshop, deadlineMs))
}

const ring = Effect.fnUntraced(function*(workshop: Workshop, deadlineMs: number) {
  for (;;) {
    const restMs = deadlineMs - now(workshop)
    if (restMs <= 0) break
    yield* Effect.sleep(Math.min(restMs, sleepMsMax))
  }
  workshop.alarmAtMs = Infinity
  workshop.alarm = undefined
  Runs.advance(workshop.state.account, now(workshop))
  drain(workshop)
})
