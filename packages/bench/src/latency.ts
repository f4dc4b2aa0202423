/**
 * Goal P2: when the service takes 300 ms to answer, how near does `addCollection` come to the rate
 * that its requests in flight allow, and how near can any client come?
 */
import { parseArgs } from "node:util"
import * as AddContenders from "./AddContenders.ts"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import * as Harness from "./Harness.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      "in-flight": { type: "string", default: "64" },
      "latency-ms": { type: "string", default: "300" },
      waves: { type: "string", default: "16" },
      "azure-waves": { type: "string", default: "3" },
      rounds: { type: "string", default: "3" },
      out: { type: "string" }
    }
  })
  const inFlight = Number(values["in-flight"])
  const latencyMs = Number(values["latency-ms"])
  const waveTasks = inFlight * BenchTasks.tasksPerChunk
  const taskCount = waveTasks * Number(values.waves)
  const report = BenchReport.open({
    question:
      `how many tasks a second at ${inFlight} in flight when each request takes ${latencyMs} ms?`,
    measured: `wall time of adding ${taskCount} tasks, making connections included`,
    notMeasured: "throttling; a network with loss"
  })
  const service = await CannedService.start({ delayMs: latencyMs })
  const measurements = await AddContenders.measure(service, {
    inFlight,
    variety: "alike",
    taskCount,
    peerTaskCount: waveTasks * Number(values["azure-waves"]),
    rounds: Number(values.rounds)
  })
  service.stop()
  const title = `${inFlight} in flight, ${latencyMs} ms`
  const { azure, ours, raw } = AddContenders.names
  BenchReport.table(report, title, measurements, azure)
  const idealMicros = (latencyMs * 1000) / waveTasks
  const ratioToIdeal = (contender: string): number => {
    const found = measurements.find(({ name }) => name === contender)
    return idealMicros / (found?.wallMicrosPerItem.median ?? Number.NaN)
  }
  BenchReport.say(report, `${title}: raw rate / ideal: ${ratioToIdeal(raw).toFixed(3)}`)
  BenchReport.goal(report, `${title}: rate / ideal`, ratioToIdeal(ours), { atLeast: 0.95 })
  BenchReport.goal(
    report,
    `${title}: rate / @azure/batch`,
    1 / Harness.pairedRatio(measurements, ours, azure, "wallMicrosPerItem"),
    { atLeast: 1.55 }
  )
  BenchReport.close(report, values.out)
}
