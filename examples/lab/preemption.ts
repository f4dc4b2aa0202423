/**
 * Is it better to reactivate a failed task or to submit a new one, where nodes are taken away and runs
 * fail?
 *
 * `batchwave lab examples/lab/preemption.ts`
 */
import { Arm, Experiment, Workload, World } from "@batchwave/lab"
import { Policy } from "batchwave"

export default Experiment.make({
  name: "reactivate against resubmit under preemption",
  workload: Workload.layered({ levels: 5, width: 40 }),
  world: {
    ...World.preemption,
    name: "preemption, and one run in eight fails",
    scenario: {
      tasks: [
        { failures: [{ exitCode: 1, probability: 0.125, part: 0.5 }] },
        ...World.preemption.scenario.tasks ?? []
      ],
      nodes: World.preemption.scenario.nodes ?? []
    }
  },
  arms: [
    Arm.make("reactivate", { policy: Policy.retry({ max: 8, via: "reactivate" }) }),
    Arm.make("resubmit", { policy: Policy.retry({ max: 8, via: "resubmit" }) })
  ],
  measures: ["makespan", "requests", "wastedSlotSeconds"],
  trials: 150
})
