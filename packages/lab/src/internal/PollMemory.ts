/** What a poller has seen: nothing yet. */
import * as PollPace from "@batchwave/core/PollPace"
import type { RunState } from "@batchwave/core/RunState"
import type { Poll, Settings } from "./DriverState.ts"
import * as Polling from "./Polling.ts"
import * as TaskNumbers from "./TaskNumbers.ts"

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
  sinceSweep: 0,
  sinceMs: -Infinity,
  isQuiet: false,
  reactions: -1,
  stillUntilMs: 0,
  meanRunMs: undefined,
  doubted: new Set(),
  notBeforeMs: 0,
  seenMs: TaskNumbers.make(state.nodeStates.length),
  missing: new Uint16Array(state.nodeStates.length),
  statesBefore: new Uint8Array(state.nodeStates.length),
  runningSinceMs: Polling.noneRunning(state.nodeStates.length, stuckAfterMs)
})
