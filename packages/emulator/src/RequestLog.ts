/**
 * The requests of clients: counts that never stop, and the latest of them one by one.
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"

/** How many requests are remembered one by one. */
export const entriesMax = 2048

/**
 * One request. Changes until its reply is sent.
 *
 * @internal
 */
export interface Entry {
  /** Number of the request, counted from 1. */
  readonly sequence: number
  readonly atMs: number
  readonly requestId: string
  readonly method: string
  readonly target: string
  readonly operationId: string | undefined
  readonly clientRequestId: string | undefined
  readonly date: string | undefined
  bodyBytes: number
  faults: ReadonlyArray<string>
  /** Absent until a reply is sent. */
  status: number | undefined
}

/**
 * The counts and the latest requests.
 *
 * @internal
 */
export interface RequestLog {
  count: number
  /** Counts by operation id, and of these by status. */
  readonly operations: Map<string, { count: number; readonly statuses: Map<number, number> }>
  /** The entry of sequence `n` is at `n - 1` modulo the number of places. */
  readonly entries: Array<Entry>
}

/**
 * One request as it is told.
 *
 * @category models
 */
export interface RequestReportEntry {
  /** Number of the request, counted from 1. */
  readonly sequence: number
  readonly time: string
  readonly requestId: string
  readonly method: string
  /** Path and query as they were sent. */
  readonly target: string
  /** Absent for a request that was refused before its operation was known. */
  readonly operationId?: string
  readonly clientRequestId?: string
  /** The `ocp-date` or `Date` of the request. */
  readonly date?: string
  readonly bodyBytes: number
  /** The rules of the fault plan that fired, by name. */
  readonly faults: ReadonlyArray<string>
  /** Absent when no reply was sent, or not yet. */
  readonly status?: number
}

/**
 * What is told of all requests; those of the admin endpoints do not count.
 *
 * @category models
 */
export interface RequestReport {
  readonly count: number
  /** By operation id; `refused` for those refused before their operation was known. */
  readonly operations: Readonly<
    Record<string, {
      readonly count: number
      /** By status; requests without a reply are in none. */
      readonly statuses: Readonly<Record<string, number>>
    }>
  >
  /** The latest requests, oldest first. */
  readonly latest: ReadonlyArray<RequestReportEntry>
}

/**
 * Makes an empty log.
 *
 * @category constructors
 */
export const make = (): RequestLog => ({ count: 0, operations: new Map(), entries: [] })

/**
 * Notes a request.
 *
 * @internal
 */
export const add = (
  log: RequestLog,
  request: Omit<Entry, "sequence" | "bodyBytes" | "faults" | "status">
): Entry => {
  const sequence = ++log.count
  const entry = { sequence, ...request, bodyBytes: 0, faults: none, status: undefined }
  log.entries[(sequence - 1) % entriesMax] = entry
  operationOf(log, entry).count++
  return entry
}

/**
 * Notes the status a request was answered with.
 *
 * @internal
 */
export const answer = (log: RequestLog, entry: Entry, status: number): void => {
  entry.status = status
  const { statuses } = operationOf(log, entry)
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
}

/**
 * Tells the counts and the latest requests as they are now.
 *
 * @category operations
 */
export const report = (log: RequestLog): RequestReport => ({
  count: log.count,
  operations: Object.fromEntries(
    Array.from(
      log.operations,
      ([name, { count, statuses }]) =>
        [name, { count, statuses: Object.fromEntries(statuses) }] as const
    )
  ),
  latest: log.entries.toSorted((left, right) => left.sequence - right.sequence).map(told)
})

const none: ReadonlyArray<string> = []

const operationOf = (log: RequestLog, { operationId = "refused" }: Entry) => {
  let counts = log.operations.get(operationId)
  if (counts === undefined) {
    counts = { count: 0, statuses: new Map() }
    log.operations.set(operationId, counts)
  }
  return counts
}

const told = (entry: Entry): RequestReportEntry => {
  const { bodyBytes, clientRequestId, date, faults, method, operationId, requestId } = entry
  const { atMs, sequence, status, target } = entry
  return {
    sequence,
    time: Iso8601.timestampOfEpochMs(atMs),
    requestId,
    method,
    target,
    ...(operationId === undefined ? {} : { operationId }),
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    ...(date === undefined ? {} : { date }),
    bodyBytes,
    faults,
    ...(status === undefined ? {} : { status })
  }
}
