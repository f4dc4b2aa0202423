/**
 * What the contract says about runs: which tasks may start where, what ends and losses do, and when a
 * wall clock runs out.
 */
import * as JobRulebook from "./JobRulebook.ts"
import {
  findJob,
  findTask,
  isEnding,
  type Model,
  type ModelJob,
  type ModelNode,
  type ModelRun,
  type ModelTask,
  type RunEnd
} from "./ModelState.ts"
import * as TaskMoves from "./TaskMoves.ts"
import * as TaskRulebook from "./TaskRulebook.ts"

/** A start that was seen. */
export interface Start {
  readonly number: number
  readonly jobId: string
  readonly taskId: string
  readonly nodeId: string
}

/** Takes note of a start. Throws when the contract does not allow it. */
export const start = (
  model: Model,
  { jobId, nodeId, number, taskId }: Start,
  nowMs: number
): void => {
  const job = findJob(model, jobId)
  const task = job === undefined ? undefined : findTask(job, taskId)
  const node = model.nodes.find(({ id }) => id === nodeId)
  if (job === undefined || task === undefined || node === undefined) {
    throw new Error(`${jobId}/${taskId} was started on ${nodeId}, one of which is not there`)
  }
  const free = freeSlots(model, node)
  const isFitting = node.isOnline && free >= task.plan.requiredSlots
  if (!isEligible(job, task) || !isFitting) {
    throw new Error(`${jobId}/${taskId} was started on ${nodeId}, which had to wait`)
  }
  const rivals = model.jobs.filter(({ priority }) => priority > job.priority)
  const rival = rivals.find((other) => startable(model, other) !== undefined)
  if (rival !== undefined) {
    throw new Error(`${jobId}/${taskId} was started before the more urgent ${rival.plan.id}`)
  }
  const better = model.nodes.find((other) =>
    other.isOnline && freeSlots(model, other) >= task.plan.requiredSlots &&
    (model.fillType === "spread" ? freeSlots(model, other) > free : freeSlots(model, other) < free)
  )
  if (better !== undefined) {
    throw new Error(`${jobId}/${taskId} was started on ${nodeId}, not on ${better.id}`)
  }
  const run: ModelRun = { number, job, task, node, isKillAsked: false }
  model.runs.push(run)
  TaskMoves.move(task, "running", nowMs)
  task.startAtMs = nowMs
  task.run = run
}

/** Takes note of a kill. Throws when there was no reason for it. */
export const kill = (model: Model, number: number): void => {
  if (!model.dueKills.delete(number)) throw new Error(`run ${number} was killed without a reason`)
}

/** Throws when something should have been started or killed and was not. */
export const checkRest = (model: Model): void => {
  if (model.dueKills.size > 0) {
    throw new Error(`runs ${[...model.dueKills].join(", ")} were not killed`)
  }
  for (const job of model.jobs) {
    const task = startable(model, job)
    if (task !== undefined) throw new Error(`${job.plan.id}/${task.plan.id} was not started`)
  }
}

/** Takes note of the end of a run. Ends of runs nobody waits for change nothing. */
export const end = (model: Model, number: number, how: RunEnd, nowMs: number): void => {
  const run = model.runs.find((other) => other.number === number)
  if (run === undefined) return
  const { job, task } = run
  model.runs = model.runs.filter((other) => other !== run)
  if (task.run === run && task.state === "running") {
    return TaskRulebook.endRun(model, run, how, nowMs)
  }
  if (task.run === run && how.kind !== "setupFailed") task.exitCode = how.exitCode
  JobRulebook.settle(model, job, nowMs)
}

/** Takes a node away: its runs are over and count as nothing. */
export const loseNode = (model: Model, nodeId: string, nowMs: number): void => {
  const node = model.nodes.find(({ id }) => id === nodeId)
  if (node === undefined || !node.isOnline) return
  node.isOnline = false
  const lost = model.runs.filter((run) => run.node === node)
  for (const run of lost) {
    if (!run.isKillAsked) model.dueKills.add(run.number)
    run.isKillAsked = true
    if (run.task.run === run && run.task.state === "running") {
      TaskMoves.putBack(model, run.task, false, nowMs)
    }
  }
  model.runs = model.runs.filter((run) => run.node !== node)
  for (const run of lost) JobRulebook.settle(model, run.job, nowMs)
}

/** Brings a node back. */
export const returnNode = (model: Model, nodeId: string): void => {
  const node = model.nodes.find(({ id }) => id === nodeId)
  if (node !== undefined) node.isOnline = true
}

/** Goes on after everything that ran is gone: as after the loss and return of every node. */
export const restart = (model: Model, nowMs: number): void => {
  for (const { id } of model.nodes) {
    loseNode(model, id, nowMs)
    returnNode(model, id)
  }
  model.dueKills.clear()
}

/** When the next wall clock runs out. */
export const nextDeadlineMs = (model: Model): number | undefined => {
  const deadlines = [
    ...running(model).map(taskDeadlineMs),
    ...model.jobs.filter((job) => !isEnding(job)).map(jobDeadlineMs)
  ].filter((atMs) => atMs < Infinity)
  return deadlines.length === 0 ? undefined : Math.min(...deadlines)
}

/** Ends what has run out of time. */
export const expire = (model: Model, nowMs: number): void => {
  for (const task of running(model)) {
    if (task.state !== "running" || taskDeadlineMs(task) > nowMs || task.run === undefined) continue
    TaskMoves.end(model, task, nowMs)
    JobRulebook.settle(model, task.run.job, nowMs)
  }
  for (const job of model.jobs) {
    if (isEnding(job) || jobDeadlineMs(job) > nowMs) continue
    JobRulebook.terminate(model, job, "MaxWallClockTimeExpiry", nowMs)
  }
}

const running = (model: Model): ReadonlyArray<ModelTask> =>
  model.jobs.flatMap(({ tasks }) => tasks.filter(({ state }) => state === "running"))

const taskDeadlineMs = ({ maxWallClockMs, startAtMs = Infinity }: ModelTask): number =>
  startAtMs + maxWallClockMs

const jobDeadlineMs = ({ createdAtMs, maxWallClockMs }: ModelJob): number =>
  createdAtMs + maxWallClockMs

/** A task of the job that could start now. */
const startable = (model: Model, job: ModelJob): ModelTask | undefined => {
  const freeMax = Math.max(
    0,
    ...model.nodes.map((node) => (node.isOnline ? freeSlots(model, node) : 0))
  )
  return job.tasks.find((task) => task.plan.requiredSlots <= freeMax && isEligible(job, task))
}

const isEligible = (job: ModelJob, task: ModelTask): boolean => {
  const runningCount = job.tasks.filter(({ state }) => state === "running").length
  const isRoomInJob = job.maxParallelTasks === -1 || runningCount < job.maxParallelTasks
  return job.state === "active" && task.state === "active" && isRoomInJob && isUnblocked(job, task)
}

const isUnblocked = (job: ModelJob, { plan: { dependsOn } }: ModelTask): boolean => {
  const { taskIdRanges = [], taskIds = [] } = dependsOn ?? {}
  const numbers = new Set(
    [...job.satisfied].filter((id) => /^\d+$/.test(id)).map((id) => Number(id))
  )
  return taskIds.every((id) => job.satisfied.has(id.toLowerCase())) &&
    taskIdRanges.every(({ end, start }) => {
      for (let number = start; number <= end; number++) if (!numbers.has(number)) return false
      return true
    })
}

const freeSlots = (model: Model, node: ModelNode): number =>
  model.runs.reduce(
    (free, run) => (run.node === node ? free - run.task.plan.requiredSlots : free),
    node.slots
  )
