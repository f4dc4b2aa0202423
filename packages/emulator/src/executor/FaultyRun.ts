/**
 * Runs that a fault plan bends: those it takes over have no process, last as long as the fault says,
 * and can be killed like any other; the rest have their own and end differently or later.
 *
 * @internal
 */
import type { StartTask } from "@batchwave/sim/Instruction"
import * as RunFault from "@batchwave/sim/RunFault"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import * as Path from "node:path"
import type { Execution, ExecutionEnd } from "./Execution.ts"
import { attemptSync, type FileFault } from "./FileFault.ts"
import * as LaunchProblem from "./LaunchProblem.ts"
import * as TaskDirectory from "./TaskDirectory.ts"

/** The kills of runs without a process, by generation. */
export type FaultyRuns = Map<number, Deferred.Deferred<void>>

/** What a killed process tells. */
const killedCode = 137

/** Carries a run out, by its fault if it has one; `real` runs its process. */
export const run = <E, R>(
  runs: FaultyRuns,
  { fault, generation }: StartTask,
  execution: Execution,
  real: Effect.Effect<ExecutionEnd, E, R>
): Effect.Effect<ExecutionEnd, E, R> => {
  switch (fault?._tag) {
    case undefined:
    case "Hold":
    case "NodeTaken":
      return real
    case "Exit": {
      const end: ExecutionEnd = { _tag: "Exited", exitCode: fault.exitCode }
      const wait = Effect.as(Effect.sleep(fault.afterMs ?? 0), end)
      return leaveOutputs(execution, fault).pipe(
        Effect.andThen(killable(runs, generation, wait)),
        Effect.catch((problem) =>
          Effect.succeed<ExecutionEnd>({
            _tag: "SetupFailed",
            ...LaunchProblem.taskDirectory(problem)
          })
        )
      )
    }
    case "Hang":
      return killable(runs, generation, Effect.never)
    case "SetupFailed":
      return Effect.succeed({
        _tag: "SetupFailed",
        code: fault.code ?? RunFault.setupCodeDefault,
        message: RunFault.setupMessage
      })
    case "Slow":
      return slowed(runs, generation, fault, real)
    case "UploadFailed":
      return Effect.map(
        real,
        (end) => end._tag === "Exited" ? withoutUploads(end, fault.code) : end
      )
    default:
      return fault satisfies never
  }
}

/** Kills a run without a process; answers whether it is one. */
export const kill = (runs: FaultyRuns, generation: number): boolean => {
  const killed = runs.get(generation)
  if (killed !== undefined) Deferred.doneUnsafe(killed, Effect.void)
  return killed !== undefined
}

/** What a run without a process has written. */
const leaveOutputs = (
  { taskDirectory }: Execution,
  { stderr = "", stdout = "" }: RunFault.ExitFault
): Effect.Effect<void, FileFault> =>
  Effect.flatMap(TaskDirectory.prepare(taskDirectory), ({ path }) =>
    attemptSync(path, () => {
      for (const [name, text] of [["stdout.txt", stdout], ["stderr.txt", stderr]] as const) {
        writeFileSync(Path.join(path, name), text, { flag: "wx", mode: 0o600 })
      }
    }))

/** Runs the process, and goes on as if it still ran. */
const slowed = Effect.fnUntraced(function*<E, R>(
  runs: FaultyRuns,
  generation: number,
  fault: RunFault.SlowFault,
  real: Effect.Effect<ExecutionEnd, E, R>
) {
  const startedAtMs = yield* Clock.currentTimeMillis
  const end = yield* real
  if (end._tag !== "Exited") return end
  const ownMs = Math.max(0, (yield* Clock.currentTimeMillis) - startedAtMs)
  const restMs = RunFault.slowedMs(fault, ownMs) - ownMs
  return yield* killable(runs, generation, Effect.as(Effect.sleep(restMs), end))
})

const withoutUploads = (
  end: ExecutionEnd & { readonly _tag: "Exited" },
  code: string = RunFault.uploadCodeDefault
): ExecutionEnd => ({ ...end, uploadFailure: { code, message: RunFault.uploadMessage } })

const killable = (
  runs: FaultyRuns,
  generation: number,
  work: Effect.Effect<ExecutionEnd>
): Effect.Effect<ExecutionEnd> => {
  const killed = Deferred.makeUnsafe<void>()
  runs.set(generation, killed)
  const end: ExecutionEnd = { _tag: "Killed", reason: "terminated", exitCode: killedCode }
  return Effect.raceFirst(work, Effect.as(Deferred.await(killed), end)).pipe(
    Effect.ensuring(Effect.sync(() => runs.delete(generation)))
  )
}
