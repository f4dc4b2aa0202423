/**
 * How long the tasks of a workflow take when they are simulated: what was measured or estimated of its
 * nodes.
 */
import * as Plan from "@batchwave/core/Plan"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import type { Workflow } from "@batchwave/core/Workflow"

/**
 * The durations in milliseconds, by the names of the nodes and by the ids that the engine gives their
 * tasks.
 *
 * @category queries
 */
export const make = (workflow: Workflow): Record<string, number> => {
  const planned = Plan.make(workflow)
  const naming = planned._tag === "Planned" ? TaskNaming.make(planned.plan) : undefined
  const recordedMs: Record<string, number> = {}
  workflow.nodes.forEach(({ estimateMs, name }, node) => {
    if (estimateMs === undefined) return
    recordedMs[name] = estimateMs
    if (naming !== undefined) recordedMs[naming.idOf({ node, submission: 1 })] = estimateMs
  })
  return recordedMs
}
