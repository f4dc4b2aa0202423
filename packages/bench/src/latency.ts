/**
 * Goal P2: when the service takes 300 ms to answer, how near does `addCollection` come to the rate
 * that its requests in flight allow, and how near can any client come?
 */
import AzureBatch from "@azure/batch"
import { BatchClient } from "@batchwave/client/BatchClient"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { parseArgs } from "node:util"
import { addAll, inChunks, isSuccess } from "./addCollection.ts"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import * as Harness from "./Harness.ts"
import * as RawClient from "./RawClient.ts"

const account = "batchwave"
const key = Buffer.alloc(64, 7).toString("base64")

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
  const measurements = await compare(service, {
    inFlight,
    taskCount,
    peerTaskCount: waveTasks * Number(values["azure-waves"]),
    rounds: Number(values.rounds)
  })
  service.stop()
  const title = `${inFlight} in flight, ${latencyMs} ms`
  BenchReport.table(report, title, measurements, "@azure/batch")
  const idealMicros = (latencyMs * 1000) / waveTasks
  const ratioToIdeal = (contender: string): number => {
    const found = measurements.find(({ name }) => name === contender)
    return idealMicros / (found?.wallMicrosPerItem.median ?? Number.NaN)
  }
  BenchReport.say(report, `${title}: raw rate / ideal: ${ratioToIdeal("raw").toFixed(3)}`)
  BenchReport.goal(report, `${title}: rate / ideal`, ratioToIdeal("Batchwave"), { atLeast: 0.95 })
  BenchReport.goal(
    report,
    `${title}: rate / @azure/batch`,
    1 / Harness.pairedRatio(measurements, "Batchwave", "@azure/batch", "wallMicrosPerItem"),
    { atLeast: 1.55 }
  )
  BenchReport.close(report, values.out)
}

interface Load {
  readonly inFlight: number
  readonly taskCount: number
  /** Tasks a round of the official client. */
  readonly peerTaskCount: number
  readonly rounds: number
}

const compare = async (
  { endpoint }: CannedService.CannedService,
  { inFlight, peerTaskCount, rounds, taskCount }: Load
): Promise<ReadonlyArray<Harness.Measurement>> => {
  const raw = RawClient.open(endpoint, inFlight)
  const runtime = ManagedRuntime.make(
    BatchClient.layer({ endpoint, account, key: Redacted.make(key), connections: inFlight })
  )
  const azure = new AzureBatch.BatchServiceClient(
    new AzureBatch.BatchSharedKeyCredentials(account, key),
    endpoint
  )
  let tasks: Array<BenchTasks.BenchTask> = []
  const prepare = (count: number) => () => {
    tasks = BenchTasks.make(count)
  }
  const measurements = await Harness.measure([
    {
      name: "raw",
      prepare: prepare(taskCount),
      run: () => inChunks(tasks, inFlight, (chunk) => RawClient.add(raw, chunk))
    },
    {
      name: "Batchwave",
      prepare: prepare(taskCount),
      run: () => runtime.runPromise(addAll(tasks, inFlight))
    },
    {
      name: "@azure/batch",
      prepare: prepare(peerTaskCount),
      run: () =>
        inChunks(tasks, inFlight, async (chunk) => {
          const { value = [] } = await azure.task.addCollection("job-1", chunk)
          return value.filter(({ status }) => isSuccess(status)).length
        })
    }
  ], { rounds })
  await runtime.dispose()
  await raw.pool.close()
  return measurements
}
