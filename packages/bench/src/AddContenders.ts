/**
 * The contenders of adding tasks: the least that any client does, ours, and the official one. All add
 * to job-1 of the canned service, and fail unless every task was added.
 */
import AzureBatch from "@azure/batch"
import { BatchClient } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import * as Harness from "./Harness.ts"
import * as RawClient from "./RawClient.ts"

/** The account all of them use. */
export const account = "batchwave"

/** Its key. */
export const key = Buffer.alloc(64, 7).toString("base64")

/** The names in tables. */
export const names = { raw: "raw dispatch + JSON", ours: "Batchwave", azure: "@azure/batch" }

/** CPU µs a task of the raw yardstick, at 4 in flight, where the goals were set. */
export const rawThenMicros = 2.32

/** What to add, and how. */
export interface Load {
  readonly inFlight: number
  readonly variety: BenchTasks.TaskVariety
  readonly taskCount: number
  /** Tasks a round of the official client. */
  readonly peerTaskCount: number
  readonly rounds: number
}

/** Lets the three take turns. */
export const measure = async (
  { endpoint }: CannedService.CannedService,
  { inFlight, peerTaskCount, rounds, taskCount, variety }: Load
): Promise<ReadonlyArray<Harness.Measurement>> => {
  const raw = RawClient.open(endpoint, inFlight)
  const us = ours(endpoint, { inFlight, taskCount, variety })
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
      name: names.raw,
      prepare: prepare(taskCount),
      run: () => inChunks(tasks, inFlight, (chunk) => RawClient.add(raw, chunk))
    },
    us.contender,
    {
      name: names.azure,
      prepare: prepare(peerTaskCount),
      run: () =>
        inChunks(tasks, inFlight, async (chunk) => {
          const { value = [] } = await azure.task.addCollection("job-1", chunk)
          return value.filter(({ status }) => isSuccess(status)).length
        })
    }
  ], { rounds })
  await us.close()
  await raw.pool.close()
  return measurements
}

/** What the least client takes for a task here, in CPU µs: the yardstick of absolute goals. */
export const rawMicros = async (): Promise<number> => {
  const service = await CannedService.start()
  const inFlight = 4
  const client = RawClient.open(service.endpoint, inFlight)
  let tasks: Array<BenchTasks.BenchTask> = []
  const [raw] = await Harness.measure([{
    name: names.raw,
    prepare: () => {
      tasks = BenchTasks.make(100_000, "alike")
    },
    run: () => inChunks(tasks, inFlight, (chunk) => RawClient.add(client, chunk))
  }], { rounds: 3 })
  await client.pool.close()
  service.stop()
  return raw?.cpuMicrosPerItem.median ?? Number.NaN
}

/** Our client as a contender, to be closed after the last round. */
export const ours = (
  endpoint: string,
  { inFlight, taskCount, variety }: Pick<Load, "inFlight" | "taskCount" | "variety">
): { readonly contender: Harness.Contender; readonly close: () => Promise<void> } => {
  const runtime = ManagedRuntime.make(
    BatchClient.layer({ endpoint, account, key: Redacted.make(key), connections: inFlight })
  )
  let tasks: Array<BenchTasks.BenchTask> = []
  return {
    contender: {
      name: names.ours,
      prepare: () => {
        tasks = BenchTasks.make(taskCount, variety)
      },
      run: () => runtime.runPromise(addAll(tasks, inFlight))
    },
    close: () => runtime.dispose()
  }
}

/** The official client types the status in lower case and returns what the service wrote. */
const isSuccess = (status: string): boolean => status.toLowerCase() === "success"

/** Adds every task and fails unless each was added. */
const addAll = Effect.fnUntraced(
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
const inChunks = async (
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
