/**
 * The life of a run of a task: held on a node, started, killed, given back.
 *
 * @internal
 */
import type { Account, Placement } from "../Account.ts"
import type * as Fact from "../Fact.ts"
import type { Instruction } from "../Instruction.ts"
import type { Job } from "../Job.ts"
import * as Pool from "../Pool.ts"
import * as RecentTasks from "../RecentTasks.ts"
import * as ScriptedFaults from "../ScriptedFaults.ts"
import * as Subtask from "../Subtask.ts"
import { isPlaced, type Task } from "../Task.ts"
import * as Deadlines from "./Deadlines.ts"
import * as PoolLife from "./PoolLife.ts"
import * as Transition from "./Transition.ts"

/**
 * Tells whether the run's report may change its task (A3).
 *
 * @internal
 */
export const isCurrent = ({ lead, task }: Placement): boolean =>
  task.generation === lead && isPlaced(task)

/**
 * The run of the task itself; nothing when it has none.
 *
 * @internal
 */
export const ofTask = (account: Account, task: Task): Placement | undefined => {
  const first = account.placements.get(task.generation)
  if (first !== undefined || task.subtasks === undefined || task.generation === 0) return first
  return members(account, task).find(({ subtask }) => subtask === undefined)
}

/**
 * All runs of the latest placing of a task; only a multi-instance task has more than one.
 *
 * @internal
 */
export const members = (account: Account, task: Task): ReadonlyArray<Placement> => {
  if (task.subtasks === undefined) {
    const only = account.placements.get(task.generation)
    return only === undefined ? [] : [only]
  }
  return [...account.placements.values()].filter((placement) =>
    placement.task === task && placement.lead === task.generation
  )
}

/**
 * Takes slots of a node for a run that does not start yet.
 *
 * @internal
 */
export const hold = (
  account: Account,
  run: Omit<Placement, "generation" | "lead" | "phase" | "isKillAsked" | "isExpired">,
  lead: number | undefined,
  nowMs: number
): Placement => {
  const generation = account.nextGeneration++
  // Written out, as there is one for each run.
  const placement: Placement = {
    job: run.job,
    task: run.task,
    node: run.node,
    slots: run.slots,
    part: run.part,
    subtask: run.subtask,
    fault: run.fault,
    generation,
    lead: lead ?? generation,
    phase: "preparing",
    isKillAsked: false,
    isExpired: false
  }
  Pool.take(run.node, run.slots, nowMs)
  account.placements.set(generation, placement)
  run.job.placementsCount++
  return placement
}

/**
 * Starts a held run: its task, or its subtask, is running.
 *
 * @internal
 */
export const start = (account: Account, placement: Placement, nowMs: number): void => {
  const { job, node, subtask, task } = placement
  placement.phase = "started"
  RecentTasks.note(node.recentTasks, job, task)
  const chores = job.nodeChores.size === 0 ? undefined : job.nodeChores.get(node.index)
  if (chores !== undefined) chores.hasStartedTasks = true
  if (subtask === undefined) {
    task.phase = "running"
    const why = task.state === "preparing" ? "prepared" : "assigned"
    Transition.leave(account, job, task, nowMs)
    task.execution.startAtMs = nowMs
    Transition.enter(account, job, task, "running", nowMs, why, task.generation)
    watchWallClock(account, task)
  } else {
    Subtask.start(subtask, nowMs)
  }
  instruct(account, placement)
}

/**
 * Goes on from the coordination command of a primary to its own command, on the same slots.
 *
 * @internal
 */
export const proceed = (account: Account, primary: Placement): void => {
  account.placements.delete(primary.generation)
  const generation = account.nextGeneration++
  const placement: Placement = { ...primary, generation, part: "command", phase: "started" }
  account.placements.set(generation, placement)
  watchWallClock(account, placement.task)
  instruct(account, placement)
}

/**
 * Notes when the wall clock of a running task ends.
 *
 * @internal
 */
