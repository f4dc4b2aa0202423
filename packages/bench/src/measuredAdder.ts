/**
 * A client that adds tasks, to be measured in a process of its own, so that no other's code decides how
 * the functions they share are compiled, and no other's objects are looked at when memory is collected.
 * All add to job-1 of the canned service, and fail unless every task was added. The arguments are those
 * of `AdderProcess.start`; it answers each request with what it took, and ends with its parent.
 */
import AzureBatch from "@azure/batch"
import { BatchClient } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as AdderProcess from "./AdderProcess.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as Harness from "./Harness.ts"
import * as RawClient from "./RawClient.ts"

const { account, adder, endpoint, inFlight, key, taskCount, variety } = AdderProcess.fromArguments(
  process.argv
)

/** Adds the tasks, and answers how many were added. */
type Add = (tasks: Array<BenchTasks.BenchTask>) => Promise<number>

const makeRaw = (): Add => {
  const client = RawClient.open(endpoint, inFlight)
  return (tasks) => inChunks(tasks, (chunk) => RawClient.add(client, chunk))
}

const makeOurs = (): Add => {
  const runtime = ManagedRuntime.make(
    BatchClient.layer({ endpoint, account, key: Redacted.make(key), connections: inFlight })
  )
  return (tasks) => runtime.runPromise(addAll(tasks))
}

const addAll = Effect.fnUntraced(function*(tasks: ReadonlyArray<BenchTasks.BenchTask>) {
  const operations = yield* TaskOperations
  const { counts } = yield* operations.addCollection("job-1", tasks, { concurrency: inFlight })
  return counts.added
})

const makeAzure = (): Add => {
  const client = new AzureBatch.BatchServiceClient(
    new AzureBatch.BatchSharedKeyCredentials(account, key),
    endpoint
  )
  return (tasks) =>
    inChunks(tasks, async (chunk) => {
      const { value = [] } = await client.task.addCollection("job-1", chunk)
      return value.filter(({ status }) => isSuccess(status)).length
    })
}

/** The official client types the status in lower case and returns what the service wrote. */
const isSuccess = (status: string): boolean => status.toLowerCase() === "success"

/** Sends chunks of 100 with a fixed number in flight and returns how many tasks were added. */
const inChunks = async (tasks: Array<BenchTasks.BenchTask>, send: Add): Promise<number> => {
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
  return added
}

const add = { raw: makeRaw, ours: makeOurs, azure: makeAzure }[adder]()

let tasks: Array<BenchTasks.BenchTask> = []

const run = async (): Promise<Harness.Taken> => {
  const wallStart = performance.now()
  const cpuStart = process.cpuUsage()
  const added = await add(tasks)
  const { system, user } = process.cpuUsage(cpuStart)
  const wallMicros = (performance.now() - wallStart) * 1000
  if (added !== tasks.length) throw new Error(`only ${added} of ${tasks.length} tasks were added`)
  return { items: added, cpuMicros: user + system, wallMicros }
}

const prepare = (): Harness.Taken => {
  tasks = BenchTasks.make(taskCount, variety)
  Harness.collectGarbage()
  return { items: 0, cpuMicros: 0, wallMicros: 0 }
}

process.on("message", async (request: AdderProcess.Request) => {
  process.send?.(request === "prepare" ? prepare() : await run())
})
process.on("disconnect", () => process.exit(0))
