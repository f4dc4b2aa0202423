import * as Plan from "@batchwave/core/Plan"
import * as PlanFormat from "@batchwave/core/PlanFormat"
import * as Workflow from "@batchwave/core/Workflow"

const workflow = Workflow.make("weather", [
  Workflow.node("fetch", "fetch.sh"),
  Workflow.node("clean", "clean.sh", { after: ["fetch"] }),
  Workflow.node("report", "report.sh", { after: ["clean"] })
])

const planned = Plan.make(workflow)

/** The waves and the critical path, or everything that is wrong. */
export const text = planned._tag === "Planned"
  ? PlanFormat.text(planned.plan)
  : planned.errors.map(({ _tag }) => _tag).join(", ")
