/**
 * Where tasks enter and leave their job.
 *
 * @internal
 */
import type { Account } from "../Account.ts"
import * as DependencyLedger from "../DependencyLedger.ts"
import * as Fact from "../Fact.ts"
import type { Job, JobManagerSpec } from "../Job.ts"
import type { Task, TaskSpec } from "../Task.ts"
import * as TaskCounts from "../TaskCounts.ts"
import * as TaskLog from "../TaskLog.ts"
import type { TaskPlacing } from "../TaskPlacing.ts"
import * as Constraints from "./Constraints.ts"
import * as Placements from "./Placements.ts"
import * as Transition from "./Transition.ts"

/**
 * Stores a task that was checked under its lower-case id, and queues it.
 *
 * @internal
 */
export const insert = (
  account: Account,
  job: Job,
  spec: TaskSpec,
  key: string,
  manager: JobManagerSpec | undefined,
  nowMs: number
): Task => {
  const number = account.nextNumber++
  const placing = placingOf(spec, manager)
  const task: Task = {
    index: account.freeTaskIndexes.pop() ?? account.tasks.length,
    id: spec.id,
    createdAtMs: nowMs,
    createdNumber: number,
    requiredSlots: spec.requiredSlots ?? 1,
    exitConditions: spec.exitConditions,
    placing,
    constraints: Constraints.ofTask(job.constraints, spec.constraints),
    state: "active",
    stateTransitionAtMs: nowMs,
    previousState: undefined,
    previousStateTransitionAtMs: undefined,
    execution: freshExecution(),
    nodeIndex: -1,
    runsCount: 0,
    generation: 0,
    subtasks: placing !== undefined && placing.instancesCount > 0 ? [] : undefined,
    changedNumber: number,
    phase: "ready",
    rank: 0,
    wait: DependencyLedger.makeWait(job.dependencies, spec.dependsOn)
  }
  account.tasks[task.index] = task
  job.tasks.set(key, task)
  TaskCounts.count(job.counts, task, 1)
  Fact.noteTask(account, "TaskAdded", job, task)
  logCreation(account, job, task)
  Transition.logChange(account, job, task)
  Transition.queue(account, job, task)
  return task
}

/**
 * Takes a task out of its job and ends its runs; its index may be given again.
 *
 * @internal
 */
export const remove = (account: Account, job: Job, task: Task): void => {
  Placements.withdraw(account, task)
  TaskCounts.count(job.counts, task, -1)
  job.tasks.delete(task.id.toLowerCase())
  if (account.rules.deletedParents === "forgotten") {
    DependencyLedger.forget(job.dependencies, task.id)
  }
  free(account, job, task)
}

/**
 * Takes all tasks out of a job that is gone.
 *
 * @internal
 */
export const clear = (account: Account, job: Job): void => {
  for (const task of job.tasks.values()) free(account, job, task)
  job.tasks.clear()
}

const free = (account: Account, job: Job, task: Task): void => {
  Fact.noteTask(account, "TaskDeleted", job, task)
  account.reactivated.delete(task)
  account.clockStarts.delete(task)
  task.phase = "deleted"
  task.generation = 0
  account.tasks[task.index] = undefined
  account.freeTaskIndexes.push(task.index)
}

const logCreation = (account: Account, job: Job, task: Task): void => {
  if (TaskLog.needsRoom(job.creations, job.tasks.size)) {
    TaskLog.makeRoom(
      job.creations,
      job.tasks.size,
      (index, number) => account.tasks[index]?.createdNumber === number
    )
  }
  TaskLog.append(job.creations, task.createdNumber, task.createdAtMs, task.index)
}

const placingOf = (
  { placing }: TaskSpec,
  manager: JobManagerSpec | undefined
): TaskPlacing | undefined => {
  if (placing === undefined && manager === undefined) return undefined
  const isJobEndedWithIt = manager?.isJobEndedWithIt ?? true
  return {
    instancesCount: placing?.instancesCount ?? 0,
    preferredNodeId: placing?.preferredNodeId?.toLowerCase(),
    manages: manager === undefined ? "nothing" : isJobEndedWithIt ? "jobLife" : "job",
    isExclusive: manager !== undefined && (manager.isExclusive ?? true),
    isDedicatedOnly: manager?.takesLowPriorityNodes === false
  }
}

const freshExecution = (): Task["execution"] => ({
  retryCount: 0,
  requeueCount: 0,
  startAtMs: undefined,
  endAtMs: undefined,
  exitCode: undefined,
  result: undefined,
  failure: undefined,
  lastRetryAtMs: undefined,
  lastRequeueAtMs: undefined
})
