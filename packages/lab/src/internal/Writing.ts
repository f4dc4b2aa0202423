/**
 * Writes to what the service holds already, under the condition that it is as it was.
 */
import * as Refusal from "@batchwave/sim/Refusal"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as VirtualService from "../VirtualService.ts"
import type { Answer, DriverState, WriteRequest } from "./DriverState.ts"

/**
 * Reactivates or ends a task, if its tag is still the one that was named.
 *
 * @source Task_Reactivate and Task_Terminate 2024-02-01.19.0 (If-Match)
 */
export const write = (
  driver: DriverState,
  request: WriteRequest,
  id: string
): Answer => {
  const { jobId, nowMs, service } = driver
  const { account } = service
  if (request.ifMatch !== undefined) {
    const task = TaskOperations.get(account, jobId, id)
    if (!Refusal.isRefusal(task) && service.eTagOf[task.index] !== request.ifMatch) {
      return { _tag: "Refused", code: "ConditionNotMet" }
    }
  }
  const written = request._tag === "ReactivateTask"
    ? TaskOperations.reactivate(account, jobId, id, nowMs)
    : TaskOperations.terminate(account, jobId, id, nowMs)
  if (!Refusal.isRefusal(written)) VirtualService.written(service, written)
  const answer = close(driver, written)
  // What was killed is over before the next request arrives, and its slot goes to another.
  if (request._tag === "TerminateTask") VirtualService.advance(service, nowMs)
  return answer
}

/** The answer to a write, after what follows from it at once. */
export const close = (driver: DriverState, outcome: object | Refusal.Refusal): Answer => {
  VirtualService.settle(driver.service)
  return Refusal.isRefusal(outcome) ? { _tag: "Refused", code: outcome.code } : { _tag: "Done" }
}
