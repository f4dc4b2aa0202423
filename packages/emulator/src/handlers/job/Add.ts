/**
 * `Job_Add`: adds a job. As on the service, its Location names `job-1` whatever the id is.
 *
 * @internal
 */
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as TaskCounts from "@batchwave/sim/TaskCounts"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Handler } from "../../Exchange.ts"
import * as JobInput from "../../JobInput.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { firstMark, firstRecord } from "../../State.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { nowMs, state } = exchange
  const parsed = Problem.parseJson(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const input = JobInput.read(parsed.value, state.settings.autoStorage !== undefined)
  if (Problem.isProblem(input)) return ErrorReply.make(exchange, input.code, input.values)
  const job = JobOperations.add(state.account, input.spec, nowMs)
  if (Refusal.isRefusal(job)) return ErrorReply.ofRefusal(exchange, job)
  const record = {
    ...firstMark(state, nowMs),
    job,
    members: input.members,
    counts: TaskCounts.snapshot(job.counts),
    countsAtMs: nowMs
  }
  state.jobRecords.set(job.index, record)
  if (input.managerFragment !== undefined) {
    for (const task of job.tasks.values()) {
      state.taskRecords[task.index] = firstRecord(state, task, input.managerFragment)
    }
  }
  const location = `${exchange.base}/jobs/job-1`
  return Reply.empty(exchange, {
    ...Reply.markHeaders(record),
    DataServiceId: location,
    Location: location
  })
}
