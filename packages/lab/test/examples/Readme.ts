import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Arm from "@batchwave/lab/Arm"
import * as Experiment from "@batchwave/lab/Experiment"
import * as Trial from "@batchwave/lab/Trial"
import * as Workload from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"

const patient = Arm.make("patient", {
  policy: Policy.retry({ max: 5, backoff: Backoff.constant(60_000) })
})

const experiment = Experiment.make({
  workload: Workload.forkJoin(100),
  world: World.flaky,
  arms: [Arm.make("at once", { policy: Policy.retry({ max: 5 }) }), patient]
})

/** One trial of one arm: a whole run, in virtual time. */
export const outcome = Trial.run(experiment, patient, 1)
