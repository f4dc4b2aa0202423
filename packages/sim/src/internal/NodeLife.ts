/**
 * How nodes are taken away and come back, by report or by the fault script in force.
 *
 * @internal
 */
import { type Account, presentNodes } from "../Account.ts"
import * as Fact from "../Fact.ts"
import * as FaultCounter from "../FaultCounter.ts"
import * as IdPattern from "../IdPattern.ts"
import type { NodeFault } from "../NodeFault.ts"
import * as Pool from "../Pool.ts"
import * as RankQueue from "../RankQueue.ts"
import * as ScriptedFaults from "../ScriptedFaults.ts"
import type { Task } from "../Task.ts"
import { queueKey } from "../TaskPlacing.ts"
import * as Chores from "./Chores.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as Placements from "./Placements.ts"
import * as PoolLife from "./PoolLife.ts"

/**
 * Takes a node away without warning; its tasks are active again.
 *
 * @internal
 */
export const take = (
  account: Account,
  node: Pool.Node,
  absence: Pool.NodeAbsence,
  nowMs: number
): void => {
  if (node.absence !== undefined) return
  Pool.setAbsence(node, absence, nowMs)
  Fact.noteNode(account, "NodeLost", node)
  const lost = [...account.placements.values()].filter((run) => run.node === node)
  for (const placement of lost) {
    if (account.placements.get(placement.generation) !== placement) continue
    const { job, task } = placement
    const isCurrent = Placements.isCurrent(placement)
    Placements.kill(account, placement)
    if (placement.phase === "started") Placements.release(account, placement)
    if (isCurrent) {
      if (absence === "preempted" && account.rules.preemptions === "requeues") {
        Lifecycle.requeue(account, job, task, nowMs)
      } else {
        Placements.putBack(account, job, task, nowMs, "lost")
      }
    }
    Lifecycle.settle(account, job, nowMs)
  }
  for (const job of Chores.loseNode(account, node, nowMs)) Lifecycle.settle(account, job, nowMs)
}

/**
 * Brings a node back, empty; one that is not away stays as it is.
 *
 * @internal
 */
export const giveBack = (account: Account, node: Pool.Node, nowMs: number): void => {
  if (node.absence === undefined) return
  Pool.setAbsence(node, undefined, nowMs)
  Fact.noteNode(account, "NodeReturned", node)
}

/**
 * Lets everything happen that is due by the fault script.
 *
 * @internal
 */
export const advance = (account: Account, nowMs: number): void => {
  const { faults } = account
  if (faults === undefined) return
  for (;;) {
    const event = ScriptedFaults.takeDue(faults, nowMs)
    if (event === undefined) return
    happen(account, faults, event, nowMs)
  }
}

/**
 * Undoes what the script in force did to nodes and queues.
 *
 * @internal
 */
export const heal = (account: Account, nowMs: number): void => {
  const { faults } = account
  if (faults === undefined) return
  account.faults = undefined
  for (const index of faults.taken) giveBack(account, account.nodes[index]!, nowMs)
  for (const [task, rank] of faults.held) requeueHeld(account, task, rank)
}

const happen = (
  account: Account,
  faults: ScriptedFaults.ScriptedFaults,
  event: ScriptedFaults.FaultEvent,
  nowMs: number
): void => {
  switch (event._tag) {
    case "Rule":
      return strike(account, faults, event, nowMs)
    case "Take": {
      const placement = account.placements.get(event.generation)
      if (placement !== undefined) disturb(account, faults, placement.node, event.fault, nowMs)
      return
    }
    case "Return":
      faults.taken.delete(event.nodeIndex)
      return giveBack(account, account.nodes[event.nodeIndex]!, nowMs)
    case "Replace":
      return replace(account, account.nodes[event.nodeIndex]!, nowMs)
    case "Release":
      if (faults.held.get(event.task) !== event.rank) return
      faults.held.delete(event.task)
      faults.released.set(event.task, event.rank)
      return requeueHeld(account, event.task, event.rank)
    default:
      return event satisfies never
  }
}

const strike = (
  account: Account,
  faults: ScriptedFaults.ScriptedFaults,
  { state, turn }: Extract<ScriptedFaults.FaultEvent, { readonly _tag: "Rule" }>,
  nowMs: number
): void => {
  const { counter, rule } = state
  for (const node of presentNodes(account)) {
    if (node.absence !== undefined || node.isLeaving) continue
    if (!IdPattern.matches(rule.nodes, node.id)) continue
    if (!FaultCounter.isDue(counter, faults.seed, rule)) continue
    FaultCounter.fire(counter, nowMs)
    disturb(account, faults, node, rule, nowMs)
  }
  if (rule.everyMs === undefined) return
  const nextMs = rule.atMs + (turn + 1) * rule.everyMs
  if (nextMs >= (rule.untilMs ?? Infinity)) return
  if (counter.firedCount >= (rule.countMax ?? Infinity)) return
  ScriptedFaults.schedule(faults, faults.sinceMs + nextMs, { _tag: "Rule", state, turn: turn + 1 })
}

const disturb = (
  account: Account,
  faults: ScriptedFaults.ScriptedFaults,
  node: Pool.Node,
  { replaceAfterMs, returnAfterMs, state = "unknown" }: NodeFault,
  nowMs: number
): void => {
  if (node.absence !== undefined) return
  take(account, node, state, nowMs)
  faults.taken.add(node.index)
  const nodeIndex = node.index
  if (returnAfterMs !== undefined) {
    ScriptedFaults.schedule(faults, nowMs + returnAfterMs, { _tag: "Return", nodeIndex })
  }
  if (replaceAfterMs !== undefined) {
    ScriptedFaults.schedule(faults, nowMs + replaceAfterMs, { _tag: "Replace", nodeIndex })
  }
}

const replace = (account: Account, node: Pool.Node, nowMs: number): void => {
  if (node.isLeaving) return
  Pool.setLeaving(node, nowMs)
  PoolLife.dismiss(account, node)
  if (node.pool.state === "active") PoolLife.grow(account, node.pool, nowMs)
}

/** Puts a task back into the queue it was taken from, at its place. */
const requeueHeld = (account: Account, task: Task, rank: number): void => {
  if (task.phase !== "ready" || task.rank !== rank) return
  for (const job of account.jobs.values()) {
    if (job.tasks.get(task.id.toLowerCase()) !== task) continue
    const queue = job.ready.get(queueKey(task.requiredSlots, task.placing))
    if (queue !== undefined) RankQueue.push(queue.tasks, rank, task.index)
  }
}
