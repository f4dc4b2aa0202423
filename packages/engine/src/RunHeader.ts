/**
 * What a journal says about its run before the first event: enough to resume it from the journal
 * alone, and to tell whether the plan has changed since.
 */
import type { eventVersion } from "@batchwave/core/RunEvent"
import type { Workflow } from "@batchwave/core/Workflow"

/**
 * The version of the journal's records. A journal of a later version is refused.
 *
 * @category constants
 */
export const journalVersion = 3

/**
 * Which version of events each version of journals holds. It does not compile when events have a
 * version that the journals of today do not say they hold: such a change needs a new `journalVersion`.
 *
 * @category constants
 */
export const eventVersions = { 1: 1, 2: 2, 3: 2 } as const satisfies
  & { readonly [version: number]: number }
  & { readonly [version in typeof journalVersion]: typeof eventVersion }

/**
 * The first record of a journal.
 *
 * @category models
 */
export interface RunHeader {
  /** That of the journal when it was begun; `JournalTables` tells what each means. */
  readonly version: 2 | typeof journalVersion
  readonly runId: string
  readonly jobId: string
  /** The pool that runs the job. */
  readonly poolId: string
  readonly pipeline: string
  /** The file the pipeline came from, if it came from one. */
  readonly source?: string
  /** The run parameters as they were given, by name. */
  readonly parameters: { readonly [name: string]: string }
  /** The service's endpoint, without any secret. */
  readonly endpoint: string
  readonly workflow: Workflow
  readonly planFingerprint: string
  /** Seeds every random choice of the run. */
  readonly seed: number
  readonly createdAtMs: number
}
