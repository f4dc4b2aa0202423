/**
 * Which dependencies the service itself can hold: a task that is added together with its parents and
 * names them in `dependsOn` waits in the service, and goes on although nobody watches.
 *
 * N1 The service knows one rule, "every parent succeeded", so a node with another rule waits with us.
 * N2 What a request contains must be known when it is made, so a node that reads another node's
 *    output waits with us until that is there.
 * N3 The service judges a parent by its exit code, so a parent whose JSON outputs we check holds its
 *    children with us.
 * N4 Finalizers, and nodes of a pool or with a mutex, are let go by us one by one.
 * N5 A node whose result may come from the cache waits with us: what it reads must be known to look.
 * N6 The ids of one task's parents must fit in the characters the service allows, also when each of
 *    them was made again; a node with more waits with us.
 *
 * @source TaskDependencies 2024-02-01.19.0 (taskIds: combined length at most 64,000 characters)
 */
import * as NodeTraits from "./NodeTraits.ts"
import type { Plan } from "./Plan.ts"
import type { TaskReference } from "./RunEvent.ts"
import type { RunState } from "./RunState.ts"
import * as TaskNaming from "./TaskNaming.ts"
import { references } from "./Workflow.ts"

/**
 * The most characters that the ids of one task's parents may have together.
 *
 * @category constants
 */
export const parentCharactersMax = 64_000

/**
 * Why a node waits with us, as a word for a table.
 *
 * @category models
 */
export type WaitReason =
  | "rule"
  | "finalizer"
  | "pool"
  | "cache"
  | "readsOutputs"
  | "fanIn"
  | "parentOutputsChecked"

/**
 * Which nodes may wait in the service, and which may be waited for there: an edge is native when its
 * child may wait and its parent may be waited for.
 *
 * @category models
 */
export interface NativePlan {
  /** By node: 1 when the service can hold it back. */
  readonly canWait: Uint8Array
  /** By node: 1 when the service can judge it for its children. */
  readonly canGate: Uint8Array
  /** Why a node cannot wait; absent for those that can. */
  readonly reasons: ReadonlyMap<number, WaitReason>
}

/**
 * Plans the native mode. `O(nodes + edges)`.
 *
 * @category constructors
 */
export const make = (plan: Plan): NativePlan => {
  const { nodeCount } = plan.graph
  const canWait = new Uint8Array(nodeCount)
  const canGate = new Uint8Array(nodeCount)
  const reasons = new Map<number, WaitReason>()
  const isTooWide = fanInOf(plan)
  for (let node = 0; node < nodeCount; node++) {
    const reason = reasonOf(plan, node, isTooWide)
    if (reason === undefined) canWait[node] = 1
    else reasons.set(node, reason)
    const authored = plan.workflow.nodes[node]!
    if (!authored.outputs.some((output) => output._tag === "Json")) canGate[node] = 1
  }
  return { canWait, canGate, reasons }
}

const reasonOf = (
  plan: Plan,
  node: number,
  isTooWide: (node: number) => boolean
): WaitReason | undefined => {
  const { finalizers, resources } = plan.traits
  if (finalizers?.[node] === 1) return "finalizer"
  if (NodeTraits.hasRule(plan.traits, node)) return "rule"
  if (resources !== undefined && resources.offsets[node + 1]! > resources.offsets[node]!) {
    return "pool"
  }
  if (plan.traits.cached?.[node] === 1) return "cache"
  if (isTooWide(node)) return "fanIn"
  return references(plan.workflow.nodes[node]!).length > 0 ? "readsOutputs" : undefined
}

/** Whether the parents' ids may get too long; ids are looked at only where so many could be. */
const fanInOf = (plan: Plan): (node: number) => boolean => {
  const { parentOffsets, parents } = plan.graph
  let ids: ReadonlyArray<string> | undefined
  return (node) => {
    const first = parentOffsets[node]!
    const end = parentOffsets[node + 1]!
    if ((end - first) * TaskNaming.idCharactersMax <= parentCharactersMax) return false
    ids ??= TaskNaming.firstIdsOf(plan)
    let characters = 0
    for (let edge = first; edge < end; edge++) {
      characters += ids[parents[edge]!]!.length + TaskNaming.suffixCharactersMax
    }
    return characters > parentCharactersMax
  }
}

/**
 * Whether the service holds the child back until the parent has succeeded.
 *
 * @category queries
 */
export const isNativeEdge = (native: NativePlan, parent: number, child: number): boolean =>
  native.canWait[child] === 1 && native.canGate[parent] === 1

/**
 * The edges that are not native, each with the reason, in plan order.
 *
 * @category queries
 */
export const clientEdges = (
  plan: Plan,
  native: NativePlan
): ReadonlyArray<{
  readonly parent: number
  readonly child: number
  readonly reason: WaitReason
}> => {
  const found: Array<{ parent: number; child: number; reason: WaitReason }> = []
  const { nodeCount, parentOffsets, parents } = plan.graph
  for (let child = 0; child < nodeCount; child++) {
    for (let edge = parentOffsets[child]!; edge < parentOffsets[child + 1]!; edge++) {
      const parent = parents[edge]!
      if (isNativeEdge(native, parent, child)) continue
      found.push({ parent, child, reason: native.reasons.get(child) ?? "parentOutputsChecked" })
    }
  }
  return found
}

/**
 * The tasks that the task of a node names in `dependsOn`: those of its parents over native edges.
 * Empty outside the native mode. The answer stays the same for one submission of the node, so a
 * request that is made again is the same request.
 *
 * @category queries
 */
export const dependsOn = (state: RunState, node: number): ReadonlyArray<TaskReference> => {
  const { native, plan: { graph: { parentOffsets, parents } }, submissions, waitedFor } = state
  if (native === undefined || native.canWait[node] === 0) return []
  const before = waitedFor.get(node)
  const tasks: Array<TaskReference> = []
  for (let edge = parentOffsets[node]!; edge < parentOffsets[node + 1]!; edge++) {
    const parent = parents[edge]!
    if (native.canGate[parent] === 0) continue
    const now = state.substituted.has(parent) ? 0 : submissions[parent]!
    const submission = before?.get(parent) ?? now
    // Without a task there is nothing to wait for: its result is a substitute, or from the cache.
    if (submission > 0) tasks.push({ node: parent, submission })
  }
  return tasks
}

/**
 * Says a reason in words that follow "it waits with us because".
 *
 * @category rendering
 */
export const describe = (reason: WaitReason): string => {
  switch (reason) {
    case "rule":
      return "the service knows no trigger rule but success"
    case "finalizer":
      return "it is a finalizer"
    case "pool":
      return "it takes a place in a pool or a mutex"
    case "cache":
      return "its result may be in the cache"
    case "readsOutputs":
      return "it reads another node's output"
    case "fanIn":
      return `its parents' ids may have more than ${parentCharactersMax} characters together`
    case "parentOutputsChecked":
      return "its parent's outputs are checked first"
  }
}
