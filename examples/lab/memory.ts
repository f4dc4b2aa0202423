/**
 * How much should a task grow after it ran out of memory?
 *
 * `batchwave lab examples/lab/memory.ts`
 */
import { Arm, Experiment, Workload, World } from "@batchwave/lab"
import { Policy } from "batchwave"

export default Experiment.make({
  name: "slots after out of memory",
  workload: Workload.mapReduce(120, 4),
  world: { ...World.outOfMemory, pool: { nodes: 6, slotsPerNode: 8 } },
  arms: [
    Arm.make("double", { policy: Policy.escalate({ max: 3, factor: 2 }) }),
    Arm.make("fourfold", { policy: Policy.escalate({ max: 3, factor: 4 }) }),
    Arm.make("one more", {
      policy: Policy.on("OutOfMemory", Policy.retry({ max: 7, slots: (slots) => slots + 1 }))
    }),
    Arm.make("the same", { policy: Policy.retry({ max: 3 }) })
  ],
  measures: ["makespan", "wastedSlotSeconds", "success"],
  trials: 100
})
