/**
 * What a thread of the laboratory does: makes the experiment of its request, and carries out orders until
 * it is ended. Orders that come before it is ready wait. Effects, pipelines and the rest are loaded only
 * for requests that need them, because until a thread is ready only the others run trials.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import type { MessagePort } from "node:worker_threads"
import * as ArmFile from "./ArmFile.ts"
import * as LabOrder from "./LabOrder.ts"
import * as LabParts from "./LabParts.ts"
import type { LabRequest } from "./LabRequest.ts"

/**
 * Serves orders.
 *
 * @category operations
 */
export const serve = (request: LabRequest, port: MessagePort): Promise<void> =>
  experimentOf(request).then((made) => answer(made, port))

type Made = Experiment | ReadonlyArray<string>

const experimentOf = (request: LabRequest): Promise<Made> =>
  request.replay === undefined
    ? LabParts.ownExperiment(request.file).then((own) => {
      const world = LabParts.worldAtHand(request, own)
      if (own === undefined || world === undefined || request.scenarios !== undefined) {
        return withEffects(request)
      }
      return Promise.all(request.arms.map(ArmFile.load)).then((arms) =>
        LabParts.assemble(request, { own, arms, world, worlds: [], workload: own.workload })
      )
    })
    : withEffects(request)

const withEffects = (request: LabRequest): Promise<Made> =>
  import("./LabExperiment.ts").then(({ promised }) => promised(request))

const answer = (made: Made, port: MessagePort): void => {
  const answerTo = (order: LabOrder.Order): LabOrder.Answer =>
    LabParts.isProblems(made)
      ? { problem: made.join("\n") }
      : LabOrder.carryOut(made, order)
  port.on("message", (order: LabOrder.Order) => port.postMessage(answerTo(order), []))
}
