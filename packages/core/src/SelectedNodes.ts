/**
 * Which nodes of a run a selection means, and what a rerun of them brings back.
 */
import * as Failure from "./Failure.ts"
import { reopenedBy } from "./internal/Rerun.ts"
import { isSettled, NodeState } from "./NodeState.ts"
import type { Plan } from "./Plan.ts"
import type { RunState } from "./RunState.ts"
import * as Selection from "./Selection.ts"

/**
 * The nodes by index, ascending, or everything that is wrong.
 *
 * @category models
 */
export type SelectedNodes =
  | { readonly _tag: "Selected"; readonly nodes: ReadonlyArray<number> }
  | { readonly _tag: "Invalid"; readonly problems: ReadonlyArray<string> }

/**
 * The nodes that one of `selections` means and none of `excluded`. `O(length × (nodes + edges))`.
 *
 * @category queries
 */
export const select = (
  state: RunState,
  selections: ReadonlyArray<string>,
  excluded: ReadonlyArray<string> = []
): SelectedNodes => {
  const problems: Array<string> = []
  const chosen = anyOf(state, selections, problems)
  const left = anyOf(state, excluded, problems)
  if (problems.length > 0) return { _tag: "Invalid", problems }
  const nodes: Array<number> = []
  chosen.forEach((isChosen, node) => {
    if (isChosen === 1 && left[node] === 0) nodes.push(node)
  })
  return { _tag: "Selected", nodes }
}

/** By node, 1 for those that a set holds. */
type Mask = Uint8Array

interface Scope {
  readonly state: RunState
  readonly text: string
  readonly problems: Array<string>
}

const emptyOf = ({ nodeStates }: RunState): Mask => new Uint8Array(nodeStates.length)

const anyOf = (state: RunState, texts: ReadonlyArray<string>, problems: Array<string>): Mask => {
  const mask = emptyOf(state)
  for (const text of texts) {
    const parsed = Selection.parse(text)
    if (parsed._tag === "Malformed") {
      problems.push(Selection.problemAt(text, parsed.at, parsed.message))
    } else add(mask, maskOf({ state, text, problems }, parsed.selection))
  }
  return mask
}

const add = (mask: Mask, other: Mask): void => {
  for (let node = 0; node < mask.length; node++) mask[node]! |= other[node]!
}

const maskOf = (scope: Scope, selection: Selection.Selection): Mask => {
  const { state } = scope
  switch (selection._tag) {
    case "All":
      return emptyOf(state).fill(1)
    case "Outcome": {
      const wanted = NodeState[selection.outcome]
      return where(state, (node) => state.nodeStates[node] === wanted)
    }
    case "Class":
      return ofClass(scope, selection)
    case "Wave":
      return ofWave(scope, selection)
    case "Name":
      return named(scope, selection)
    case "Union": {
      const mask = emptyOf(state)
      for (const part of selection.of) add(mask, maskOf(scope, part))
      return mask
    }
    case "Intersection": {
      const mask = emptyOf(state).fill(1)
      for (const part of selection.of) {
        const other = maskOf(scope, part)
        for (let node = 0; node < mask.length; node++) mask[node]! &= other[node]!
      }
      return mask
    }
    case "Not": {
      const mask = maskOf(scope, selection.of)
      return where(state, (node) => mask[node] === 0)
    }
    case "Around":
      return around(state.plan, maskOf(scope, selection.of), selection)
  }
}

const where = (state: RunState, holds: (node: number) => boolean): Mask => {
  const mask = emptyOf(state)
  for (let node = 0; node < mask.length; node++) if (holds(node)) mask[node] = 1
  return mask
}

