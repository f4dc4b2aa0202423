/**
 * `Job_ListPreparationAndReleaseTaskStatus`: tells how the preparation and the release of a job went on
 * each node that ran them, page by page.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import type * as Refusal from "@batchwave/sim/Refusal"
import { preparationAndReleaseTaskStatusProperties } from "@batchwave/wire/ODataProperties"
import * as ChoreDocument from "../../ChoreDocument.ts"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as IndexedPages from "../../odata/IndexedPages.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { base, state } = exchange
  const subject = Subject.findJob(exchange)
  if (Subject.isReply(subject)) return subject
  const { job } = subject
  const found = JobOperations.preparationAndReleaseStatus(state.account, job.id)
  if (isRefused(found)) return ErrorReply.ofRefusal(exchange, found)
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, preparationAndReleaseTaskStatusProperties)
  if (Subject.isReply(query)) return query
  const selection = Select.read(exchange, ChoreDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const entries = found.map((chores) => ({ index: chores.node.index, id: chores.node.id, chores }))
    .toSorted((left, right) => left.index - right.index)
  const { items, nextLink } = IndexedPages.cut(
    exchange,
    paging,
    query.filter,
    entries,
    ({ chores }) => ChoreDocument.readerOf(state, chores)
  )
  const texts = items.map(({ chores }) =>
    ChoreDocument.render(state, base, job, chores, selection.names)
  )
  return Reply.list(exchange, "jobpreparationandreleasetaskstatuslist", texts, nextLink)
}

const isRefused = (
  found: ReturnType<typeof JobOperations.preparationAndReleaseStatus>
): found is Refusal.Refusal => !Array.isArray(found)
