/**
 * A workflow that can run: names resolved once to dense indexes, checked, and sorted into levels.
 *
 * L1 Index `i` is `workflow.nodes[i]` everywhere.
 * L2 A plan exists only if no rule is broken; otherwise every problem is reported at once.
 * L3 It keeps 23 bytes a node and 8 bytes an edge in typed arrays, and one array of the names.
 */
import * as CriticalPath from "./CriticalPath.ts"
import * as Cycle from "./Cycle.ts"
import * as Fingerprint from "./Fingerprint.ts"
import * as CaseConflict from "./internal/CaseConflict.ts"
import * as ErrorList from "./internal/ErrorList.ts"
import * as NameIndex from "./internal/NameIndex.ts"
import * as NodeCheck from "./internal/NodeCheck.ts"
import * as ScheduleCheck from "./internal/ScheduleCheck.ts"
import * as TextCheck from "./internal/TextCheck.ts"
import * as NodeTraits from "./NodeTraits.ts"
import type { PlanError } from "./PlanError.ts"
import * as TaskGraph from "./TaskGraph.ts"
import * as TopologicalOrder from "./TopologicalOrder.ts"
import type { Workflow, WorkflowNode } from "./Workflow.ts"

/**
 * A checked, ordered workflow.
 *
 * @category models
 */
export interface Plan {
  readonly workflow: Workflow
  readonly names: ReadonlyArray<string>
  readonly graph: TaskGraph.TaskGraph
  /** Every index once, level after level, in the order of authorship within a level. */
  readonly order: Int32Array
  readonly levelOf: Int32Array
  /** Length `levelCount + 1`: level `l` is `order[levelOffsets[l] .. levelOffsets[l + 1])`. */
  readonly levelOffsets: Int32Array
  readonly levelCount: number
  readonly indexOf: (name: string) => number | undefined
  /** What the scheduler must know of single nodes, beside the graph. */
  readonly traits: NodeTraits.NodeTraits
}

/**
 * A plan, or all that is wrong with the workflow: up to 100 problems, then how many more.
 *
 * @category models
 */
export type PlanResult =
  | { readonly _tag: "Planned"; readonly plan: Plan }
  | { readonly _tag: "Invalid"; readonly errors: ReadonlyArray<PlanError> }

/**
 * Checks a workflow and plans it. `O(size of the workflow)`, without recursion over the graph.
 *
 * These are all the rules of a workflow; front ends add only those of their own notation. A parent
 * named twice counts once. Problems are reported as far as the rest can still be judged: a
 * cycle is found also when some names are wrong.
 *
 * @category constructors
 */
export const make = (workflow: Workflow): PlanResult => {
  const { nodes } = workflow
  const errors = ErrorList.make()
  checkWorkflowName(workflow.name, errors)
  if (nodes.length === 0) ErrorList.add(errors, { _tag: "EmptyWorkflow", workflow: workflow.name })
  const names = nodes.map((node) => node.name)
  const index = NameIndex.make(names)
  checkNames(names, index, errors)
  ScheduleCheck.checkPools(workflow.pools, errors)
  const context = NodeCheck.make(workflow, names, index, errors)
  const { parentOffsets, parents } = resolveParents(context, index)
  const planned = planGraph(TaskGraph.make(nodes.length, parentOffsets, parents))
  if (planned._tag === "Cyclic") {
    ErrorList.addFirst(errors, { _tag: "Cycle", path: namesOf(names, planned.cycle) })
  }
  for (const node of nodes) NodeCheck.check(context, node)
  if (planned._tag === "Cyclic" || errors.shown.length > 0) {
    return { _tag: "Invalid", errors: ErrorList.toErrors(errors) }
  }
  const { graph, levelCount, levelOf, levelOffsets, order } = planned
  return {
    _tag: "Planned",
    plan: {
      workflow,
      names,
      graph,
      order,
      levelOf,
      levelOffsets,
      levelCount,
      indexOf: index.indexOf,
      traits: NodeTraits.make(workflow, index.indexOf)
    }
  }
}

/**
 * The names of each level, in plan order.
 *
 * @category queries
 */
export const levelsOf = (plan: Plan): ReadonlyArray<ReadonlyArray<string>> => {
  const levels: Array<ReadonlyArray<string>> = []
  for (let level = 0; level < plan.levelCount; level++) {
    const indexes = plan.order.subarray(plan.levelOffsets[level], plan.levelOffsets[level + 1])
    levels.push(namesOf(plan.names, indexes))
  }
  return levels
}

/**
 * The chain of nodes that takes longest by `estimateMs`, where a node without an estimate counts 1.
 * Computed at each call. `O(nodes + edges)`.
 *
 * @category queries
 */
export const criticalPath = (
  plan: Plan
): { readonly names: ReadonlyArray<string>; readonly lengthMs: number } => {
  const path = CriticalPath.make(plan.graph, plan, weightsOf(plan.workflow.nodes))
  return { names: namesOf(plan.names, path.nodes), lengthMs: path.lengthMs }
}

/**
 * For each node, the weight of the longest chain from it to the end, itself included.
 *
 * @category queries
 */
export const remainingMs = (plan: Plan): Float64Array =>
  CriticalPath.remainingMs(plan.graph, plan, weightsOf(plan.workflow.nodes))

/**
 * A text that changes when what would run changes; see `Fingerprint`.
 *
 * @category queries
 */
export const fingerprint = (source: Plan | Workflow): string =>
  Fingerprint.ofWorkflow("workflow" in source ? source.workflow : source)