/** Adds ancestors from the last level to the first, descendants from the first to the last. */
const around = (
  { graph, order }: Plan,
  of: Mask,
  { withAncestors, withDescendants }: Selection.Selection & { readonly _tag: "Around" }
): Mask => {
  const mask = of.slice()
  if (withAncestors) {
    const up = of.slice()
    for (let place = order.length - 1; place >= 0; place--) {
      const node = order[place]!
      if (up[node] === 0) continue
      mask[node] = 1
      const end = graph.parentOffsets[node + 1]!
      for (let edge = graph.parentOffsets[node]!; edge < end; edge++) up[graph.parents[edge]!] = 1
    }
  }
  if (!withDescendants) return mask
  const down = of.slice()
  for (const node of order) {
    if (down[node] === 0) continue
    mask[node] = 1
    const end = graph.childOffsets[node + 1]!
    for (let edge = graph.childOffsets[node]!; edge < end; edge++) down[graph.children[edge]!] = 1
  }
  return mask
}

const ofClass = (
  { problems, state, text }: Scope,
  { at, name }: Selection.Selection & { readonly _tag: "Class" }
): Mask => {
  const wanted = name.toLowerCase()
  const classes = new Set<string>()
  const mask = emptyOf(state)
  for (const [node, { failure }] of state.finalFailures) {
    const own = Failure.classOf(failure)
    classes.add(own)
    if (own.toLowerCase() === wanted) mask[node] = 1
  }
  const known = [...new Set([...classes, ...Failure.classes])]
  if (!known.some((one) => one.toLowerCase() === wanted)) {
    problems.push(Selection.problemAt(text, at, Selection.unknownName("class", name, known)))
  }
  return mask
}

const ofWave = (
  { problems, state, text }: Scope,
  { at, wave }: Selection.Selection & { readonly _tag: "Wave" }
): Mask => {
  const { levelCount, levelOf } = state.plan
  if (wave > levelCount) {
    const waves = levelCount === 1 ? "1 wave" : `${levelCount} waves`
    problems.push(Selection.problemAt(text, at, `there is no wave ${wave}; the plan has ${waves}`))
  }
  return where(state, (node) => levelOf[node] === wave - 1)
}

const named = (
  { problems, state, text }: Scope,
  { at, kind, name }: Selection.Selection & { readonly _tag: "Name" }
): Mask => {
  const { indexOf, names, workflow: { nodes } } = state.plan
  const index = kind === "group" ? undefined : indexOf(name)
  if (index !== undefined) return where(state, (node) => node === index)
  const mask = kind === "node"
    ? emptyOf(state)
    : where(state, (node) => nodes[node]?.group === name)
  if (mask.includes(1)) return mask
  const groups = new Set<string>()
  for (const { group } of nodes) if (group !== undefined) groups.add(group)
  const known = kind === "node" ? names : kind === "group" ? [...groups] : [
    ...new Set([...groups, ...names, ...Selection.outcomes, "all"])
  ]
  const what = kind === "either" ? "node or group" : kind
  problems.push(Selection.problemAt(text, at, Selection.unknownName(what, name, known)))
  return mask
}

/**
 * What a rerun of chosen nodes comes to.
 *
 * - `chosen`: those of them that have settled and will run again.
 * - `brought`: nodes that were kept from running, and finalizers, which are decided anew.
 * - `unsettled`: chosen nodes that have not settled; they go on as they are.
 *
 * @category models
 */
export interface Rerun {
  readonly chosen: ReadonlyArray<number>
  readonly brought: ReadonlyArray<number>
  readonly unsettled: ReadonlyArray<number>
}

/**
 * Says what a rerun would bring back, without changing anything.
 *
 * @category queries
 */
export const rerunOf = (state: RunState, nodes: ReadonlyArray<number>): Rerun => {
  const chosen = nodes.filter((node) => isSettled(state.nodeStates[node]!))
  const own = new Set(chosen)
  return {
    chosen,
    brought: chosen.length === 0
      ? []
      : reopenedBy(state, chosen).filter((node) => !own.has(node)),
    unsettled: nodes.filter((node) => !isSettled(state.nodeStates[node]!))
  }
}
