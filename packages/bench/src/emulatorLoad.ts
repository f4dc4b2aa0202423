/**
 * The parts of the emulator's benchmark that go through HTTP: tasks brought to their end, and the memory
 * that many of them take.
 */
import type { Pace } from "@batchwave/emulator/AccountClock"
import * as Emulator from "@batchwave/emulator/Emulator"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as LoadClient from "./LoadClient.ts"

/** The most bytes a stored task may take. */
const taskBytesMax = 700

interface Serving {
  readonly emulator: Emulator.EmulatorShape
  readonly client: LoadClient.LoadClient
  readonly order: Omit<LoadClient.Order, "work" | "jobId">
  readonly stop: () => Promise<void>
}

/** An emulator of a scenario in this process, in memory only, and a client in another. */
const serve = async (
  scenario: Scenario,
  pace: Pace,
  slots: { readonly nodes: number; readonly slotsPerNode: number },
  tasksCount: number
): Promise<Serving> => {
  const runtime = ManagedRuntime.make(
    Emulator.Emulator.layer({ ...slots, executor: { _tag: "Simulated", scenario, pace } })
  )
  const emulator = await runtime.runPromise(Effect.service(Emulator.Emulator))
  const client = LoadClient.start()
  const { account, endpoint, key, pool } = emulator
  return {
    emulator,
    client,
    order: { endpoint, account, key, poolId: pool, tasksCount, inFlight: 4 },
    stop: async () => {
      LoadClient.stop(client)
      await runtime.dispose()
    }
  }
}

const virtualTime: Pace = { _tag: "Virtual", moves: "whenIdle" }

/** Measures tasks from their add to their listing as completed, on virtual time. */
export const measureThrough = async (
  report: BenchReport.BenchReport,
  tasksCount: number,
  rounds: number
): Promise<void> => {
  const scenario: Scenario = {
    tasks: [{
      duration: { _tag: "LogNormal", median: 60_000, sigma: 1 },
      failures: [{ exitCode: 1, probability: 0.05 }]
    }]
  }
  const slots = { nodes: 10, slotsPerNode: 100 }
  const { client, order, stop } = await serve(scenario, virtualTime, slots, tasksCount)
  let jobs = 0
  const measurements = await Harness.measure([{
    name: "emulator",
    prepare: () => {
      const oldJobId = `job-${jobs}`
      return LoadClient.carryOut(client, {
        ...order,
        work: "newJob",
        jobId: `job-${++jobs}`,
        oldJobId
      })
    },
    run: async () => {
      const jobId = `job-${jobs}`
      await LoadClient.carryOut(client, { ...order, work: "add", jobId })
      await LoadClient.carryOut(client, { ...order, work: "settle", jobId })
      const listing = { ...order, jobId, query: completedQuery, work: "list" } as const
      const count = await LoadClient.carryOut(client, listing)
      if (count !== tasksCount) throw new Error(`only ${count} tasks were listed`)
      return count
    }
  }], { rounds })
  await stop()
  BenchReport.table(
    report,
    `${tasksCount} tasks added, run and listed`,
    measurements,
    "emulator"
  )
}

const completedQuery = `&$select=id,stateTransitionTime&$filter=${
  encodeURIComponent("state eq 'completed'")
}`

/** Measures the memory of tasks, when they were added and when they have completed. */
export const measureMemory = async (
  report: BenchReport.BenchReport,
  tasksCount: number
): Promise<void> => {
  const scenario: Scenario = { tasks: [{ duration: { _tag: "Uniform", min: 1000, max: 60_000 } }] }
  const slots = { nodes: 10, slotsPerNode: 100 }
  const pace: Pace = { _tag: "Virtual", moves: "onCall" }
  const { client, emulator, order, stop } = await serve(scenario, pace, slots, tasksCount)
  const jobId = "job-1"
  await LoadClient.carryOut(client, { ...order, tasksCount: 100, work: "newJob", jobId })
  const before = heldBytes()
  await LoadClient.carryOut(client, { ...order, work: "add", jobId })
  const added = (heldBytes() - before) / tasksCount
  await Effect.runPromise(Effect.gen(function*() {
    while ((yield* emulator.control.advance) !== undefined);
  }))
  const completed = (heldBytes() - before) / tasksCount
  const listed = await LoadClient.carryOut(client, {
    ...order,
    jobId,
    work: "list",
    query: completedQuery
  })
  await stop()
  if (listed !== tasksCount) throw new Error(`only ${listed} tasks have completed`)
  BenchReport.say(report, "", `${tasksCount} tasks of one job, of 390 bytes as JSON`)
  const limit = { atMost: taskBytesMax }
  BenchReport.goal(report, "bytes a task, when added", added, limit)
  BenchReport.goal(report, "bytes a task, when completed", completed, limit)
}

const heldBytes = (): number => {
  for (let pass = 0; pass < 3; pass++) Harness.collectGarbage()
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
