/**
 * Whether a plan is still the one a run was started with.
 */
import * as Plan from "@batchwave/core/Plan"
import * as Effect from "effect/Effect"
import { PlanChanged } from "./EngineError.ts"
import type { RunHeader } from "./RunHeader.ts"

/** How many changed nodes the message names. */
const namesMax = 5

/**
 * Fails with `PlanChanged`, naming the nodes that were added, removed or altered, unless the plan
 * runs exactly what the header recorded.
 *
 * @category operations
 */
export const requireSame = (
  header: RunHeader,
  plan: Plan.Plan
): Effect.Effect<void, PlanChanged> => {
  if (Plan.fingerprint(plan.workflow) === header.planFingerprint) return Effect.void
  const changed = differences(header, plan)
  const shown = changed.slice(0, namesMax).join(", ")
  const more = changed.length > namesMax ? ` and ${changed.length - namesMax} more` : ""
  return Effect.fail(
    new PlanChanged({
      changed,
      message: `the pipeline has changed since run ${header.runId} was started`
        + (changed.length === 0 ? "" : ` (${shown}${more})`)
        + "; undo the change to resume it, or start a new run"
    })
  )
}

const differences = (header: RunHeader, plan: Plan.Plan): ReadonlyArray<string> => {
  const before = new Map(
    header.workflow.nodes.map((node) => [node.name, Plan.nodeFingerprint(node)])
  )
  const changed: Array<string> = []
  for (const node of plan.workflow.nodes) {
    const fingerprint = before.get(node.name)
    before.delete(node.name)
    if (fingerprint === undefined) changed.push(`${node.name} is new`)
    else if (fingerprint !== Plan.nodeFingerprint(node)) changed.push(`${node.name} differs`)
  }
  for (const name of before.keys()) changed.push(`${name} is gone`)
  return changed
}
