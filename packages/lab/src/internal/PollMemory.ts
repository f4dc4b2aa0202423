/**
 * What a poller has seen and when it polls next.
 */
import * as PollPace from "@batchwave/core/PollPace"
import type { RunState } from "@batchwave/core/RunState"
import type { Settings } from "./DriverState.ts"
import * as Polling from "./Polling.ts"
import * as TaskNumbers from "./TaskNumbers.ts"

/** The poller's memory. */
export interface Poll {
  readonly pace: PollPace.PollPace
  /**
   * `new`: nothing was sent yet. `idle`: there is nothing to watch. `hurried`: it waits, and something that was sent has shortened
   * this wait already. `asking`: a poll is under way.
   */
  phase: "new" | "idle" | "waiting" | "hurried" | "asking"
  /** `Infinity` unless it waits. */
  atMs: number
  /** When something that was sent woke the poller or shortened a wait last. */
  movedAtMs: number
  /** Whether something was sent that has not shortened a wait yet. */
  isMoved: boolean
  /** Whether the next reaction answers to what a poll has shown. */
  isTelling: boolean
  /** Polls since the whole job was listed. */
  sinceSweep: number
  /** When the latest change seen was, by the service's clock; `-Infinity` before the first. */
  sinceMs: number
  /** Whether the last poll found nothing, and nothing else was going on: see `Idling`. */
  isQuiet: boolean
  /** Reactions before the last poll; -1 when it was not alone. */
  reactions: number
  /** When the service does something of its own next, as the last poll began. */
  stillUntilMs: number
  /** What was expected of run times then. */
  meanRunMs: number | undefined
  doubted: Set<number>
  /** The service has asked for silence until then. */
  notBeforeMs: number
  /** Since when a task was seen running. */
  readonly seenMs: TaskNumbers.TaskNumbers
  /** By node: the latest submission that a listing has shown, if only it was told. */
  readonly seenSubmissions: Uint16Array
  /** What a sweep keeps of the run: see `Pass`. */
  readonly missing: Uint16Array
  readonly statesBefore: Uint8Array
  /** By node: since when its task is seen running, or `NaN`; empty without a watchdog. */
  readonly runningSinceMs: Float64Array
}

/** The memory of a poller that has just begun. */
export const make = (
  state: RunState,
  { pollMsMax, pollMsMin, seed, stuckAfterMs }: Settings
): Poll => ({
  pace: PollPace.make(
    { msMin: pollMsMin, msMax: pollMsMax },
    seed,
    PollPace.meanEstimateMs(state.plan)
  ),
  phase: "new",
  movedAtMs: -Infinity,
  atMs: Infinity,
  isMoved: false,
  isTelling: false,
  sinceSweep: 0,
  sinceMs: -Infinity,
  isQuiet: false,
  reactions: -1,
  stillUntilMs: 0,
  meanRunMs: undefined,
  doubted: new Set(),
  notBeforeMs: 0,
  seenMs: TaskNumbers.make(state.nodeStates.length),
  seenSubmissions: new Uint16Array(state.nodeStates.length),
  missing: new Uint16Array(state.nodeStates.length),
  statesBefore: new Uint8Array(state.nodeStates.length),
  runningSinceMs: Polling.noneRunning(state.nodeStates.length, stuckAfterMs)
})
