/**
 * The simulator as a subject of stories.
 */
import * as Account from "@batchwave/sim/Account"
import * as ChangeWalk from "@batchwave/sim/ChangeWalk"
import type { Job } from "@batchwave/sim/Job"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import * as Runs from "@batchwave/sim/Runs"
import type { Task, TaskSpec } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as Effect from "effect/Effect"
import * as Command from "./Command.ts"
import type { JobVerb } from "./JobRulebook.ts"
import type { LimitsPlan, Model, TaskPlan } from "./ModelState.ts"
import type { Subject } from "./Narration.ts"
import * as RunRulebook from "./RunRulebook.ts"
import * as TaskEnds from "./TaskEnds.ts"
import type { JobView, TaskView } from "./View.ts"

/** Makes an account for a story. */
export const make = ({ fillType, seed, slotsPerNode }: Command.Story, beginMs: number): Subject => {
  const { nodeIds } = Command
  const account = Account.make({
    pool: { id: "pool", nodesCount: nodeIds.length, slotsPerNode, fillType },
    seed,
    startOrder: seed % 2 === 0 ? "seeded" : "arrival",
    nowMs: beginMs
  })
  return {
    call: (command, nowMs) => Effect.sync(() => call(account, command, nowMs)),
    list: (jobId, state, sinceMs) => Effect.sync(() => list(account, jobId, state, sinceMs)),
    endRun: ({ number }, end, nowMs) =>
      Effect.sync(() => {
        Runs.taskEnded(account, number, TaskEnds.of(end), nowMs)
        // A second report must change nothing.
        Runs.taskEnded(account, number, { _tag: "Exited", exitCode: 99 }, nowMs)
      }),
    loseNode: (nodeId, nowMs) =>
      Effect.sync(() => Runs.loseNode(account, nodeIds.indexOf(nodeId), nowMs)),
    returnNode: (nodeId, nowMs) =>
      Effect.sync(() => Runs.returnNode(account, nodeIds.indexOf(nodeId), nowMs)),
    restart: () => Effect.die(new Error("the simulator outlives nothing")),
    advance: (nowMs) => Effect.sync(() => advance(account, nowMs)),
    observe: (model, nowMs) => Effect.sync(() => observe(account, model, nowMs)),
    view: Effect.sync(() => JobOperations.list(account).map(viewOf))
  }
}

/** Moves on only when the account asked to be woken, as its owner would. */
const advance = (account: Account.Account, nowMs: number): void => {
  const wakeAtMs = Runs.nextDeadlineMs(account)
  if (wakeAtMs !== undefined && wakeAtMs <= nowMs) Runs.advance(account, nowMs)
}

const observe = (account: Account.Account, model: Model, nowMs: number): void => {
  for (const instruction of Account.takeInstructions(account)) {
    const { generation: number } = instruction
    if (instruction._tag === "KillTask") RunRulebook.kill(model, number)
    else RunRulebook.start(model, { ...instruction, number }, nowMs)
  }
}

const call = (
  account: Account.Account,
  command: Command.Call,
  nowMs: number
): ReadonlyArray<string> => {
  switch (command.verb) {
    case "addJob": {
      const { limits, ...job } = command.job
      const spec = { ...job, poolId: "pool", constraints: limits }
      return [codeOf(JobOperations.add(account, spec, nowMs))]
    }
    case "patchJob": {
      const { limits, ...change } = command.change
      const patch = { ...change, ...(limits === undefined ? {} : { constraints: limits }) }
      return [codeOf(JobOperations.patch(account, command.jobId, patch, nowMs))]
    }
    case "actOnJob":
      return [codeOf(actOnJob(account, command.jobId, command.act, nowMs))]
    case "addTask":
      return [codeOf(TaskOperations.add(account, command.jobId, specOf(command.task), nowMs))]
    case "addTasks": {
      const specs = command.tasks.map(specOf)
      const outcomes = TaskOperations.addCollection(account, command.jobId, specs, nowMs)
      return Refusal.isRefusal(outcomes) ? [outcomes.code] : outcomes.map(codeOf)
    }
    case "actOnTask":
      return [codeOf(actOnTask(account, command, nowMs))]
    case "updateTask": {
      const { jobId, limits, taskId } = command
      return [codeOf(TaskOperations.update(account, jobId, taskId, limits, nowMs))]
    }
    default:
      return command satisfies never
  }
}

