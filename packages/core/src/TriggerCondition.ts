/**
 * A condition over parents, resolved to indexes and decided as early as it can be.
 *
 * Each parent that has not settled can still end in any way. A condition that names every parent
 * once is decided exactly by three-valued logic; parents that are named several times and have not
 * settled are tried in all their outcomes, up to `splitsMax` of them, so that `a or not a` is known
 * at once too. With more of those the answer may come later, at the latest when they have settled.
 */
import { type Condition, parentOutcomes } from "./TriggerRule.ts"

/**
 * How many unsettled parents, each named more than once, are tried in all their outcomes.
 *
 * @category constants
 */
export const splitsMax = 4

/**
 * A condition over node indexes; `mask` has bit `i` for the i-th of `parentOutcomes`.
 *
 * @category models
 */
export interface CompiledCondition {
  readonly root: Term
  /** The parents that are named more than once. */
  readonly repeated: ReadonlyArray<number>
}

type Term =
  | { readonly _tag: "Is"; readonly parent: number; readonly mask: number }
  | { readonly _tag: "All" | "Any"; readonly of: ReadonlyArray<Term> }
  | { readonly _tag: "Not"; readonly of: Term }

/**
 * Resolves a condition. `indexOf` must know every name in it.
 *
 * @category constructors
 */
export const compile = (
  condition: Condition,
  indexOf: (name: string) => number | undefined
): CompiledCondition => {
  const counts = new Map<number, number>()
  const root = compileTerm(condition, indexOf, counts)
  const repeated = [...counts].filter(([, count]) => count > 1).map(([parent]) => parent)
  return { root, repeated }
}

const compileTerm = (
  condition: Condition,
  indexOf: (name: string) => number | undefined,
  counts: Map<number, number>
): Term => {
  switch (condition._tag) {
    case "Is": {
      const parent = indexOf(condition.node)
      if (parent === undefined) throw new Error(`condition over unknown node ${condition.node}`)
      counts.set(parent, (counts.get(parent) ?? 0) + 1)
      let mask = 0
      for (const outcome of condition.outcomes) mask |= 1 << parentOutcomes.indexOf(outcome)
      return { _tag: "Is", parent, mask }
    }
    case "Not":
      return { _tag: "Not", of: compileTerm(condition.of, indexOf, counts) }
    case "All":
    case "Any":
      return {
        _tag: condition._tag,
        of: condition.of.map((part) => compileTerm(part, indexOf, counts))
      }
  }
}

/**
 * Decides a condition; `undefined` while it can still go both ways. `outcomeOf` answers the index in
 * `parentOutcomes`, or -1 for a parent that has not settled.
 *
 * @category operations
 */
export const decide = (
  { repeated, root }: CompiledCondition,
  outcomeOf: (parent: number) => number
): boolean | undefined => {
  const known = evaluate(root, outcomeOf)
  if (known !== undefined) return known
  const open = repeated.filter((parent) => outcomeOf(parent) < 0)
  return open.length === 0 || open.length > splitsMax
    ? undefined
    : decideBySplit(root, outcomeOf, open)
}

const decideBySplit = (
  root: Term,
  outcomeOf: (parent: number) => number,
  open: ReadonlyArray<number>
): boolean | undefined => {
  let answer: boolean | undefined
  const combinations = parentOutcomes.length ** open.length
  for (let combination = 0; combination < combinations; combination++) {
    const assumed = new Map<number, number>()
    let rest = combination
    for (const parent of open) {
      assumed.set(parent, rest % parentOutcomes.length)
      rest = Math.floor(rest / parentOutcomes.length)
    }
    const found = evaluate(root, (parent) => assumed.get(parent) ?? outcomeOf(parent))
    if (found === undefined || (answer !== undefined && answer !== found)) return undefined
    answer = found
  }
  return answer
}

/** Kleene's three-valued logic, with one exact case: an outcome that is asked for in full or not at all. */
const evaluate = (
  term: Term,
  outcomeOf: (parent: number) => number
): boolean | undefined => {
  switch (term._tag) {
    case "Is": {
      if (term.mask === 0) return false
      if (term.mask === everyOutcome) return true
      const outcome = outcomeOf(term.parent)
      return outcome < 0 ? undefined : ((term.mask >> outcome) & 1) === 1
    }
    case "Not": {
      const inner = evaluate(term.of, outcomeOf)
      return inner === undefined ? undefined : !inner
    }
    case "All":
    case "Any": {
      const decisive = term._tag === "Any"
      let isOpen = false
      for (const part of term.of) {
        const found = evaluate(part, outcomeOf)
        if (found === decisive) return decisive
        if (found === undefined) isOpen = true
      }
      return isOpen ? undefined : !decisive
    }
  }
}

const everyOutcome = (1 << parentOutcomes.length) - 1
