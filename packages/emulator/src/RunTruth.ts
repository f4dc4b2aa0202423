/**
 * Tells the truth about runs: that their process was really started, and how it really ended.
 *
 * @internal
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StartRun } from "./Executor.ts"
import type { ExecutionEnd } from "./executor/Execution.ts"
import type { State } from "./State.ts"
import type { RunSubject, ServiceEvent } from "./TruthEvent.ts"

type RunEvent = Extract<ServiceEvent, RunSubject>

type WithoutSubject<E> = E extends unknown ? Omit<E, keyof RunSubject> : never

/** Tells an event of a run, if anybody listens. */
export const tell = (
  state: State,
  start: StartRun,
  event: WithoutSubject<RunEvent>
): void => {
  if (!state.truth.isHeard()) return
  const { generation, jobId, nodeId, retryCount, taskId } = start
  state.truth.tell(state.inputsCount, state.clock.nowMs(), {
    ...event,
    jobId,
    taskId,
    nodeId,
    generation,
    retryCount
  })
}

/** Carries a run out and tells of its process; `run` is given what to call when there is one. */
export const witness = (
  state: State,
  start: StartRun,
  run: (onStarted: (pid: number) => void) => Effect.Effect<ExecutionEnd>
): Effect.Effect<ExecutionEnd> => {
  let pid: number | undefined
  const onStarted = (started: number): void => {
    pid = started
    tell(state, start, { _tag: "ProcessStarted", pid })
  }
  return Effect.onExit(run(onStarted), (exit) =>
    Effect.sync(() => {
      const end = Exit.isSuccess(exit) ? exit.value : undefined
      if (end?._tag === "SetupFailed") {
        return tell(state, start, { _tag: "RunFailed", code: end.code })
      }
      if (pid === undefined) return
      tell(state, start, {
        _tag: "ProcessEnded",
        pid,
        ...(end === undefined
          ? { how: "closed" }
          : { how: end._tag === "Exited" ? "exited" : "killed", exitCode: end.exitCode })
      })
    }))
}
