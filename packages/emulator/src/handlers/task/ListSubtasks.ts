/**
 * `Task_ListSubtasks`: the list is empty, as ordinary tasks have no subtasks.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.findTask(exchange)
  return Subject.isReply(subject) ? subject : Reply.list(exchange, "subtaskinfo", [])
}