/**
 * A text that changes when what one node would run changes; see `Fingerprint`.
 *
 * @category queries
 */
export const nodeFingerprint = (node: WorkflowNode): string => Fingerprint.ofNode(node)

/**
 * A graph with its levels, or with a witness of why it has none.
 *
 * @internal
 */
export type PlannedGraph =
  | (Extract<TopologicalOrder.TopologicalOrder, { readonly _tag: "Ordered" }> & {
    readonly graph: TaskGraph.TaskGraph
    /** Present when weights were given. */
    readonly criticalPath?: CriticalPath.CriticalPath
  })
  | { readonly _tag: "Cyclic"; readonly cycle: Int32Array }

/**
 * Plans a graph of indexes: levels and, with `weights`, the critical path; or a cycle.
 *
 * @internal
 */
export const planGraph = (graph: TaskGraph.TaskGraph, weights?: Float64Array): PlannedGraph => {
  const sorted = TopologicalOrder.make(graph)
  if (sorted._tag === "Cyclic") {
    return { _tag: "Cyclic", cycle: Cycle.find(graph, sorted.leftover) }
  }
  if (weights === undefined) return { ...sorted, graph }
  return { ...sorted, graph, criticalPath: CriticalPath.make(graph, sorted, weights) }
}

const checkWorkflowName = (name: string, errors: ErrorList.ErrorList): void => {
  const why = name === "" ? "is empty; give it one" : TextCheck.problem(name)
  if (why !== undefined) ErrorList.add(errors, { _tag: "InvalidWorkflowName", name, why })
}

const checkNames = (
  names: ReadonlyArray<string>,
  index: NameIndex.NameIndex,
  errors: ErrorList.ErrorList
): void => {
  for (let place = 0; place < names.length; place++) {
    const name = names[place]!
    if (name === "") ErrorList.add(errors, { _tag: "EmptyName", index: place })
    const why = TextCheck.problem(name)
    if (why !== undefined) {
      ErrorList.add(errors, { _tag: "InvalidText", node: name, place: "name", why })
    }
  }
  const places = new Map<number, Array<number>>()
  for (const again of index.repeated) {
    const first = index.indexOf(names[again] ?? "") ?? again
    const known = places.get(first)
    if (known === undefined) places.set(first, [first, again])
    else known.push(again)
  }
  for (const [first, indexes] of places) {
    const name = names[first] ?? ""
    if (name !== "") ErrorList.add(errors, { _tag: "DuplicateName", name, indexes })
  }
  for (const group of CaseConflict.find(names)) {
    ErrorList.add(errors, { _tag: "CaseConflict", names: namesOf(names, group) })
  }
}

/** Nodes whose dependencies are looked up together. */
const nodesPerBlock = 256

/** Turns the names in `after` into rows of indexes, leaving out what cannot be an edge. */
const resolveParents = (
  context: NodeCheck.NodeCheck,
  index: NameIndex.NameIndex
): { readonly parentOffsets: Int32Array; readonly parents: Int32Array } => {
  const { nodes } = context
  let countMax = 0
  for (const node of nodes) countMax += node.after.length
  const parentOffsets = new Int32Array(nodes.length + 1)
  const parents = new Int32Array(countMax)
  const lastChildOf = new Int32Array(nodes.length).fill(-1)
  let looked = 0
  let edge = 0
  for (let first = 0; first < nodes.length; first += nodesPerBlock) {
    const end = Math.min(nodes.length, first + nodesPerBlock)
    const wanted: Array<string> = []
    for (let child = first; child < end; child++) {
      for (const dependency of nodes[child]!.after) wanted.push(dependency)
    }
    // What is found stands behind the edges kept so far, which never overtake it.
    index.indexesOf(wanted, parents, looked)
    for (let child = first; child < end; child++) {
      for (const dependency of nodes[child]!.after) {
        const parent = parents[looked++]!
        if (parent === -1 || dependency === nodes[child]!.name) {
          addImpossibleEdge(context, child, dependency, lastChildOf)
        } else if (lastChildOf[parent] !== child) {
          lastChildOf[parent] = child
          parents[edge++] = parent
        }
      }
      parentOffsets[child + 1] = edge
    }
  }
  return { parentOffsets, parents: edge === countMax ? parents : parents.slice(0, edge) }
}

/** Reports a dependency on the node itself, once a node, or on one that does not exist. */
const addImpossibleEdge = (
  context: NodeCheck.NodeCheck,
  child: number,
  dependency: string,
  lastChildOf: Int32Array
): void => {
  const node = context.nodes[child]!
  if (dependency !== node.name) NodeCheck.addUnknownDependency(context, node.name, dependency)
  else if (lastChildOf[child] !== child) {
    lastChildOf[child] = child
    ErrorList.add(context.errors, { _tag: "SelfDependency", node: node.name })
  }
}

const weightsOf = (nodes: ReadonlyArray<WorkflowNode>): Float64Array | undefined => {
  if (nodes.every((node) => node.estimateMs === undefined)) return undefined
  const weights = new Float64Array(nodes.length)
  for (let index = 0; index < nodes.length; index++) weights[index] = nodes[index]!.estimateMs ?? 1
  return weights
}

const namesOf = (
  names: ReadonlyArray<string>,
  indexes: Int32Array | ReadonlyArray<number>
): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let position = 0; position < indexes.length; position++) {
    found.push(names[indexes[position]!] ?? "")
  }
  return found
}
