/**
 * What the scheduler must know of single nodes beside the graph, in typed arrays that exist only
 * when some node needs them: a plan that uses none of it pays for none of it.
 */
import * as TriggerCondition from "./TriggerCondition.ts"
import type { NamedRule, TriggerRule } from "./TriggerRule.ts"
import * as Workflow from "./Workflow.ts"

/**
 * A rule that is ready to be applied.
 *
 * @category models
 */
export type ResolvedRule = NamedRule | TriggerCondition.CompiledCondition

/**
 * Concurrency pools and mutexes by one index, and which nodes take a place in which: those of node
 * `n` are `rows[offsets[n] .. offsets[n + 1])`.
 *
 * @category models
 */
export interface ResourceTable {
  /** `pool NAME` or `mutex NAME`. */
  readonly names: ReadonlyArray<string>
  readonly sizes: Int32Array
  readonly offsets: Int32Array
  readonly rows: Int32Array
}

/**
 * The rules of the nodes, each named rule and each condition once.
 *
 * @category models
 */
export interface RuleTable {
  /** By node; 0 is `allSucceeded`. */
  readonly numbers: Int32Array
  /** By number. */
  readonly rules: ReadonlyArray<ResolvedRule>
  /** How many nodes have another than `allSucceeded`. */
  readonly count: number
}

/**
 * The traits, by node index.
 *
 * @category models
 */
export interface NodeTraits {
  /** Absent when every node has one slot. */
  readonly slots: Int32Array | undefined
  /** Absent when no node has a priority. */
  readonly priorities: Float64Array | undefined
  /** Whether any node says how long it runs, so that ranking by remaining time means something. */
  readonly hasEstimates: boolean
  /** Absent when every node has the rule `allSucceeded`. */
  readonly rules: RuleTable | undefined
  /** 1 for a finalizer; absent when there are none. */
  readonly finalizers: Uint8Array | undefined
  readonly finalizerCount: number
  /** 1 for a node whose result may come from the cache; absent when there are none. */
  readonly cached: Uint8Array | undefined
  /**
   * 1 for a node whose outputs are read when its task has ended well: it declares some, or its result is
   * kept, which is collected also when it is nothing but the success. Absent when there are none.
   */
  readonly collected: Uint8Array | undefined
  /** Absent when no node names a pool or a mutex. */
  readonly resources: ResourceTable | undefined
}

/**
 * Collects the traits of a checked workflow. `O(nodes)`.
 *
 * @category constructors
 */
export const make = (
  workflow: Workflow.Workflow,
  indexOf: (name: string) => number | undefined
): NodeTraits => {
  const { nodes } = workflow
  let slots: Int32Array | undefined
  let priorities: Float64Array | undefined
  let finalizers: Uint8Array | undefined
  let cached: Uint8Array | undefined
  let collected: Uint8Array | undefined
  let rules: RuleCollection | undefined
  let finalizerCount = 0
  let hasEstimates = false
  let hasResources = false
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!
    if (node.slots !== 1) (slots ??= new Int32Array(nodes.length).fill(1))[index] = node.slots
    if (node.priority !== undefined) {
      ;(priorities ??= new Float64Array(nodes.length))[index] = node.priority
    }
    if (node.estimateMs !== undefined) hasEstimates = true
    if (node.finalizer === true) {
      ;(finalizers ??= new Uint8Array(nodes.length))[index] = 1
      finalizerCount++
    }
    if (node.cache !== undefined && node.finalizer !== true) {
      ;(cached ??= new Uint8Array(nodes.length))[index] = 1
    }
    if (node.outputs.length > 0 || cached?.[index] === 1) {
      ;(collected ??= new Uint8Array(nodes.length))[index] = 1
    }
    if (node.when !== undefined || node.finalizer === true) {
      const rule = Workflow.ruleOf(node)
      if (rule !== "allSucceeded") {
        rules ??= collectRules(nodes.length, indexOf)
        rules.numbers[index] = rules.numberOf(rule)
        rules.count++
      }
    }
    if (node.pools !== undefined || node.mutex !== undefined) hasResources = true
  }
  const resources = hasResources ? resourcesOf(workflow) : undefined
  return {
    slots,
    priorities,
    hasEstimates,
    rules: rules === undefined
      ? undefined
      : { numbers: rules.numbers, rules: rules.rules, count: rules.count },
    finalizers,
    finalizerCount,
    cached,
    collected,
    resources
  }
}

interface RuleCollection extends RuleTable {
  count: number
  readonly numberOf: (rule: TriggerRule) => number
}

const collectRules = (
  nodeCount: number,
  indexOf: (name: string) => number | undefined
): RuleCollection => {
  const rules: Array<ResolvedRule> = ["allSucceeded"]
  const known = new Map<TriggerRule, number>()
  return {
    numbers: new Int32Array(nodeCount),
    rules,
    count: 0,
    numberOf: (rule) => {
      let number = known.get(rule)
      if (number === undefined) {
        number = rules.push(
          typeof rule === "string" ? rule : TriggerCondition.compile(rule, indexOf)
        ) - 1
        known.set(rule, number)
      }
      return number
    }
  }
}

/**
 * Whether a node has another rule than `allSucceeded`.
 *
 * @category queries
 */
export const hasRule = ({ rules }: NodeTraits, node: number): boolean =>
  rules !== undefined && rules.numbers[node] !== 0

/**
 * The rule of a node.
 *
 * @category queries
 */
export const ruleOf = ({ rules }: NodeTraits, node: number): ResolvedRule =>
  rules === undefined ? "allSucceeded" : rules.rules[rules.numbers[node]!]!

const resourcesOf = (workflow: Workflow.Workflow): ResourceTable => {
  const { nodes } = workflow
  const pools = workflow.pools ?? {}
  const indexes = new Map<string, number>()
  const names: Array<string> = []
  const sizes: Array<number> = []
  const indexOf = (name: string, size: number): number => {
    const found = indexes.get(name)
    if (found !== undefined) return found
    indexes.set(name, names.length)
    sizes.push(size)
    return names.push(name) - 1
  }
  const offsets = new Int32Array(nodes.length + 1)
  const rows: Array<number> = []
  for (let index = 0; index < nodes.length; index++) {
    const { mutex, pools: named } = nodes[index]!
    const own = new Set<number>()
    for (const pool of named ?? []) own.add(indexOf(`pool ${pool}`, pools[pool] ?? 1))
    if (mutex !== undefined) own.add(indexOf(`mutex ${mutex}`, 1))
    rows.push(...own)
    offsets[index + 1] = rows.length
  }
  return { names, sizes: Int32Array.from(sizes), offsets, rows: Int32Array.from(rows) }
}
