/**
 * Goal P13: how long do a thousand trials of a thousand nodes take, and what does a second thread give?
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as PublishedPackages from "./PublishedPackages.ts"
import * as WholeProcess from "./WholeProcess.ts"

const experimentPath = fileURLToPath(new URL("thousandTrials.ts", import.meta.url))

/** Trials of the goal in seconds. */
const trialsOfGoal = 1000

const one = "one thread"
const two = "two threads"
const contenders = [{ name: one, threads: 1 }, { name: two, threads: 2 }] as const

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      trials: { type: "string", default: `${trialsOfGoal},6000` },
      out: { type: "string" }
    }
  })
  const report = BenchReport.open({
    question:
      "how long do trials of 1000 nodes take by the command, and what does a second thread give?",
    measured:
      "wall time of the whole command as it is published, from its start to its report; one item is one trial",
    notMeasured: "result files"
  })
  const packages = await PublishedPackages.install()
  if ("reason" in packages) {
    BenchReport.say(report, `nothing is measured: ${packages.reason}`)
    process.exitCode = 1
    return
  }
  const whole = WholeProcess.open()
  try {
    const command = packages.program("command", "batchwave/bin")
    const experiment = packages.copy(experimentPath)
    for (const trials of values.trials.split(",").map(Number)) {
      const argv = [command, "lab", experiment, "--trials", `${trials}`, "--threads"]
      const measurements = await Harness.measure(
        contenders.map(({ name, threads }) => ({
          name,
          run: () => whole.take([...argv, `${threads}`], trials)
        })),
        { rounds: Number(values.rounds), warmUps: 0 }
      )
      tell(report, trials, measurements)
    }
  } finally {
    whole.close()
    packages.remove()
  }
  BenchReport.close(report, values.out)
}

const tell = (
  report: BenchReport.BenchReport,
  trials: number,
  measurements: ReadonlyArray<Harness.Measurement>
): void => {
  BenchReport.table(report, `${trials} trials`, measurements, one)
  if (trials === trialsOfGoal) {
    const micros = measurements.find(({ name }) => name === two)?.wallMicrosPerItem.median
    BenchReport.goal(
      report,
      `${trials} trials of 1000 nodes, two threads, s`,
      (micros ?? Number.NaN) * trials / 1e6,
      { atMost: 5 }
    )
  }
  BenchReport.goal(
    report,
    `${trials} trials: one thread / two, wall`,
    Harness.pairedRatio(measurements, one, two, "wallMicrosPerItem"),
    { atLeast: 1.8 }
  )
}
