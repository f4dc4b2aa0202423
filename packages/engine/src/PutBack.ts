/**
 * Why the service has put running tasks back in its queue. The task itself does not say: neither of its
 * counts moves when a compute node is preempted or lost. The node does: it is in a state that tells, and
 * names the tasks that ran on it last.
 *
 * B1 A node tells of a task that it was taken from since the task was seen to run there: one that was lost
 *    before had lost another execution.
 * B2 What no node tells, and what cannot be asked now, has an unknown cause.
 *
 * @source ComputeNode_List, ComputeNodeState and TaskInformation 2024-02-01.19.0
 */
import type { Cause } from "@batchwave/core/Requeues"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { ComputeNode } from "@batchwave/wire/ComputeNode"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { RunContext } from "./RunContext.ts"

/**
 * A task that runs again, and when it had been seen to begin before.
 *
 * @category models
 */
export interface PutBack {
  readonly task: TaskReference
  readonly beganMs: number
}

/** States of nodes that are gone, and what they did to their tasks. */
const causeOf: { readonly [state: string]: Cause } = {
  preempted: "Preempted",
  unusable: "NodeLost",
  unknown: "NodeLost",
  offline: "NodeLost"
}

const gone = Object.keys(causeOf).map((state) => `state eq '${state}'`).join(" or ")

/**
 * The events of tasks that were put back, each with its cause. Asks for the nodes that are gone, unless
 * there is nothing to explain.
 *
 * @category operations
 */
export const events: (
  context: RunContext,
  jobId: string,
  putBack: ReadonlyArray<PutBack>
) => Effect.Effect<ReadonlyArray<ExternalEvent>> = Effect.fn("PutBack.events")(
  function*(context, jobId, putBack) {
    const wanted = new Map(putBack.map((one) => [context.naming.idOf(one.task), one]))
    const causes = new Map<string, Cause>()
    yield* context.nodes.list(context.header.poolId, {
      filter: gone,
      select: ["id", "state", "stateTransitionTime", "recentTasks"]
    }).pipe(
      Stream.runForEach((node) => Effect.sync(() => note(causes, wanted, jobId, node))),
      Effect.catch((error) =>
        Effect.logDebug("the nodes cannot be asked why tasks went back", error)
      )
    )
    return putBack.map(({ task }): ExternalEvent => ({
      _tag: "TaskRequeued",
      task,
      cause: causes.get(context.naming.idOf(task)) ?? "Unknown"
    }))
  }
)

const note = (
  causes: Map<string, Cause>,
  wanted: ReadonlyMap<string, PutBack>,
  jobId: string,
  node: Pick<ComputeNode, "recentTasks" | "state" | "stateTransitionTime">
): void => {
  const cause = causeOf[node.state?.toLowerCase() ?? ""]
  const goneMs = Iso8601.timestampToEpochMs(node.stateTransitionTime ?? "") ?? 0
  if (cause === undefined) return
  for (const task of node.recentTasks ?? []) {
    if (task.taskId === undefined || task.jobId?.toLowerCase() !== jobId.toLowerCase()) continue
    const one = wanted.get(task.taskId)
    if (one !== undefined && goneMs > one.beganMs) causes.set(task.taskId, cause)
  }
}
