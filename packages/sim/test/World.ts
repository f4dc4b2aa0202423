/** A small account to test with: builders that fail loudly, and an executor that ends runs on demand. */
import * as Account from "@batchwave/sim/Account"
import type { StartChore, StartTask } from "@batchwave/sim/Instruction"
import type { Job, JobSpec } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import type { ServiceRules } from "@batchwave/sim/ServiceRules"
import type { Task, TaskSpec } from "@batchwave/sim/Task"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as TaskOperations from "@batchwave/sim/TaskOperations"

/** Chores are outside fault scripts. */
interface ChoreStart extends StartChore {
  readonly fault?: undefined
}

export interface World {
  readonly account: Account.Account
  /** The latest start of each `task`, `task/subtask` and `preparation@node`. */
  readonly starts: Map<string, StartTask | ChoreStart>
  readonly kills: Array<string>
  atMs: number
}

export const make = (
  options: {
    nodesCount?: number
    slotsPerNode?: number
    fillType?: "spread" | "pack"
    activeJobsMax?: number
    startOrder?: Account.StartOrder
    isInterNode?: boolean
    rules?: Partial<ServiceRules>
  } = {}
): World => ({
  account: Account.make({
    pool: {
      id: "pool",
      nodesCount: options.nodesCount ?? 1,
      slotsPerNode: options.slotsPerNode ?? 4,
      fillType: options.fillType ?? "spread",
      isInterNode: options.isInterNode ?? false
    },
    seed: 1,
    startOrder: options.startOrder ?? "arrival",
    activeJobsMax: options.activeJobsMax ?? 100,
    rules: options.rules ?? {}
  }),
  starts: new Map(),
  kills: [],
  atMs: 1000
})

/** Carries the instructions to the records of the world. */
export const pump = (world: World): void => {
  for (const instruction of Account.takeInstructions(world.account)) {
    if (instruction._tag === "StartTask") {
      const suffix = instruction.subtaskId === 0 ? "" : `/${instruction.subtaskId}`
      world.starts.set(instruction.taskId + suffix, instruction)
    } else if (instruction._tag === "StartChore") {
      world.starts.set(`${instruction.taskId}@${instruction.nodeId}`, instruction)
    } else world.kills.push(`${instruction.taskId}#${instruction.generation}`)
  }
}

export const addJob = (world: World, spec: Partial<JobSpec> = {}): Job => {
  const job = JobOperations.add(
    world.account,
    { id: "job", poolId: "pool", ...spec },
    ++world.atMs
  )
  if (Refusal.isRefusal(job)) throw new Error(job.code)
  return job
}

export const addTask = (
  world: World,
  id: string,
  spec: Partial<TaskSpec> = {},
  jobId = "job"
): Task => {
  const task = TaskOperations.add(world.account, jobId, { ...spec, id }, ++world.atMs)
  if (Refusal.isRefusal(task)) throw new Error(task.code)
  pump(world)
  return task
}

/** Ends the latest run of a task, subtask or chore. */
export const end = (world: World, taskId: string, outcome: number | TaskEnd): void => {
  const start = world.starts.get(taskId)
  if (start === undefined) throw new Error(`${taskId} was never started`)
  Runs.taskEnded(
    world.account,
    start.generation,
    typeof outcome === "number" ? { _tag: "Exited", exitCode: outcome } : outcome,
    ++world.atMs
  )
  pump(world)
}

export const codeOf = (answer: object): string =>
  Refusal.isRefusal(answer) ? answer.code : "accepted"

export const call = (
  world: World,
  verb: (account: Account.Account, jobId: string, taskId: string, nowMs: number) => object,
  taskId: string,
  jobId = "job"
): string => {
  const code = codeOf(verb(world.account, jobId, taskId, ++world.atMs))
  pump(world)
  return code
}
