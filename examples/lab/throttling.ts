/**
 * Which backoff is best when many tasks fail together and the service throttles?
 *
 * `batchwave lab examples/lab/throttling.ts`
 */
import { Arm, Experiment, Workload, World } from "@batchwave/lab"
import { Backoff, Policy } from "batchwave"

const baseMs = 10_000
const retry = (backoff: Backoff.Backoff) => Policy.retry({ max: 12, backoff })

export default Experiment.make({
  name: "backoffs under throttling",
  workload: Workload.forkJoin(120),
  world: {
    ...World.throttled,
    name: "two requests a second; what the tasks need is down from minute 1 to minute 4",
    pool: { nodes: 30, slotsPerNode: 4 },
    scenario: {
      tasks: [{ duration: { _tag: "LogNormal", median: 60_000, sigma: 0.4 } }]
    },
    faults: {
      runs: [{
        when: { fromMs: 60_000, untilMs: 240_000 },
        fault: { _tag: "Exit", exitCode: 75, afterMs: 2_000 }
      }]
    }
  },
  arms: [
    Arm.make("fixed", { policy: retry(Backoff.constant(baseMs)) }),
    Arm.make("exponential", { policy: retry(Backoff.exponential({ baseMs, jitter: "none" })) }),
    Arm.make("full jitter", { policy: retry(Backoff.exponential({ baseMs })) }),
    Arm.make("decorrelated", { policy: retry(Backoff.decorrelatedJitter({ baseMs })) })
  ],
  measures: ["makespan", "requests", "success"],
  trials: 100
})
