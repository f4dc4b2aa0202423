/**
 * How often should the job be listed? Latency against requests.
 *
 * `batchwave lab examples/lab/polling.ts`
 */
import { Arm, Experiment, Workload, World } from "@batchwave/lab"
import { Policy } from "batchwave"

const policy = Policy.retry({ max: 5 })
const every = (seconds: number) =>
  Arm.make(`every ${seconds} s`, {
    policy,
    poll: { msMin: seconds * 1_000, msMax: seconds * 1_000 }
  })

export default Experiment.make({
  name: "poll interval against latency and requests",
  workload: Workload.layered({ levels: 8, width: 25 }),
  world: World.flaky,
  arms: [
    Arm.make("1 to 10 s", { policy, poll: { msMin: 1_000, msMax: 10_000 } }),
    every(1),
    every(5),
    every(20),
    every(60)
  ],
  measures: ["makespan", "requests"],
  trials: 100
})
