/**
 * The part of the emulator's benchmark that adds tasks, beside a server that parses, keeps and answers,
 * and one that does not even keep.
 */
import * as BenchReport from "./BenchReport.ts"
import type { TaskVariety } from "./BenchTasks.ts"
import * as Harness from "./Harness.ts"
import * as LoadClient from "./LoadClient.ts"
import * as ServerProcess from "./ServerProcess.ts"

/** How much is added, and how often. */
export interface AddsOptions {
  readonly tasksCount: number
  readonly rounds: number
  readonly varieties: ReadonlyArray<TaskVariety>
}

const base = "node:http + JSON"

/** Measures adds of tasks of each variety. */
export const measure = async (
  report: BenchReport.BenchReport,
  { rounds, tasksCount, varieties }: AddsOptions
): Promise<void> => {
  const client = LoadClient.start()
  const servers = {
    [base]: await ServerProcess.start("keeper"),
    "the same, keeping nothing": await ServerProcess.start("mover"),
    emulator: await ServerProcess.start("emulator")
  }
  let jobs = 0
  const contender = (
    [name, server]: readonly [string, ServerProcess.ServerProcess],
    variety: TaskVariety
  ): Harness.Contender => {
    const { account, endpoint, key, pool: poolId } = server
    const order = { account, endpoint, key, poolId, tasksCount, variety, inFlight: 4 }
    let oldJobId: string | undefined
    let jobId = ""
    return {
      name,
      prepare: async () => {
        jobId = `job-${++jobs}`
        const old = oldJobId === undefined ? {} : { oldJobId }
        await LoadClient.carryOut(client, { ...order, ...old, work: "newJob", jobId })
        oldJobId = jobId
      },
      run: () =>
        ServerProcess.measure(
          server,
          () => LoadClient.carryOut(client, { ...order, work: "add", jobId })
        )
    }
  }
  for (const variety of varieties) {
    const measurements = await Harness.measure(
      Object.entries(servers).map((server) => contender(server, variety)),
      { rounds, warmUps: 2 }
    )
    BenchReport.table(report, `${tasksCount} ${variety} tasks added`, measurements, base)
    const ratio = 1 / Harness.pairedRatio(measurements, "emulator", base)
    const title = `${variety} tasks added per CPU second / ${base}`
    BenchReport.goal(report, title, ratio, { atLeast: 0.8 })
  }
  for (const server of Object.values(servers)) ServerProcess.stop(server)
  LoadClient.stop(client)
}
