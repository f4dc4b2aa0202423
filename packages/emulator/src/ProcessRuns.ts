/**
 * The executor of real processes: brings each run of the account to `ProcessExecutor`, with the faults
 * of the plan in force.
 *
 * R2 a run waits for the run and the removal that used its directory before it.
 *
 * @internal
 */
import * as Runs from "@batchwave/sim/Runs"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as DirectoryTurns from "./DirectoryTurns.ts"
import * as Executions from "./Executions.ts"
import { Executor, type ExecutorShape, type Report, type StartRun } from "./Executor.ts"
import * as FaultyRun from "./executor/FaultyRun.ts"
import { ProcessExecutor } from "./executor/ProcessExecutor.ts"
import * as Inputs from "./Inputs.ts"
import * as RemovedDirectory from "./RemovedDirectory.ts"
import * as RunTruth from "./RunTruth.ts"
import type { State } from "./State.ts"

interface Workshop {
  readonly state: State
  readonly processes: ProcessExecutor["Service"]
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly turns: DirectoryTurns.DirectoryTurns
  readonly faultyRuns: FaultyRun.FaultyRuns
}

/** The executor; closing its scope interrupts all runs. */
export const layer = (state: State): Layer.Layer<Executor, never, ProcessExecutor> =>
  Layer.effect(
    Executor,
    Effect.gen(function*() {
      return make({
        state,
        processes: yield* ProcessExecutor,
        fork: yield* FiberSet.makeRuntime<never, void, never>(),
        turns: DirectoryTurns.make(),
        faultyRuns: new Map()
      })
    })
  )

const make = (workshop: Workshop): ExecutorShape => ({
  start: (start, report) => {
    const directory = Executions.turnOf(workshop.state, start)
    workshop.fork(DirectoryTurns.take(workshop.turns, directory, run(workshop, start, report)))
  },
  kill: (generation) => {
    if (FaultyRun.kill(workshop.faultyRuns, generation)) return
    workshop.fork(workshop.processes.kill(String(generation)))
  },
  removeDirectory: (directory, onGone) => {
    const removal = Effect.andThen(RemovedDirectory.remove(directory), Effect.sync(onGone))
    workshop.fork(DirectoryTurns.take(workshop.turns, directory, removal))
  },
  follow: () => undefined,
  nextEventMs: () => Infinity,
  advance: () => undefined,
  isIdle: () => true,
  provideFiles: () => Effect.void
})

const run = Effect.fnUntraced(function*(workshop: Workshop, start: StartRun, report: Report) {
  const { processes, state } = workshop
  const { generation } = start
  const nowMs = () => state.clock.nowMs()
  const isWanted = Inputs.runStarted(state, generation, nowMs())
  const execution = isWanted ? Executions.make(state, start) : undefined
  if (execution === undefined) return report(generation, { _tag: "Killed" }, nowMs())
  const problem = Executions.problemOf(state, start)
  if (problem !== undefined) {
    RunTruth.tell(state, start, { _tag: "RunFailed", code: problem.failure.code })
    return report(generation, problem, nowMs())
  }
  if (start._tag === "StartTask" && start.fault !== undefined) {
    RunTruth.tell(state, start, { _tag: "RunFaulted", fault: start.fault._tag })
  }
  const real = RunTruth.witness(state, start, (onStarted) =>
    processes.run(execution, (pid) => {
      onStarted(pid)
      // A kill that came before the executor knew the run is repeated once the process exists.
      return Runs.isWanted(state.account, generation) ? Effect.void : processes.kill(execution.id)
    }))
  const exit = yield* Effect.exit(
    start._tag === "StartTask"
      ? FaultyRun.run(workshop.faultyRuns, start, execution, real)
      : real
  )
  if (Exit.isFailure(exit)) yield* Effect.logError("The executor failed", exit.cause)
  const end = Exit.isSuccess(exit) ? Executions.endOf(exit.value) : Executions.executorFailed
  report(generation, end, nowMs())
})