const actOnTask = (
  account: Account.Account,
  { act, jobId, taskId }: Extract<Command.Call, { verb: "actOnTask" }>,
  nowMs: number
): object => {
  switch (act) {
    case "get":
      return TaskOperations.get(account, jobId, taskId)
    case "terminate":
      return TaskOperations.terminate(account, jobId, taskId, nowMs)
    case "reactivate":
      return TaskOperations.reactivate(account, jobId, taskId, nowMs)
    case "delete":
      return TaskOperations.remove(account, jobId, taskId, nowMs)
    default:
      return act satisfies never
  }
}

const actOnJob = (
  account: Account.Account,
  jobId: string,
  act: JobVerb,
  nowMs: number
): object => {
  switch (act.verb) {
    case "disable":
      return JobOperations.disable(account, jobId, act.tasks, nowMs)
    case "enable":
      return JobOperations.enable(account, jobId, nowMs)
    case "terminate":
      return JobOperations.terminate(account, jobId, act.reason, nowMs)
    case "delete":
      return JobOperations.remove(account, jobId, nowMs)
    default:
      return act satisfies never
  }
}

const codeOf = (answer: object): string => Refusal.isRefusal(answer) ? answer.code : "ok"

const specOf = ({ limits, ...plan }: TaskPlan): TaskSpec => ({
  ...plan,
  ...(limits === undefined ? {} : { constraints: limits satisfies LimitsPlan })
})

const list = (
  account: Account.Account,
  jobId: string,
  state: string | undefined,
  sinceMs: number | undefined
): ReadonlyArray<string> | string => {
  const job = JobOperations.get(account, jobId)
  if (Refusal.isRefusal(job)) return job.code
  const all = TaskOperations.list(account, jobId)
  if (Refusal.isRefusal(all)) return all.code
  const tasks = sinceMs === undefined ? all : changedSince(account, job, sinceMs)
  return tasks.filter((task) => state === undefined || task.state === state).map(({ id }) => id)
}

/** Through the log of changes, as a listing by time reads it. */
const changedSince = (
  account: Account.Account,
  job: Job,
  sinceMs: number
): ReadonlyArray<Task> => {
  const tasks: Array<Task> = []
  const walk = ChangeWalk.since(job, ChangeWalk.allStates, sinceMs)
  while (ChangeWalk.step(account, walk)) if (walk.task !== undefined) tasks.push(walk.task)
  return tasks
}

const viewOf = (job: Job): JobView => ({
  id: job.id,
  state: job.state,
  stateAtMs: job.stateTransitionAtMs,
  previousState: job.previousState,
  endAtMs: job.endAtMs,
  terminateReason: job.terminateReason,
  priority: job.priority,
  maxParallelTasks: job.maxParallelTasks,
  onAllTasksComplete: job.onAllTasksComplete,
  maxWallClockMs: job.constraints.maxWallClockMs,
  maxTaskRetryCount: job.constraints.maxTaskRetryCount,
  taskCounts: job.counts.tasks,
  slotCounts: job.counts.slots,
  tasks: [...job.tasks.values()].map(viewOfTask)
})

const viewOfTask = ({ constraints, execution, ...task }: Task): TaskView => ({
  id: task.id,
  createdAtMs: task.createdAtMs,
  state: task.state,
  stateAtMs: task.stateTransitionAtMs,
  previousState: task.previousState,
  previousStateAtMs: task.previousStateTransitionAtMs,
  retryCount: execution.retryCount,
  requeueCount: execution.requeueCount,
  startAtMs: execution.startAtMs,
  endAtMs: execution.endAtMs,
  exitCode: execution.exitCode,
  result: execution.result,
  failureCode: execution.failure?.code,
  maxWallClockMs: constraints.maxWallClockMs,
  maxTaskRetryCount: constraints.maxTaskRetryCount
})
