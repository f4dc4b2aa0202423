/**
 * A thread of the laboratory: makes the experiment of its request, and carries out orders until it is
 * ended. Orders that come before it is ready wait.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { parentPort, workerData } from "node:worker_threads"
import * as LabExperiment from "./LabExperiment.ts"
import type { LabRequest } from "./LabRequest.ts"
import * as LabTrials from "./LabTrials.ts"

const request: LabRequest = workerData
const made = await Effect.runPromise(Effect.result(LabExperiment.make(request)))

const answerTo = (order: LabTrials.Order): LabTrials.Answer =>
  Result.isSuccess(made)
    ? LabTrials.carryOut(made.success, order)
    : { problem: made.failure.message }

parentPort?.on("message", (order: LabTrials.Order) => {
  parentPort?.postMessage(answerTo(order), [])
})
