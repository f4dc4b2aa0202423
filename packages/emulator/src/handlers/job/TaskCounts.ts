/**
 * `Job_GetTaskCounts`: counts the tasks of a job; the counts may lag behind as the settings say.
 *
 * @internal
 */
import * as TaskCounts from "@batchwave/sim/TaskCounts"
import type { TaskCountsResult } from "@batchwave/wire/TaskCounts"
import type { Handler } from "../../Exchange.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const subject = Subject.findJob(exchange)
  if (Subject.isReply(subject)) return subject
  const { nowMs, state } = exchange
  const { job, record } = subject
  if (nowMs - record.countsAtMs >= state.settings.taskCountsLagMs) {
    record.counts = TaskCounts.snapshot(job.counts)
    record.countsAtMs = nowMs
  }
  const result: TaskCountsResult = {
    taskCounts: withCompleted(record.counts.tasks),
    taskSlotCounts: withCompleted(record.counts.slots)
  }
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "taskcountsresult/@Element")},${JSON.stringify(result).slice(1)}`
  )
}

const withCompleted = (counts: TaskCounts.TaskCounts) => ({
  active: counts.active,
  running: counts.running,
  completed: counts.succeeded + counts.failed,
  succeeded: counts.succeeded,
  failed: counts.failed
})
