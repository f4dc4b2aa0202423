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
import { renameSync } from "node:fs"
import { rm } from "node:fs/promises"
import * as Path from "node:path"
import * as DirectoryTurns from "./DirectoryTurns.ts"
import * as Executions from "./Executions.ts"
import { attempt, attemptSync } from "./executor/FileFault.ts"
import { ProcessExecutor } from "./executor/ProcessExecutor.ts"
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
  /** When the account is woken next, and by whom. */
  alarmAtMs: number
  alarm: Fiber.Fiber<void> | undefined
  trashCount: number
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
    alarmAtMs: Infinity,
    alarm: undefined,
    trashCount: 0
  }
  return { drain: () => drain(workshop) }
})

const drain = (workshop: Workshop): void => {
  const { state } = workshop
  for (const instruction of Account.takeInstructions(state.account)) {
    carryOut(workshop, instruction)
  }
  for (const directory of state.removals.splice(0)) {
    workshop.fork(DirectoryTurns.take(workshop.turns, directory, removeDirectory(directory)))
  }
  if (state.leaving.size > 0) bidFarewell(workshop)
  setAlarm(workshop)
}

const carryOut = (workshop: Workshop, instruction: Instruction): void => {
  switch (instruction._tag) {
    case "StartTask": {
      const directory = Executions.directoryOf(workshop.state, instruction)
      workshop.fork(DirectoryTurns.take(workshop.turns, directory, run(workshop, instruction)))
      return
    }
    case "KillTask":
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
  const exit = yield* Effect.exit(executor.run(execution, killUnwanted))
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
    for (const node of state.account.pool.nodes) workshop.fork(discard(workshop, node.id, job.id))
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
  const deadlineMs = Runs.nextDeadlineMs(workshop.state.account)
  if (deadlineMs === undefined || deadlineMs >= workshop.alarmAtMs) return
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
