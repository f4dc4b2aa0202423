/**
 * What truly happened to each task, read off the facts of the account.
 */
import type { Fact } from "@batchwave/sim/Fact"

/** One end of an execution. */
export interface End {
  readonly atMs: number
  readonly exitCode: number | undefined
  readonly result: string | undefined
}

/** The true life of one task. */
export interface TaskLife {
  readonly node: number
  readonly submission: number
  /** When it was added; again only by a late request, after somebody had deleted it. */
  readonly addedAtMs: Array<number>
  readonly deletedAtMs: Array<number>
  readonly reactivatedAtMs: Array<number>
  readonly startedAtMs: Array<number>
  /** When its node was lost, or could not be prepared, and it went back to the queue. */
  readonly requeuedAtMs: Array<number>
  readonly ends: Array<End>
  /** While it ran: from when to when. */
  readonly runs: Array<{ readonly fromMs: number; toMs: number }>
  /** `deleted` when it is no more. */
  state: string
}

/** The truth by task, and what is wrong with it by itself. */
export interface Truth {
  readonly lives: ReadonlyMap<string, TaskLife>
  /** Nodes of which a task ever ran. */
  readonly nodesStarted: ReadonlySet<number>
  /** Whether somebody has deleted a task. */
  readonly hasDeletions: boolean
  readonly problems: ReadonlyArray<string>
}

/** The moves that a task may make. */
const moves: ReadonlySet<string> = new Set([
  "active>running assigned",
  "active>preparing assigned",
  "preparing>running prepared",
  "active>completed terminated",
  "active>completed ended",
  "running>completed terminated",
  "running>completed ended",
  "running>active lost",
  "running>active requeued",
  "running>active retried",
  "completed>active reactivated"
])

/** Reads the facts. Task ids are `n7` or `n7-r2`, in any case. */
export const read = (facts: ReadonlyArray<Fact>): Truth => {
  const lives = new Map<string, TaskLife>()
  const problems: Array<string> = []
  for (const fact of facts) {
    if (fact._tag !== "TaskAdded" && fact._tag !== "TaskDeleted" && fact._tag !== "TaskMoved") {
      continue
    }
    const match = /^n(\d+)(?:-r(\d+))?$/.exec(fact.taskId)
    if (match === null) {
      problems.push(`S3 a task ${fact.taskId} that nobody planned`)
      continue
    }
    if (fact._tag === "TaskAdded") {
      const known = lives.get(fact.taskId)
      if (known !== undefined && known.state !== "deleted") {
        problems.push(`S3 ${fact.taskId} added twice`)
      }
      if (known !== undefined) {
        known.addedAtMs.push(fact.atMs)
        known.state = "active"
        continue
      }
      lives.set(fact.taskId, {
        node: Number(match[1]),
        submission: Number(match[2] ?? 1),
        addedAtMs: [fact.atMs],
        deletedAtMs: [],
        reactivatedAtMs: [],
        startedAtMs: [],
        requeuedAtMs: [],
        ends: [],
        runs: [],
        state: "active"
      })
      continue
    }
    const life = lives.get(fact.taskId)
    if (life === undefined) {
      problems.push(`S16 ${fact._tag} of ${fact.taskId}, which was not added`)
      continue
    }
    if (fact._tag === "TaskDeleted") {
      life.deletedAtMs.push(fact.atMs)
      life.state = "deleted"
      leave(life, fact.atMs)
    } else if (fact._tag === "TaskMoved") {
      const move = `${fact.from}>${fact.to} ${fact.why}`
      if (!moves.has(move)) problems.push(`S16 ${fact.taskId} moved ${move}`)
      follow(life, fact)
    }
  }
  const nodesStarted = new Set<number>()
  let hasDeletions = false
  for (const { deletedAtMs, node, startedAtMs } of lives.values()) {
    if (deletedAtMs.length > 0) hasDeletions = true
    if (startedAtMs.length > 0) nodesStarted.add(node)
  }
  return { lives, nodesStarted, hasDeletions, problems }
}

const leave = (life: TaskLife, atMs: number): void => {
  const run = life.runs.at(-1)
  if (run !== undefined && run.toMs === Infinity) run.toMs = atMs
}

const follow = (life: TaskLife, fact: Fact & { readonly _tag: "TaskMoved" }): void => {
  life.state = fact.to
  if (fact.to === "running") {
    life.startedAtMs.push(fact.atMs)
    life.runs.push({ fromMs: fact.atMs, toMs: Infinity })
    return
  }
  leave(life, fact.atMs)
  if (fact.why === "reactivated") life.reactivatedAtMs.push(fact.atMs)
  else if (fact.to === "active") life.requeuedAtMs.push(fact.atMs)
  else if (fact.to === "completed") {
    life.ends.push({ atMs: fact.atMs, exitCode: fact.exitCode, result: fact.result })
  }
}
