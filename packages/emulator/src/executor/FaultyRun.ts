/**
 * Runs that a fault plan takes over: they have no process, last as long as the fault says, and can be
 * killed like any other.
 *
 * @internal
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { RunFault } from "../RunFault.ts"
import type { ExecutionEnd } from "./Execution.ts"

/** The kills of runs without a process, by generation. */
export type FaultyRuns = Map<number, Deferred.Deferred<void>>

/** What a killed process tells. */
const killedCode = 137

/** Carries a faulty run out; `real` runs its process. */
export const run = <E, R>(
  runs: FaultyRuns,
  generation: number,
  fault: RunFault,
  real: Effect.Effect<ExecutionEnd, E, R>
): Effect.Effect<ExecutionEnd, E, R> => {
  switch (fault._tag) {
    case "Exit": {
      const end: ExecutionEnd = { _tag: "Exited", exitCode: fault.exitCode }
      return killable(runs, generation, Effect.as(Effect.sleep(fault.afterMs ?? 0), end))
    }
    case "Hang":
      return killable(runs, generation, Effect.never)
    case "SetupFailed":
      return Effect.succeed({
        _tag: "SetupFailed",
        code: fault.code ?? "BlobDownloadMiscError",
        message: "The fault plan lets the preparation of this run fail"
      })
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

const withoutUploads = (
  end: ExecutionEnd & { readonly _tag: "Exited" },
  code = "DiskFull"
): ExecutionEnd => ({
  ...end,
  uploadFailure: { code, message: "The fault plan lets the uploads of this run fail" }
})

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
