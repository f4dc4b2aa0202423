/**
 * Goal P13: what does a node lifecycle cost in the laboratory, and how long do 1,000 trials of 1,000
 * nodes take?
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import * as Arm from "@batchwave/lab/Arm"
import * as Experiment from "@batchwave/lab/Experiment"
import * as Trial from "@batchwave/lab/Trial"
import * as Workload from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      levels: { type: "string", default: "4" },
      width: { type: "string", default: "250" },
      trials: { type: "string", default: "200" },
      rounds: { type: "string", default: "5" },
      out: { type: "string" }
    }
  })
  const trials = Number(values.trials)
  const experiment = Experiment.make({
    workload: Workload.layered({ levels: Number(values.levels), width: Number(values.width) }),
    world: { ...World.flaky, pool: { nodes: 64, slotsPerNode: 4 } },
    arms: [
      Arm.make("polls as by default", { policy }),
      Arm.make("polls every 10 s", { policy, poll: { msMin: 10_000, msMax: 10_000 } })
    ]
  })
  const nodes = experiment.workload.plan.names.length
  const report = BenchReport.open({
    question: `what does a node cost in ${trials} trials of ${nodes} nodes, with retries?`,
    measured:
      "whole trials in one thread: the reactor, the simulated account, every poll and request, the "
      + "measures; one item is one execution that was asked for, in the world `flaky`",
    notMeasured: "statistics; reports; further threads"
  })
  const measurements = await Harness.measure(
    experiment.arms.map((arm) => ({
      name: arm.name,
      run: () => {
        let executions = 0
        for (let trial = 0; trial < trials; trial++) {
          executions += Trial.run(experiment, arm, trial).measures.attempts
        }
        return executions
      }
    })),
    { rounds: Number(values.rounds) }
  )
  BenchReport.table(report, `${nodes} nodes`, measurements, "polls as by default")
  for (const { cpuMicrosPerItem, name } of measurements) {
    BenchReport.goal(report, `${name}, CPU µs a lifecycle`, cpuMicrosPerItem.median, { atMost: 5 })
  }
  BenchReport.close(report, values.out)
}

const policy = Policy.retry({ max: 3, backoff: Backoff.exponential({ baseMs: 5_000 }) })
