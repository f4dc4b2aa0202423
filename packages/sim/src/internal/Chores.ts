/**
 * Preparing nodes for a job before its first task there, and releasing them when it ends.
 *
 * @internal
 */
import type { Account, Chore } from "../Account.ts"
import { isEnding, type Job } from "../Job.ts"
import type { ChoreExecution, ChoreKind, NodeChores } from "../JobChore.ts"
import * as Pool from "../Pool.ts"
import * as TaskEnd from "../TaskEnd.ts"
import * as Constraints from "./Constraints.ts"
import * as Deadlines from "./Deadlines.ts"
import * as Placements from "./Placements.ts"
import * as PoolLife from "./PoolLife.ts"

/**
 * Starts the preparation of a node if the job has one that has not run there; answers whether a task
 * must wait for it.
 *
 * @internal
 */
export const prepare = (account: Account, job: Job, node: Pool.Node, nowMs: number): boolean => {
  if (job.preparation === undefined) return false
  const known = job.nodeChores.get(node.index)
  if (known === undefined || known.isStale) {
    const preparation = begin(account, job, node, "preparation", 0, undefined, nowMs)
    job.nodeChores.set(node.index, {
      node,
      preparation,
      release: known?.release,
      isStale: false,
      hasStartedTasks: known?.hasStartedTasks ?? false
    })
    return job.preparation.waitsForSuccess
  }
  return job.preparation.waitsForSuccess && known.preparation.state === "running"
}

/**
 * Asks for the end of every preparation of a job that runs, on all nodes or one.
 *
 * @internal
 */
export const stopPreparing = (account: Account, job: Job | undefined, node?: Pool.Node): void => {
  for (const chore of account.chores.values()) {
    if (chore.kind !== "preparation" || (job !== undefined && chore.job !== job)) continue
    if (node === undefined || chore.node === node) kill(account, chore)
  }
}

/**
 * Starts the release of a job wherever it must run (J3); answers whether any is running.
 *
 * @internal
 */
export const release = (account: Account, job: Job, nowMs: number): boolean => {
  if (!job.isReleased && job.release !== undefined) {
    for (const chores of job.nodeChores.values()) {
      const { hasStartedTasks, node, preparation } = chores
      const isPresent = node.absence === undefined && node.pool.nodes.includes(node)
      if (!isPresent || !hasStartedTasks || preparation.state !== "completed") continue
      chores.release = begin(account, job, node, "release", 0, undefined, nowMs)
    }
  }
  job.isReleased = true
  return job.choresCount > 0
}

/**
 * Takes the report of a run's end in; what waited for a preparation starts or is put back.
 *
 * @internal
 */
export const ended = (
  account: Account,
  chore: Chore,
  end: TaskEnd.TaskEnd,
  nowMs: number
): void => {
  const { isKillAsked, job, kind, node } = chore
  leave(account, chore, nowMs)
  const chores = job.nodeChores.get(node.index)
  const execution = chores?.[kind]
  if (chores === undefined || execution?.generation !== chore.generation) return
  if (isRetried(chore, execution, end)) {
    const retries = execution.retryCount + 1
    chores.preparation = begin(account, job, node, kind, retries, nowMs, nowMs)
    return
  }
  execution.state = "completed"
  execution.endAtMs = nowMs
  execution.exitCode = end._tag === "SetupFailed" ? undefined : end.exitCode
  execution.failure = isKillAsked ? TaskEnd.taskEnded : TaskEnd.failureOf(end)
  execution.result = execution.failure === undefined ? "success" : "failure"
  if (kind === "preparation") prepared(account, job, chores, nowMs)
}

/**
 * Forgets what the loss of a node undid: a run in progress, and a success that does not outlive it.
 * Answers with the jobs that lost a run.
 *
 * @internal
 */
