/**
 * `Job_List`: reads the jobs of the account, page by page.
 *
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import { jobProperties } from "@batchwave/wire/ODataProperties"
import type { Handler } from "../../Exchange.ts"
import * as JobDocument from "../../JobDocument.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import { recordOf, type State } from "../../State.ts"
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
  const after = paging.after === undefined ? -1 : Number(paging.after)
  const jobs = JobOperations.list(state.account).filter((job) =>
    job.index > after &&
    (filter === undefined || ODataMatch.matches(filter, (name) => readProperty(state, job, name)))
  )
  const page = jobs.slice(0, paging.itemsMax)
  const last = page.at(-1)
  const next = jobs.length > page.length && last !== undefined
    ? Paging.nextLink(exchange, String(last.index))
    : undefined
  const items = page.map((job) => JobDocument.render(state, base, job, selection.names))
  return Reply.list(exchange, "jobs", items, next)
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