export const watchWallClock = (account: Account, task: Task): void => {
  if (task.phase !== "running" || task.constraints.maxWallClockMs === Infinity) return
  const placement = ofTask(account, task)
  if (placement === undefined) return
  const endAtMs = wallClockEndMs(account, task)
  if (endAtMs < Infinity) Deadlines.push(account, endAtMs, placement.generation)
}

/**
 * When the wall clock of a running task ends; `Infinity` when it never does.
 *
 * @internal
 */
export const wallClockEndMs = (account: Account, task: Task): number => {
  const { constraints: { maxWallClockMs }, execution: { startAtMs } } = task
  if (startAtMs === undefined || maxWallClockMs === Infinity) return Infinity
  return clockStartOf(account, task, startAtMs) + maxWallClockMs
}

/** When the wall clock of a task began whose latest run started at a time. */
const clockStartOf = ({ clockStarts, rules }: Account, task: Task, startAtMs: number): number => {
  if (rules.wallClockOfRetries === "fresh") return startAtMs
  const beganAtMs = clockStarts.get(task) ?? startAtMs
  clockStarts.set(task, beganAtMs)
  return beganAtMs
}

/**
 * Asks the executor to end a started run, once; a run that is not with the executor is given back.
 *
 * @internal
 */
export const kill = (account: Account, placement: Placement): void => {
  if (placement.phase !== "started") return release(account, placement)
  if (placement.isKillAsked) return
  placement.isKillAsked = true
  instructOne(account, {
    _tag: "KillTask",
    jobId: placement.job.id,
    taskId: placement.task.id,
    taskIndex: placement.task.index,
    generation: placement.generation,
    nodeId: placement.node.id,
    nodeIndex: placement.node.index
  })
}

/**
 * Ends all runs of a task.
 *
 * @internal
 */
export const withdraw = (account: Account, task: Task): void => {
  if (task.subtasks === undefined && !account.placements.has(task.generation)) return
  for (const placement of members(account, task)) kill(account, placement)
}

/**
 * Gives the slots of a run back (A2).
 *
 * @internal
 */
export const release = (account: Account, placement: Placement): void => {
  const { generation, job, node, slots } = placement
  account.placements.delete(generation)
  job.placementsCount--
  Pool.release(node, slots, account.nowMs)
  if (node.isLeaving) PoolLife.dismiss(account, node)
}

/**
 * Puts a placed task back among the ready without counting a retry; all its runs end, and their
 * reports no longer matter.
 *
 * @internal
 */
export const putBack = (
  account: Account,
  job: Job,
  task: Task,
  nowMs: number,
  why: Exclude<Fact.MoveReason, "assigned" | "prepared" | "reactivated" | "ended" | "terminated">,
  alter?: (execution: Task["execution"]) => void
): void => {
  withdraw(account, task)
  if (task.subtasks !== undefined) task.subtasks = []
  const { execution, generation } = task
  Transition.leave(account, job, task, nowMs)
  task.generation = 0
  execution.startAtMs = undefined
  alter?.(execution)
  Transition.enter(account, job, task, "active", nowMs, why, generation)
  Transition.makeReady(account, job, task, true)
}

/** Most calls leave one instruction, and an array that grows has room for seventeen. */
const instructOne = (account: Account, instruction: Instruction): void => {
  if (account.instructions.length === 0) account.instructions = [instruction]
  else account.instructions.push(instruction)
}

const instruct = (account: Account, placement: Placement): void => {
  const { generation, job, node, part, subtask, task } = placement
  const fault = part === "command" ? placement.fault : undefined
  if (account.faults !== undefined && fault?._tag === "NodeTaken") {
    ScriptedFaults.schedule(account.faults, account.nowMs + fault.afterMs, {
      _tag: "Take",
      generation,
      fault
    })
  }
  const start = {
    _tag: "StartTask",
    jobId: job.id,
    taskId: task.id,
    taskIndex: task.index,
    generation,
    nodeId: node.id,
    nodeIndex: node.index,
    requiredSlots: task.requiredSlots,
    attempt: task.runsCount,
    retryCount: task.execution.retryCount,
    part,
    subtaskId: subtask?.id ?? 0
  } as const
  instructOne(account, fault === undefined ? start : { ...start, fault })
}
