/**
 * Tells of results in a reply that belong to no task that was sent: they change nothing.
 */
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as Effect from "effect/Effect"

/** Strange ids named in one line. */
const shownMax = 5

/** What may stand in a log line: ids as the service takes them, and no other text of a reply. */
const plainId = /^[A-Za-z0-9_-]{1,64}$/

/** Writes one line about the ids of such results. */
export const log = (jobId: string, strangers: ReadonlyArray<string>): Effect.Effect<void> => {
  const shown = strangers.filter((id) => plainId.test(id)).slice(0, shownMax)
  const names = shown.length === 0 ? "" : `, among them ${shown.join(", ")}`
  return Effect.logWarning(
    `${TasksApi.addCollection.operationId} on job "${jobId}": ${strangers.length} results of tasks `
      + `that were not sent are ignored${names}`
  )
}
