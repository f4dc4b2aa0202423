/**
 * `Task_Get`: reads one task.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import { markOf } from "../../State.ts"
import * as Statistics from "../../Statistics.ts"
import * as Subject from "../../Subject.ts"
import * as TaskDocument from "../../TaskDocument.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const selection = Select.read(exchange, TaskDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const subject = Subject.taskMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const { job, task, taskRecord } = subject
  const members = Statistics.ofTasks(exchange, selection, job)(
    TaskDocument.renderer(selection.names)(state, base, job, task),
    task
  )
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "tasks/@Element")}${members === "" ? "" : `,${members}`}}`,
    Reply.markHeaders(markOf(task, taskRecord))
  )
}
