/**
 * Who carries out the runs of the account's tasks: real processes, or a scenario that says how they
 * would go.
 *
 * X1 every run that is started is reported ended exactly once, unless the executor is closed before.
 * X2 a report never comes from within `start`, `kill` or `follow`.
 */
import type { StartChore, StartTask } from "@batchwave/sim/Instruction"
import type { Job } from "@batchwave/sim/Job"
import type { Task } from "@batchwave/sim/Task"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/**
 * Takes the end of a run, in the account's time.
 *
 * @internal
 */
export type Report = (generation: number, end: TaskEnd, atMs: number) => void

/**
 * What can be started: a run of a task or subtask, or of a job's preparation or release.
 *
 * @internal
 */
export type StartRun = StartTask | StartChore

/**
 * What an executor does. Closing its scope ends every run.
 *
 * @internal
 */
export interface ExecutorShape {
  /** Takes a run over and returns at once. */
  readonly start: (start: StartRun, report: Report) => void
  /** Asks a run to end, which is then reported like any end. An unknown run is no problem. */
  readonly kill: (generation: number) => void
  /** Removes the directory of a task, after the run that may still be in it, and says when it is gone. */
  readonly removeDirectory: (directory: string, onGone: () => void) => void
  /** Looks at what became of the account: nodes that joined begin their life. */
  readonly follow: (nowMs: number) => void
  /** When `advance` is to be called next, in the account's time; `Infinity` for not at all. */
  readonly nextEventMs: () => number
  /** Lets everything happen that is due at a time. */
  readonly advance: (nowMs: number) => void
  /** Tells whether nothing is going on that virtual time need move on for. */
  readonly isIdle: () => boolean
  /** Makes sure that the files of a task are on the disk, before somebody looks. */
  readonly provideFiles: (job: Job, task: Task) => Effect.Effect<void>
}

/**
 * The executor of an emulator.
 *
 * @internal
 */
export class Executor extends Context.Service<Executor, ExecutorShape>()(
  "@batchwave/emulator/Executor"
) {}
