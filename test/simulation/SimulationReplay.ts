/**
 * Folds a journal again, and counts what it says: its events, and the changes of nodes' states.
 */
import { nodeStateMoves, nodeStateNames } from "@batchwave/core/NodeState"
import type { Plan } from "@batchwave/core/Plan"
import * as RunState from "@batchwave/core/RunState"
import type { JournalBatch } from "@batchwave/lab/VirtualDriver"

/** The state at the end, and what was met on the way. */
export interface Replay {
  readonly state: RunState.RunState
  readonly counts: ReadonlyMap<string, number>
  /** S8: changes that the table of moves does not know. */
  readonly problems: ReadonlyArray<string>
}

/** Every change in the table, as `waiting to ready`. */
export const moves: ReadonlyArray<string> = Object.entries(nodeStateMoves).flatMap(([from, all]) =>
  all.map((to) => `${from} to ${to}`)
)

const statesMax = 16

/** Folds it. */
export const replay = (plan: Plan, journal: ReadonlyArray<JournalBatch>): Replay => {
  const state = RunState.make(plan)
  const { nodeStates } = state
  const before = nodeStates.slice()
  const changes = new Uint32Array(statesMax * statesMax)
  const counts = new Map<string, number>()
  for (const { atMs, events } of journal) {
    for (const event of events) {
      RunState.evolve(state, event, atMs)
      counts.set(`event ${event._tag}`, (counts.get(`event ${event._tag}`) ?? 0) + 1)
      // What is told of one task moves its node only.
      const from = "task" in event ? event.task.node : 0
      const until = "task" in event ? from + 1 : before.length
      for (let node = from; node < until; node++) {
        const to = nodeStates[node]!
        if (before[node] === to) continue
        changes[before[node]! * statesMax + to]!++
        before[node] = to
      }
    }
  }
  const problems: Array<string> = []
  changes.forEach((times, change) => {
    if (times === 0) return
    const name = nameOf(change)
    counts.set(`edge ${name}`, times)
    if (!moves.includes(name)) problems.push(`S8 a node moved from ${name}`)
  })
  return { state, counts, problems }
}

const nameOf = (change: number): string =>
  `${nodeStateNames[Math.floor(change / statesMax)]} to ${nodeStateNames[change % statesMax]}`
