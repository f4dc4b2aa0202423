/**
 * Goals P9 and P11: what does the emulator cost beyond the bytes it moves, and what does it hold?
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as LoadClient from "./LoadClient.ts"
import * as RawServer from "./RawServer.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      tasks: { type: "string", default: "100000" },
      part: { type: "string", default: "add" },
      rounds: { type: "string", default: "5" },
      out: { type: "string" }
    }
  })
  const report = BenchReport.open({
    question: "what does the emulator cost, beside what nobody can avoid?",
    measured: "CPU time of the process of the server",
    notMeasured: "the client, which has a process of its own"
  })
  await addPart(report, Number(values.tasks), Number(values.rounds))
  BenchReport.close(report, values.out)
}

const addPart = async (report: BenchReport.BenchReport, tasksCount: number, rounds: number) => {
  const scenario: Scenario = { tasks: [{ stuckProbability: 1 }] }
  const runtime = ManagedRuntime.make(Emulator.Emulator.layer({
    slotsPerNode: 1,
    executor: { _tag: "Simulated", scenario }
  }))
  const { account, endpoint, key, pool } = await runtime.runPromise(
    Effect.service(Emulator.Emulator)
  )
  const raw = await RawServer.start({ isKeeping: true })
  const mover = await RawServer.start({ isKeeping: false })
  const client = LoadClient.start()
  let jobs = 0
  const contender = (name: string, endpoint: string): Harness.Contender => {
    const order = { endpoint, account, key, poolId: pool, tasksCount, inFlight: 4 }
    return {
      name,
      prepare: async () => {
        const oldJobId = `job-${jobs}`
        await LoadClient.carryOut(client, {
          ...order,
          work: "newJob",
          jobId: `job-${++jobs}`,
          oldJobId
        })
      },
      run: () => LoadClient.carryOut(client, { ...order, work: "add", jobId: `job-${jobs}` })
    }
  }
  const measurements = await Harness.measure([
    contender("node:http + JSON", raw.endpoint),
    contender("the same, keeping nothing", mover.endpoint),
    contender("emulator", endpoint)
  ], { rounds })
  LoadClient.stop(client)
  raw.stop()
  mover.stop()
  await runtime.dispose()
  BenchReport.table(report, `${tasksCount} tasks added`, measurements, "node:http + JSON")
  const ratio = 1 / Harness.pairedRatio(measurements, "emulator", "node:http + JSON")
  BenchReport.goal(report, "tasks added per CPU second / node:http + JSON", ratio, { atLeast: 0.8 })
}
