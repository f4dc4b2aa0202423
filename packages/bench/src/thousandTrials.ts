/**
 * A thousand trials of a thousand nodes, as the command runs them:
 *
 * `time npm run -s batchwave -- lab packages/bench/src/thousandTrials.ts --threads 2`
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Arm from "@batchwave/lab/Arm"
import * as Experiment from "@batchwave/lab/Experiment"
import * as Workload from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"

/** The experiment. */
export default Experiment.make({
  name: "a thousand trials of a thousand nodes",
  workload: Workload.layered({ levels: 4, width: 250 }),
  world: { ...World.flaky, pool: { nodes: 64, slotsPerNode: 4 } },
  arms: [
    Arm.make("exponential", {
      policy: Policy.retry({ max: 3, backoff: Backoff.exponential({ baseMs: 5_000 }) })
    })
  ],
  trials: 1_000
})
