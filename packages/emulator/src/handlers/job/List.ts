/**
 * `Job_List`: reads the jobs of the account, page by page.
 *
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import { jobProperties } from "@batchwave/wire/ODataProperties"
import type { Handler } from "../../Exchange.ts"
import * as JobDocument from "../../JobDocument.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as IndexedPages from "../../odata/IndexedPages.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import { recordOf, type State } from "../../State.ts"
import * as Statistics from "../../Statistics.ts"
import * as Subject from "../../Subject.ts"
import * as TimeText from "../../TimeText.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { base, state } = exchange
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, jobProperties)
  if (Subject.isReply(query)) return query
  const { filter } = query
  const selection = Select.read(exchange, JobDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const { items, nextLink } = IndexedPages.cut(
    exchange,
    paging,
    filter,
    JobOperations.list(state.account),
    (job) => (name) => readProperty(state, job, name)
  )
  const extend = Statistics.ofJobs(exchange, selection)
  const texts = items.map((job) =>
    extend(JobDocument.render(state, base, job, selection.names), job)
  )
  return Reply.list(exchange, "jobs", texts, nextLink)
}

const readProperty = (state: State, job: Job, property: string): string | undefined => {
  switch (property) {
    case "id":
      return job.id
    case "state":
      return job.state
    case "stateTransitionTime":
      return TimeText.print(state.times, job.stateTransitionAtMs)
    case "creationTime":
    case "executionInfo/startTime":
      return TimeText.print(state.times, job.createdAtMs)
    case "lastModified":
    case "lastModifiedTime":
      return TimeText.print(state.times, recordOf(state, job).modifiedAtMs)
    case "executionInfo/endTime":
      return job.endAtMs === undefined ? undefined : TimeText.print(state.times, job.endAtMs)
    case "executionInfo/poolId":
      return job.poolId
    default:
      return undefined
  }
}
