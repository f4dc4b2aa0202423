/**
 * `Task_List`: reads the tasks of a job, page by page.
 *
 * @internal
 */
import { taskProperties } from "@batchwave/wire/ODataProperties"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as LatePages from "../../odata/LatePages.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import * as Statistics from "../../Statistics.ts"
import * as Subject from "../../Subject.ts"
import * as TaskDocument from "../../TaskDocument.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { base, state } = exchange
  const subject = Subject.findJob(exchange)
  if (Subject.isReply(subject)) return subject
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, taskProperties)
  if (Subject.isReply(query)) return query
  const selection = Select.read(exchange, TaskDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const { job } = subject
  const page = LatePages.find(exchange, job, query.filter, paging)
  if (page === undefined) {
    return ErrorReply.ofQuery(
      exchange,
      "InvalidQueryParameterValue",
      "$skiptoken",
      exchange.query.get("$skiptoken") ?? "",
      "The token belongs to another listing"
    )
  }
  const render = TaskDocument.renderer(selection.names)
  const extend = Statistics.ofTasks(exchange, selection, job)
  const items = page.tasks.map((task) => extend(render(state, base, job, task), task))
  const next = page.next === undefined ? undefined : Paging.nextLink(exchange, page.next)
  return Reply.list(exchange, "tasks", items, next)
}
