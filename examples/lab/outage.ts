/**
 * What does a budget of retries bring when something that every task needs is down?
 *
 * `batchwave lab examples/lab/outage.ts`
 */
import { Arm, Experiment, Workload, World } from "@batchwave/lab"
import { Backoff, Policy } from "batchwave"

const minutes = 60_000
/** As patient as the outage is long. */
const patient = Policy.retry({ max: 60, backoff: Backoff.constant(30_000) })

export default Experiment.make({
  name: "a retry budget against none in an outage",
  workload: Workload.layered({ levels: 4, width: 30 }),
  world: {
    ...World.flaky,
    name: "one run in twelve fails; all fail after 20 s from minute 3 to minute 15",
    pool: { nodes: 8, slotsPerNode: 4 },
    faults: {
      runs: [{
        when: { fromMs: 3 * minutes, untilMs: 15 * minutes },
        fault: { _tag: "Exit", exitCode: 75, afterMs: 20_000 }
      }]
    }
  },
  arms: [
    Arm.make("no budget", { policy: patient }),
    Arm.make("budget", { policy: Policy.budget({ ratio: 0.5, min: 30 }, patient) }),
    Arm.make("breaker", {
      policy: Policy.circuitBreaker({ failures: 10, coolDownMs: 2 * minutes }, patient)
    }),
    Arm.make("three retries", {
      policy: Policy.retry({ max: 3, backoff: Backoff.constant(30_000) })
    })
  ],
  measures: ["nodesDone", "wastedSlotSeconds", "makespan"],
  trials: 100
})
