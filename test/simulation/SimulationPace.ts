/**
 * L1: once all is well, a run stands still for no longer than a few polls, unless something is in the
 * service, tasks are being ended or a wait was decided. So its end comes within the critical path, the
 * waits and the polls.
 */
import type { Evidence } from "./SimulationChecker.ts"
import type { Truth } from "./SimulationTruth.ts"

/** Everything that breaks it. */
export const problemsOf = (
  { busyAtMs = [], healMs, idleMsMax = Infinity, journal, newsMsMax }: Evidence,
  truth: Truth
): ReadonlyArray<string> => {
  // What was deleted is missed by two sweeps before it counts as gone.
  const fromMs = healMs + 2 * newsMsMax + 60_000
  const endMs = journal.at(-1)?.atMs ?? 0
  if (endMs <= fromMs + idleMsMax) return []
  const waits: Array<number> = []
  const busy = busyTimes(truth)
  // Thousands of tasks that are ended or read one at a time keep the orchestrator busy.
  for (const atMs of busyAtMs) busy.push([atMs, atMs])
  for (const { atMs, events } of journal) {
    if (events.some(({ _tag }) => _tag === "TasksTerminated")) busy.push([atMs, atMs])
    for (const event of events) {
      if (event._tag === "RetryDecided") waits.push(event.dueAtMs)
      if (event._tag === "SubmissionHeld") waits.push(event.untilMs)
    }
  }
  const problems: Array<string> = []
  const look = (sinceMs: number, untilMs: number): void => {
    const idleSinceMs = Math.max(fromMs, sinceMs, ...waits.filter((atMs) => atMs <= untilMs))
    const idleMs = untilMs - idleSinceMs
    if (idleMs > idleMsMax) problems.push(`L1 the run stood still for ${idleMs} ms to ${untilMs}`)
  }
  busy.sort(([left], [right]) => left - right)
  let busyUntilMs = 0
  for (const [beginMs, stopMs] of busy) {
    if (beginMs > busyUntilMs && beginMs > fromMs) look(busyUntilMs, beginMs)
    busyUntilMs = Math.max(busyUntilMs, stopMs)
  }
  if (busyUntilMs < endMs) look(busyUntilMs, endMs)
  return problems
}

/** From when to when a task was in the service, waiting or running. */
const busyTimes = ({ lives }: Truth): Array<readonly [number, number]> => {
  const times: Array<readonly [number, number]> = []
  for (const { addedAtMs, deletedAtMs, ends, reactivatedAtMs } of lives.values()) {
    const stops = [...ends.map(({ atMs }) => atMs), ...deletedAtMs].toSorted((a, b) => a - b)
    for (const beginMs of [...addedAtMs, ...reactivatedAtMs]) {
      times.push([beginMs, stops.find((atMs) => atMs >= beginMs) ?? Infinity])
    }
  }
  return times
}
