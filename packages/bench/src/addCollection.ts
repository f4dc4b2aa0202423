/**
 * Goal P1: what does a typed, signed `addCollection` cost beyond the bytes it moves, and how does it
 * compare with the official client?
 */
import AzureBatch from "@azure/batch"
import { BatchClient } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import * as Harness from "./Harness.ts"
import * as PythonPeer from "./PythonPeer.ts"
import * as RawClient from "./RawClient.ts"

const account = "batchwave"
const key = Buffer.alloc(64, 7).toString("base64")

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      tasks: { type: "string", default: "100000" },
      "azure-tasks": { type: "string", default: "5000" },
      "python-tasks": { type: "string", default: "2000" },
      "in-flight": { type: "string", default: "1,4,16" },
      variety: { type: "string", default: "alike,varied" },
      rounds: { type: "string", default: "7" },
      out: { type: "string" }
    }
  })
  const bodyBytes = JSON.stringify({ value: BenchTasks.make(BenchTasks.tasksPerChunk) }).length
  const report = BenchReport.open({
    question: `what does adding ${values.tasks} tasks cost, at ${bodyBytes} bytes a request?`,
    measured:
      "CPU and wall time of the client process; every result of every reply checked; only Batchwave and @azure/batch sign",
    notMeasured:
      "making the task objects (fresh in every round); the server, which answers from memory in its own process"
  })
  const service = await CannedService.start()
  for (const variety of BenchTasks.varietiesOf(values.variety)) {
    for (const inFlight of values["in-flight"].split(",").map(Number)) {
      await at(report, service, {
        inFlight,
        variety,
        taskCount: Number(values.tasks),
        peerTaskCount: Number(values["azure-tasks"]),
        rounds: Number(values.rounds)
      })
    }
  }
  await besidePython(report, service, {
    inFlight: 16,
    variety: "alike",
    taskCount: Number(values.tasks),
    peerTaskCount: Number(values["python-tasks"]),
    rounds: Number(values.rounds)
  })
  service.stop()
  BenchReport.close(report, values.out)
}

interface Load {
  readonly inFlight: number
  readonly variety: BenchTasks.TaskVariety
  readonly taskCount: number
  /** Tasks a round of the official client. */
  readonly peerTaskCount: number
  readonly rounds: number
}

const at = async (
  report: BenchReport.BenchReport,
  { endpoint }: CannedService.CannedService,
  { inFlight, peerTaskCount, rounds, taskCount, variety }: Load
): Promise<void> => {
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
    tasks = BenchTasks.make(count, variety)
  }
  const measurements = await Harness.measure([
    {
      name: "raw dispatch + JSON",
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
  const title = `${inFlight} in flight, ${variety}`
  BenchReport.table(report, title, measurements, "raw dispatch + JSON")
  const rate = (theirs: string, figure: "cpuMicrosPerItem" | "wallMicrosPerItem") =>
    1 / Harness.pairedRatio(measurements, "Batchwave", theirs, figure)
  const limit = "raw dispatch + JSON"
  BenchReport.goal(
    report,
    `${title}: tasks per wall second / raw`,
    rate(limit, "wallMicrosPerItem"),
    {
      atLeast: 0.9
    }
  )
  BenchReport.goal(
    report,
    `${title}: tasks per CPU second / raw`,
    rate(limit, "cpuMicrosPerItem"),
    {
      atLeast: 0.9
    }
  )
  BenchReport.goal(
    report,
    `${title}: tasks per wall second / @azure/batch`,
    rate("@azure/batch", "wallMicrosPerItem"),
    { atLeast: 20 }
  )
  const cpuMicros = measurements.find(({ name }) => name === "Batchwave")?.cpuMicrosPerItem.median
  BenchReport.goal(report, `${title}: CPU µs a task`, cpuMicros ?? Number.NaN, { atMost: 3 })
}

/** Compares with the original Python client, which sends one request after another by default. */
const besidePython = async (
  report: BenchReport.BenchReport,
  { endpoint }: CannedService.CannedService,
  { inFlight, peerTaskCount, rounds, taskCount }: Load
): Promise<void> => {
  if (peerTaskCount === 0) return
  const peer = await PythonPeer.find()
  if ("reason" in peer) {
    BenchReport.say(report, "", `Python azure-batch is left out: ${peer.reason}`)
    return
  }
  const name = `Python azure-batch ${peer.version}`
  const runtime = ManagedRuntime.make(
    BatchClient.layer({ endpoint, account, key: Redacted.make(key), connections: inFlight })
  )
  let tasks: Array<BenchTasks.BenchTask> = []
  const measurements = await Harness.measure([
    {
      name: "Batchwave",
      prepare: () => {
        tasks = BenchTasks.make(taskCount)
      },
      run: () => runtime.runPromise(addAll(tasks, inFlight))
    },
    { name, run: () => peer.add({ endpoint, account, key, tasks: peerTaskCount }) }
  ], { rounds: Math.min(rounds, 5) })
  await runtime.dispose()
  BenchReport.table(report, "16 in flight, beside Python", measurements, "Batchwave")
  BenchReport.goal(
    report,
    `16 in flight: tasks per wall second / ${name}`,
    1 / Harness.pairedRatio(measurements, "Batchwave", name, "wallMicrosPerItem"),
    { atLeast: 80 }
  )
}

/** The official client types the status in lower case and returns what the service wrote. */
export const isSuccess = (status: string): boolean => status.toLowerCase() === "success"

/** Adds every task and fails unless each was added. */
export const addAll = Effect.fnUntraced(
  function*(tasks: ReadonlyArray<BenchTasks.BenchTask>, inFlight: number) {
    const operations = yield* TaskOperations
    const result = yield* operations.addCollection("job-1", tasks, { concurrency: inFlight })
    if (result.counts.added !== tasks.length) {
      return yield* Effect.die(new Error(`only ${result.counts.added} tasks were added`))
    }
    return tasks.length
  }
)

/** Sends chunks of 100 with a fixed number in flight and returns how many tasks were added. */
export const inChunks = async (
  tasks: Array<BenchTasks.BenchTask>,
  inFlight: number,
  send: (chunk: Array<BenchTasks.BenchTask>) => Promise<number>
): Promise<number> => {
  let next = 0
  let added = 0
  const sendOn = async (): Promise<void> => {
    while (next < tasks.length) {
      const start = next
      next += BenchTasks.tasksPerChunk
      const count = await send(tasks.slice(start, start + BenchTasks.tasksPerChunk))
      added += count
    }
  }
  await Promise.all(Array.from({ length: inFlight }, sendOn))
  if (added !== tasks.length) throw new Error(`only ${added} tasks were added`)
  return added
}
