/**
 * One line of the log of what really happened, for whoever checks what clients believe.
 *
 * The log is NDJSON: a JSON object a line, UTF-8, only added to. Lines are in the order in which the
 * things happened. A line is written, by `write(2)`, in the same step as its change and before a client
 * is told of it; it survives the end of the process, and is not synchronised to the disk.
 *
 * Each start of an emulator begins with an `Opened` line, which carries the version of this format.
 * Every process that began before it and has no `ProcessEnded` is gone by then: it was killed together
 * with its emulator.
 */
import type { Fact } from "@batchwave/sim/Fact"

/**
 * The version of the format; it is raised when a member changes its meaning or goes, not when one is
 * added.
 *
 * @category constants
 */
export const truthVersion = 1

/**
 * What is told of the account, by the model: the tags of `Fact`.
 *
 * @category models
 */
export type AccountEvent = WithoutTime<Fact>

type WithoutTime<F> = F extends unknown ? Omit<F, "atMs"> : never

/**
 * One run of a task on a node.
 *
 * @category models
 */
export interface RunSubject {
  readonly jobId: string
  readonly taskId: string
  readonly nodeId: string
  /** The run: unique in the account, rising. */
  readonly generation: number
  /** Retries before this run. */
  readonly retryCount: number
}

/**
 * What is told of an emulator and of its processes.
 *
 * - `Opened`: an emulator begins; `isResumed` says whether it goes on with an account.
 * - `ProcessStarted`: the process of a run exists, with this id.
 * - `ProcessEnded`: it is gone, and its whole group with it; by itself, killed on request, or because
 *   the emulator closed. Without `exitCode` when nobody saw one.
 * - `RunFailed`: the run ended without a process, for the service's reason `code`.
 * - `RunFaulted`: a fault plan took the run over; no process follows unless the fault has one.
 *
 * @category models
 */
export type ServiceEvent =
  | { readonly _tag: "Opened"; readonly version: number; readonly isResumed: boolean }
  | (RunSubject & { readonly _tag: "ProcessStarted"; readonly pid: number })
  | (RunSubject & {
    readonly _tag: "ProcessEnded"
    readonly pid: number
    readonly how: "exited" | "killed" | "closed"
    readonly exitCode?: number
  })
  | (RunSubject & { readonly _tag: "RunFailed"; readonly code: string })
  | (RunSubject & { readonly _tag: "RunFaulted"; readonly fault: string })

/**
 * One line. `input` is the number of the input of the account that it belongs to, rising; several lines
 * may share one. `more` stands on a line that another one of the same change follows.
 *
 * @category models
 */
export type TruthEvent = (AccountEvent | ServiceEvent) & {
  /** Milliseconds since 1970, by the emulator's clock. */
  readonly atMs: number
  readonly input: number
  readonly more?: true
}
