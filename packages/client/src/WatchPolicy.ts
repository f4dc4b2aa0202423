/**
 * How often a watched job is listed: a bounded interval that grows while nothing changes, and a
 * listing of the whole job every so often.
 */

/** How often jobs are listed. */
export interface WatchPolicy {
  /** Least time between two listings of a job, in milliseconds. @default 1000 */
  readonly intervalMsMin: number
  /** Most time between two listings while nothing changes, in milliseconds. @default 30000 */
  readonly intervalMsMax: number
  /** How far back a listing looks beyond the latest change seen, in milliseconds. @default 10000 */
  readonly overlapMs: number
  /** One listing in this many lists the whole job. @default 20 */
  readonly listingsPerSweep: number
}

/** The default rhythm. */
export const defaultWatchPolicy: WatchPolicy = {
  intervalMsMin: 1000,
  intervalMsMax: 30_000,
  overlapMs: 10_000,
  listingsPerSweep: 20
}
