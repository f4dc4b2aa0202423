/**
 * Chooses what goes now: retries whose time has come and nodes that are ready, as far as limits,
 * pools, mutexes and pauses let them.
 *
 * A run without any of those never builds the queue: everything ready goes in the order it became so.
 */
import * as Admission from "../Admission.ts"
import * as EventHeap from "../EventHeap.ts"
import { NodeState } from "../NodeState.ts"
import * as ReadyQueue from "../ReadyQueue.ts"
import type { TaskReference } from "../RunEvent.ts"
import type { RunState } from "../RunState.ts"
import { command, emit, type Round } from "./Round.ts"

/**
 * Plans what goes now, and asks to be woken for what goes later.
 */
export const plan = (round: Round): void => {
  const { state } = round
  const isOpen = state.outcome === undefined && Admission.gateOf(state) === undefined
  if (isOpen) askCache(round)
  if (isOpen && !needsQueue(state)) {
    planDue(round)
    wake(round)
    // In the native mode, what is planned lets its children go at once.
    while (planReady(round) && state.native !== undefined);
    return
  }
  if (isOpen) { while (planQueued(round) && state.native !== undefined); }
  wake(round)
}

/** Once for each node, and before anything limits how many go: what is cached takes no place. */
const askCache = (round: Round): void => {
  const { cacheAnswers, nodeStates, plan: { traits: { cached } }, ready } = round.state
  if (cached === undefined || round.policies.asksCache !== true) return
  const nodes = ready.filter((node) =>
    cached[node] === 1 && nodeStates[node] === NodeState.ready && !cacheAnswers.has(node)
  )
  if (nodes.length === 0) return
  emit(round, { _tag: "CacheAsked", nodes })
  command(round, { _tag: "Recall", nodes })
}

const needsQueue = ({ isProbing, limits, plan: { traits }, queue }: RunState): boolean =>
  queue !== undefined || isProbing || traits.resources !== undefined
  || traits.priorities !== undefined || traits.hasEstimates
  || limits.activeSlotsMax !== undefined || limits.unansweredMax !== undefined

/** Asks to be woken for what goes later. */
export const wake = (round: Round): void => {
  const atMs = Admission.nextWakeAtMs(round.state)
  if (atMs !== undefined) command(round, { _tag: "Wake", atMs })
}

const planDue = (round: Round): void => {
  const { nowMs, state } = round
  const atMs = EventHeap.peekAtMs(state.alarms)
  if (atMs === undefined || atMs > nowMs) return
  const due = new Set<number>()
  takeDue(round, (node) => due.add(node))
  if (due.size === 0) return
  const again: Array<TaskReference> = []
  for (const node of due) start(state, node, round, again)
  submit(round, again)
}

const takeDue = (round: Round, take: (node: number) => void): void => {
  const { alarms } = round.state
  for (
    let atMs = EventHeap.peekAtMs(alarms);
    atMs !== undefined && atMs <= round.nowMs;
    atMs = EventHeap.peekAtMs(alarms)
  ) {
    const node = EventHeap.pop(alarms)
    if (node !== undefined && Admission.isRetryDue(round.state, node, round.nowMs)) take(node)
  }
}

/** Reactivates at once, or adds to the tasks that are submitted together. */
const start = (
  state: RunState,
  node: number,
  round: Round,
  tasks: Array<TaskReference>
): void => {
  const submission = state.submissions[node]!
  const isReactivated = state.nodeStates[node] === NodeState.backoff
    && state.isReactivated[node] === 1
  if (!isReactivated) {
    tasks.push({ node, submission: submission + 1 })
    return
  }
  const task = { node, submission }
  emit(round, { _tag: "ReactivationPlanned", task })
  command(round, { _tag: "Reactivate", task })
}

const planReady = (round: Round): boolean => {
  const { nodeStates, ready, submissions } = round.state
  let tasks: Array<TaskReference> | undefined
  // A node that the cache did not know stands in the list twice.
  const seen = round.state.cacheAnswers.size === 0 ? undefined : new Set<number>()
  for (let index = 0; index < ready.length; index++) {
    const node = ready[index]!
    if (nodeStates[node] !== NodeState.ready || seen?.has(node) === true) continue
    seen?.add(node)
    const task = { node, submission: submissions[node]! + 1 }
    // Most often it is one, and an array that grows has room for seventeen.
    if (tasks === undefined) tasks = [task]
    else tasks.push(task)
  }
  if (tasks === undefined) return false
  submit(round, tasks)
  return true
}

const submit = (round: Round, tasks: ReadonlyArray<TaskReference>): void => {
  if (tasks.length === 0) return
  emit(round, { _tag: "SubmissionPlanned", tasks })
  command(round, { _tag: "Submit", tasks })
}

/** The same through the queue; answers whether anything went. */
const planQueued = (round: Round): boolean => {
  const { state } = round
  const queue = state.queue ??= ReadyQueue.make(state.plan)
  for (const node of state.ready) ReadyQueue.push(queue, node)
  state.ready = []
  state.readyStaleCount = 0
  takeDue(round, (node) => {
    if (state.released?.[node] === 1) ReadyQueue.pushUrgent(queue, node)
    else ReadyQueue.push(queue, node)
  })
  const chosen = new Set<number>()
  const promised = Admission.nothing()
  do {
    choose(round, queue, chosen, promised)
  } while (unparkFreed(state, queue, promised))
  if (chosen.size === 0) return false
  const tasks: Array<TaskReference> = []
  for (const node of chosen) start(state, node, round, tasks)
  submit(round, tasks)
  return true
}

const choose = (
  round: Round,
  queue: ReadyQueue.ReadyQueue,
  chosen: Set<number>,
  promised: Admission.Promised
): void => {
  const { nowMs, state } = round
  for (;;) {
    const node = ReadyQueue.peek(queue)
    if (node === undefined) return
    const isStale = chosen.has(node)
      || !(state.nodeStates[node] === NodeState.ready || Admission.isRetryDue(state, node, nowMs))
    if (isStale) {
      recheck(state, node)
      ReadyQueue.pop(queue)
      continue
    }
    const full = Admission.fullResourceOf(state, node, promised)
    if (full !== undefined) {
      recheck(state, node)
      ReadyQueue.park(queue, full)
      continue
    }
    if (Admission.crowdOf(state, node, promised) !== undefined) return
    Admission.promise(state, node, promised)
    chosen.add(node)
    ReadyQueue.pop(queue)
  }
}

/** A place that was offered to a node which does not take it is offered to the next. */
const recheck = (state: RunState, node: number): void => {
  const { resources } = state.plan.traits
  if (resources === undefined) return
  for (let at = resources.offsets[node]!; at < resources.offsets[node + 1]!; at++) {
    state.resourcesFreed.push(resources.rows[at]!)
  }
}

const unparkFreed = (
  state: RunState,
  queue: ReadyQueue.ReadyQueue,
  promised: Admission.Promised
): boolean => {
  let isAnyMoved = false
  for (const resource of new Set(state.resourcesFreed)) {
    const free = Admission.freePlaces(state, resource, promised)
    if (free > 0 && ReadyQueue.unpark(queue, resource, free) > 0) isAnyMoved = true
  }
  state.resourcesFreed.length = 0
  return isAnyMoved
}
