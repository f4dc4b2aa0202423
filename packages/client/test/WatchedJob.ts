/**
 * A job as its listings show it: tasks with states and transition times, which change by a timeline
 * before the n-th listing is answered.
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"
import { type Received, reply, type Step } from "./ScriptedServer.ts"

/** Changes the job before a listing is answered. */
export type Change = (job: WatchedJob) => void

/** A job. */
export interface WatchedJob {
  /** State and transition time in epoch milliseconds, by id. */
  readonly tasks: Map<string, { readonly state: string; readonly atMs: number }>
  /** The service's clock, in epoch milliseconds; every move advances it by a second. */
  nowMs: number
}

/** Moves tasks to a state, now by the service's clock. */
export const move = (state: string, ...ids: ReadonlyArray<string>): Change => (job) => {
  job.nowMs += 1000
  for (const id of ids) job.tasks.set(id, { state, atMs: job.nowMs })
}

/** Removes tasks. */
export const remove = (...ids: ReadonlyArray<string>): Change => (job) => {
  for (const id of ids) job.tasks.delete(id)
}

/** The start of the service's clock. */
export const startMs = 1_700_000_000_000

/** Answers listings of a job; `changes` are applied before the listing with their index. */
export const script = (
  changes: Readonly<Record<number, Change>>
): (index: number, request: Received) => Step => {
  const job: WatchedJob = { tasks: new Map(), nowMs: startMs }
  return (index, request) => {
    changes[index]?.(job)
    const sinceMs = sinceOf(request)
    const value = Array.from(job.tasks).filter(([, { atMs }]) => atMs >= sinceMs).map((
      [id, { atMs, state }]
    ) => ({ id, state, stateTransitionTime: Iso8601.timestampOfEpochMs(atMs) }))
    return reply(200, { value })
  }
}

/** From when a listing asks for changes, in epoch milliseconds; 0 for a listing of the whole job. */
export const sinceOf = ({ url }: Received): number => {
  const filter = new URL(url, "http://localhost").searchParams.get("$filter") ?? ""
  const since = /stateTransitionTime ge DateTime'([^']*)'/.exec(filter)?.[1]
  return since === undefined ? 0 : Iso8601.timestampToEpochMs(since) ?? Number.NaN
}
