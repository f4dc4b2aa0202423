/**
 * One job with very many tasks on the emulator: added, run by a scenario on virtual time, listed,
 * filtered and counted, all through the client over HTTP, with what it took.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Emulator from "@batchwave/emulator/Emulator"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

/** What was seen, for the caller to check. */
export interface LoadResult {
  readonly added: number
  /** Counts before the first run ended, and after the last. */
  readonly countsBefore: { readonly active: number; readonly running: number }
  readonly countsAfter: { readonly succeeded: number; readonly failed: number }
  /** Different ids in a listing of everything. */
  readonly listed: number
  /** The same of those that exited with 3. */
  readonly failedListed: number
  /** The same of those that completed in the last second but for the last. */
  readonly lateListed: number
  /** Requests that took. */
  readonly lateRequests: number
  /** Bytes of heap and buffers a task, when the collector can be called. */
  readonly bytesAdded: number | undefined
  readonly bytesCompleted: number | undefined
}

/** Tells how a step went. */
export type Say = (text: string) => void

const jobId = "load"

/** The slots of the pool, and how long each run takes, so that every second as many tasks complete. */
const slotsCount = 1000
const runMs = 1000

/** Runs the load; every twentieth task or so fails. */
export const run = Effect.fnUntraced(function*(tasksCount: number, say: Say) {
  const emulator = yield* Emulator.make({
    nodes: slotsCount / 100,
    slotsPerNode: 100,
    executor: {
      _tag: "Simulated",
      scenario: {
        tasks: [{
          duration: { _tag: "Fixed", value: runMs },
          failures: [{ exitCode: 3, probability: 0.05 }]
        }]
      },
      pace: { _tag: "Virtual", moves: "onCall" }
    }
  })
  return yield* Effect.provide(
    drive(emulator, tasksCount, say),
    BatchClient.layer({
      endpoint: emulator.endpoint,
      account: emulator.account,
      key: Redacted.make(emulator.key)
    })
  )
}, Effect.scoped)

const drive = Effect.fnUntraced(function*(
  { control, pool }: Emulator.EmulatorShape,
  tasksCount: number,
  say: Say
) {
  const jobs = yield* JobOperations
  const tasks = yield* TaskOperations
  const timed = <A, E, R>(what: string, work: Effect.Effect<A, E, R>) =>
    Effect.gen(function*() {
      const beganAtMs = yield* Clock.currentTimeMillis
      const value = yield* work
      const spentMs = (yield* Clock.currentTimeMillis) - beganAtMs
      const micros = (spentMs * 1000 / tasksCount).toFixed(1)
      say(`${what}: ${(spentMs / 1000).toFixed(1)} s, ${micros} µs a task`)
      return value
    })
  const idsOf = (filter?: string) =>
    Stream.runFold(
      tasks.listPages(jobId, {
        select: ["id", "state"],
        ...(filter === undefined ? {} : { filter })
      }),
      () => new Set<string>(),
      (ids, page) => {
        for (const { id } of page) if (id !== undefined) ids.add(id)
        return ids
      }
    )
  yield* jobs.add({ id: jobId, poolInfo: { poolId: pool } })
  const bytesBefore = heapBytes()
  const added = yield* timed("added", addAll(tasksCount))
  const bytesAdded = bytesOf(tasksCount, bytesBefore)
  say(`held when added: ${bytesAdded ?? "not measured"} bytes a task`)
  const before = yield* jobs.taskCounts(jobId)
  yield* timed("ran", Effect.suspend(() => advanceAll(control)))
  const after = yield* jobs.taskCounts(jobId)
  const bytesCompleted = bytesOf(tasksCount, bytesBefore)
  say(`held when completed: ${bytesCompleted ?? "not measured"} bytes a task`)
  const listed = yield* timed("listed", Effect.map(idsOf(), (ids) => ids.size))
  const failed = yield* timed(
    "filtered by exit code",
    Effect.map(idsOf("executionInfo/exitCode eq 3"), (ids) => ids.size)
  )
  const lastAtMs = yield* control.nowMs
  const requestsBefore = yield* listingsOf(control)
  const late = yield* timed(
    "filtered by state and time",
    Effect.map(
      idsOf(
        `state eq 'completed' and stateTransitionTime ge datetime'${
          Iso8601.timestampOfEpochMs(lastAtMs - runMs)
        }'`
      ),
      (ids) => ids.size
    )
  )
  const result: LoadResult = {
    added,
    countsBefore: before.taskCounts,
    countsAfter: after.taskCounts,
    listed,
    failedListed: failed,
    lateListed: late,
    lateRequests: (yield* listingsOf(control)) - requestsBefore,
    bytesAdded,
    bytesCompleted
  }
  return result
})

const addAll = Effect.fnUntraced(function*(tasksCount: number) {
  const tasks = yield* TaskOperations
  // In parts, so that the results of all need not be held at once.
  const part = 20_000
  let added = 0
  for (let first = 0; first < tasksCount; first += part) {
    const result = yield* tasks.addCollection(
      jobId,
      Array.from(
        { length: Math.min(part, tasksCount - first) },
        (_, index) => taskOf(first + index)
      ),
      { concurrency: 4 }
    )
    added += result.counts.added
  }
  return added
})

const taskOf = (index: number) => ({
  id: `task-${String(index).padStart(7, "0")}`,
  commandLine: `/bin/sh -c 'exec ./align --sample ${index}.fastq --out ${index}.bam'`,
  environmentSettings: [{ name: "REFERENCE", value: "/mnt/reference/GRCh38.fa" }],
  constraints: { maxWallClockTime: "PT1H", maxTaskRetryCount: 0 }
})

const advanceAll = Effect.fnUntraced(function*({ advance }: Emulator.EmulatorControl) {
  while ((yield* advance) !== undefined);
})

const listingsOf = ({ requests }: Emulator.EmulatorControl) =>
  Effect.map(requests, ({ operations }) => operations["Task_List"]?.count ?? 0)

const heapBytes = (): number => {
  for (let pass = 0; pass < 3; pass++) globalThis.gc?.()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const bytesOf = (tasksCount: number, bytesBefore: number): number | undefined =>
  globalThis.gc === undefined ? undefined : Math.round((heapBytes() - bytesBefore) / tasksCount)
