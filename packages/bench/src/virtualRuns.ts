/**
 * Goal P11: how many changes of state a second does the model make when nothing stands in its way?
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as Account from "@batchwave/sim/Account"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as RunCourse from "@batchwave/sim/RunCourse"
import * as Runs from "@batchwave/sim/Runs"
import * as ScenarioModel from "@batchwave/sim/ScenarioModel"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"

/** Tasks of one job, and the room there is for them. */
const tasksCount = 100_000
const nodesCount = 10
const slotsPerNode = 100

/** Measures the runs of a job: every task starts and completes, one in twenty after a retry. */
export const measure = async (report: BenchReport.BenchReport, rounds: number): Promise<void> => {
  let account = filled()
  const prepare = () => {
    account = filled()
  }
  const measurements = await Harness.measure([
    { name: "fixed durations", prepare, run: () => play(account, () => fixedCourse) },
    {
      name: "a scenario",
      prepare,
      run: () => play(account, (run) => RunCourse.make(model, run))
    }
  ], { rounds })
  BenchReport.table(
    report,
    `${tasksCount} tasks, a change of state`,
    measurements,
    "fixed durations"
  )
  for (const { cpuMicrosPerItem, name } of measurements) {
    BenchReport.goal(
      report,
      `virtual state changes per CPU second, ${name}`,
      1_000_000 / cpuMicrosPerItem.median,
      { atLeast: 1_000_000 }
    )
  }
}

const model = ScenarioModel.make({
  tasks: [{
    duration: { _tag: "LogNormal", median: 60_000, sigma: 1 },
    failures: [{ exitCode: 1, probability: 0.05 }]
  }]
})

const fixedCourse: { readonly totalMs: number; readonly end: TaskEnd } = {
  totalMs: 60_000,
  end: { _tag: "Exited", exitCode: 0 }
}

/** An account with a job whose tasks have been added and not started. */
const filled = (): Account.Account => {
  const account = Account.make({
    pool: { id: "pool", nodesCount, slotsPerNode },
    seed: 1,
    startOrder: "arrival"
  })
  JobOperations.add(account, { id: "job", poolId: "pool" }, 0)
  JobOperations.disable(account, "job", "wait", 0)
  const constraints = {
    maxTaskRetryCount: 3,
    maxWallClockMs: Infinity,
    retentionMs: Infinity
  }
  for (let first = 0; first < tasksCount; first += 100) {
    TaskOperations.addCollection(
      account,
      "job",
      Array.from({ length: 100 }, (_, index) => ({ id: `task-${first + index}`, constraints })),
      0
    )
  }
  return account
}

/** Plays everything to its end in virtual time; answers with how many changes of state there were. */
const play = (
  account: Account.Account,
  courseOf: (run: RunCourse.ScenarioRun) => { readonly totalMs: number; readonly end: TaskEnd }
): number => {
  const ends = EventHeap.make()
  const running: Array<TaskEnd | undefined> = []
  let changesCount = 0
  JobOperations.enable(account, "job", 0)
  for (;;) {
    for (const instruction of Account.takeInstructions(account)) {
      if (instruction._tag !== "StartTask") throw new Error(`unexpected ${instruction._tag}`)
      const { end, totalMs } = courseOf(instruction)
      running[instruction.generation] = end
      EventHeap.push(ends, account.nowMs + totalMs, instruction.generation)
      changesCount++
    }
    const atMs = EventHeap.peekAtMs(ends)
    const generation = EventHeap.pop(ends)
    if (atMs === undefined || generation === undefined) break
    const end = running[generation]
    if (end !== undefined) Runs.taskEnded(account, generation, end, atMs)
    changesCount++
  }
  const counts = JobOperations.taskCounts(account, "job")
  if (!("tasks" in counts) || counts.tasks.active + counts.tasks.running > 0) {
    throw new Error("not every task has completed")
  }
  return changesCount
}
