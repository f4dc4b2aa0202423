/**
 * `Task_ListSubtasks`: tells of the instances of a multi-instance task beside its primary, all at once;
 * an ordinary task has none.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"
import * as SubtaskDocument from "../../SubtaskDocument.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const selection = Select.read(exchange, SubtaskDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const subject = Subject.findTask(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const { job, task } = subject
  const texts = (task.subtasks ?? []).map((subtask) =>
    SubtaskDocument.render(state, base, job, task, subtask, selection.names)
  )
  return Reply.list(exchange, "subtaskinfo", texts)
}
