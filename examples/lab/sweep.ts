/**
 * How long should a retry wait when what the tasks need is down and the service throttles?
 *
 * `batchwave lab examples/lab/sweep.ts` runs the whole grid; `batchwave lab search examples/lab/sweep.ts`
 * finds the best of it with a part of the trials.
 */
import { Arm, Experiment, Sweep, Workload, World } from "@batchwave/lab"
import { Backoff, Policy } from "batchwave"

const retry = (backoff: Backoff.Backoff) => Policy.retry({ max: 200, backoff })

export default Experiment.make({
  name: "the wait of a retry under throttling",
  workload: Workload.forkJoin(120),
  world: {
    ...World.throttled,
    name: "two requests a second; what the tasks need is down from minute 1 to minute 6",
    pool: { nodes: 30, slotsPerNode: 4 },
    faults: {
      runs: [{
        when: { fromMs: 60_000, untilMs: 360_000 },
        fault: { _tag: "Exit", exitCode: 75, afterMs: 2_000 }
      }]
    }
  },
  arms: [
    Arm.make("at once", { policy: retry(Backoff.constant(0)) }),
    ...Sweep.arms(
      {
        growth: ["constant", "doubling", "jittered"],
        waitMs: Sweep.logarithmic(2_000, 240_000, 8)
      },
      ({ growth, waitMs: baseMs }) => ({
        policy: retry(
          growth === "constant"
            ? Backoff.constant(baseMs)
            : Backoff.exponential({ baseMs, jitter: growth === "doubling" ? "none" : "full" })
        )
      })
    )
  ],
  measures: ["makespan", "requests"],
  trials: 100,
  search: { finalists: 2 }
})
