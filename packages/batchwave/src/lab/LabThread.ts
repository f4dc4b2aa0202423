/**
 * What a thread of the laboratory does: makes the experiment of its request, and carries out orders until
 * it is ended. Orders that come before it is ready wait.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { MessagePort } from "node:worker_threads"
import * as LabExperiment from "./LabExperiment.ts"
import type { LabRequest } from "./LabRequest.ts"
import * as LabTrials from "./LabTrials.ts"

/**
 * Serves orders.
 *
 * @category operations
 */
export const serve = (request: LabRequest, port: MessagePort): Promise<void> =>
  Effect.runPromise(
    Effect.map(Effect.result(LabExperiment.make(request)), (made) => {
      const answerTo = (order: LabTrials.Order): LabTrials.Answer =>
        Result.isSuccess(made)
          ? LabTrials.carryOut(made.success, order)
          : { problem: made.failure.message }
      port.on("message", (order: LabTrials.Order) => port.postMessage(answerTo(order), []))
    })
  )