export const loseNode = (
  account: Account,
  node: Pool.Node,
  nowMs: number
): ReadonlySet<Job> => {
  const losers = new Set<Job>()
  for (const chore of account.chores.values()) {
    if (chore.node !== node) continue
    losers.add(chore.job)
    kill(account, chore)
    ended(account, chore, { _tag: "Killed" }, nowMs)
    if (chore.kind === "preparation") chore.job.barredNodes.delete(node.index)
  }
  for (const { nodeChores, preparation } of account.jobs.values()) {
    const chores = nodeChores.get(node.index)
    if (chores === undefined || preparation === undefined) continue
    const isKept = chores.preparation.result === "success" && !preparation.isRerunAfterReboot
    if (!isKept) chores.isStale = true
  }
  return losers
}

/**
 * Ends a run whose wall clock is over.
 *
 * @internal
 */
export const expire = (account: Account, generation: number): void => {
  const chore = account.chores.get(generation)
  if (chore !== undefined) kill(account, chore)
}

const begin = (
  account: Account,
  job: Job,
  node: Pool.Node,
  kind: ChoreKind,
  retryCount: number,
  lastRetryAtMs: number | undefined,
  nowMs: number
): ChoreExecution => {
  const generation = account.nextGeneration++
  account.chores.set(generation, { generation, kind, job, node, isKillAsked: false })
  job.choresCount++
  Pool.countChore(node, 1, nowMs)
  const deadlineAtMs = nowMs + wallClockMsOf(job, kind)
  if (deadlineAtMs < Infinity) Deadlines.push(account, deadlineAtMs, generation)
  account.instructions.push({
    _tag: "StartChore",
    kind,
    jobId: job.id,
    jobIndex: job.index,
    taskId: idOf(job, kind),
    generation,
    nodeId: node.id,
    nodeIndex: node.index,
    attempt: retryCount + 1,
    retryCount
  })
  return {
    generation,
    state: "running",
    startAtMs: nowMs,
    endAtMs: undefined,
    exitCode: undefined,
    result: undefined,
    failure: undefined,
    retryCount,
    lastRetryAtMs
  }
}

const leave = (account: Account, { generation, job, node }: Chore, nowMs: number): void => {
  account.chores.delete(generation)
  job.choresCount--
  Pool.countChore(node, -1, nowMs)
  if (node.isLeaving) PoolLife.dismiss(account, node)
}

const kill = (account: Account, chore: Chore): void => {
  if (chore.isKillAsked) return
  chore.isKillAsked = true
  account.instructions.push({
    _tag: "KillTask",
    jobId: chore.job.id,
    taskId: idOf(chore.job, chore.kind),
    taskIndex: -1,
    generation: chore.generation,
    nodeId: chore.node.id,
    nodeIndex: chore.node.index
  })
}

const prepared = (account: Account, job: Job, chores: NodeChores, nowMs: number): void => {
  const { node, preparation: { result } } = chores
  const isReady = result === "success" || job.preparation?.waitsForSuccess === false
  if (isReady) job.barredNodes.delete(node.index)
  else job.barredNodes.add(node.index)
  for (const placement of account.placements.values()) {
    if (placement.job !== job || placement.node !== node || placement.phase !== "preparing") {
      continue
    }
    if (!Placements.isCurrent(placement)) continue
    if (isReady) Placements.start(account, placement, nowMs)
    else Placements.putBack(account, job, placement.task, nowMs, "unprepared")
  }
}

const isRetried = (
  { isKillAsked, job, kind, node }: Chore,
  { retryCount }: ChoreExecution,
  end: TaskEnd.TaskEnd
): boolean =>
  kind === "preparation" && job.preparation !== undefined && !isKillAsked && !isEnding(job) &&
  Pool.isChosen(node) && end._tag === "Exited" && end.exitCode !== 0 &&
  Constraints.allowsRetry(job.preparation.constraints, retryCount)

const idOf = ({ preparation, release }: Job, kind: ChoreKind): string =>
  (kind === "preparation" ? preparation?.id : release?.id) ?? ""

const wallClockMsOf = ({ preparation, release }: Job, kind: ChoreKind): number =>
  (kind === "preparation" ? preparation?.constraints.maxWallClockMs : release?.maxWallClockMs) ??
    Infinity
