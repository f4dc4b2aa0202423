/**
 * Which ids of a job are satisfied, and which waiting tasks look at which missing one.
 *
 * D1 satisfaction is remembered by id and not taken back by deleting the task, unless an account is
 *    made to `forget`.
 * D2 a waiting task watches exactly one unsatisfied dependency, so all its wake-ups together cost
 *    `O(ids + ranges)`, however long the ranges are.
 *
 * @source TaskDependencies 2024-02-01.19.0; Azure/Batch#129 for the memory by id
 */
import type { TaskDependencies, TaskWait } from "./Task.ts"

/**
 * The ledger of one job.
 *
 * @category models
 */
export interface DependencyLedger {
  /** Whether ids are compared to the letter, and not without regard to case. */
  readonly isExact: boolean
  /** Satisfied ids, in lower case unless they are compared to the letter. */
  readonly satisfiedIds: Set<string>
  /** For a satisfied whole number, some number above it that may be unsatisfied. */
  readonly nextNumbers: Map<number, number>
  readonly watchers: Map<string | number, Array<number>>
}

/** The largest whole number a range can hold. */
const numberMax = 2_147_483_647

/**
 * Makes a ledger in which nothing is satisfied.
 *
 * @category constructors
 */
export const make = (isExact = false): DependencyLedger => ({
  isExact,
  satisfiedIds: new Set(),
  nextNumbers: new Map(),
  watchers: new Map()
})

/**
 * Prepares the wait of a new task, or nothing when it depends on nothing.
 *
 * @category constructors
 */
export const makeWait = (
  ledger: DependencyLedger,
  dependsOn: TaskDependencies | undefined
): TaskWait | undefined => {
  if (dependsOn === undefined) return undefined
  const { taskIdRanges: ranges = [], taskIds: ids = [] } = dependsOn
  if (ids.length === 0 && ranges.length === 0) return undefined
  return {
    ids: ids.map((id) => keyOf(ledger, id)),
    ranges,
    idCursor: 0,
    rangeCursor: 0,
    watching: undefined
  }
}

/**
 * Moves a wait to its next unsatisfied dependency and watches it for the task; answers whether all
 * are satisfied.
 *
 * @category operations
 */
export const isSatisfied = (
  ledger: DependencyLedger,
  wait: TaskWait,
  taskIndex: number
): boolean => {
  for (; wait.idCursor < wait.ids.length; wait.idCursor++) {
    const id = wait.ids[wait.idCursor]!
    if (ledger.satisfiedIds.has(id)) continue
    watch(ledger, wait, id, taskIndex)
    return false
  }
  for (; wait.rangeCursor < wait.ranges.length; wait.rangeCursor++) {
    const range = wait.ranges[wait.rangeCursor]!
    const missing = nextUnsatisfied(ledger, range.start)
    if (missing > range.end) continue
    watch(ledger, wait, missing, taskIndex)
    return false
  }
  wait.watching = undefined
  return true
}

/**
 * Satisfies an id, and the whole number it spells if it does; answers with the indexes of the tasks
 * that watched either, which the caller must look at again.
 *
 * @category operations
 */
export const satisfy = (ledger: DependencyLedger, id: string): ReadonlyArray<number> => {
  const key = keyOf(ledger, id)
  const woken = takeWatchers(ledger, key)
  ledger.satisfiedIds.add(key)
  const number = numberOf(key)
  if (number === undefined || ledger.nextNumbers.has(number)) return woken
  ledger.nextNumbers.set(number, number + 1)
  return woken.concat(takeWatchers(ledger, number))
}

/**
 * Takes the satisfaction of an id back for those that come later. Costs one pass over all ids.
 *
 * @category operations
 */
export const forget = (ledger: DependencyLedger, id: string): void => {
  if (!ledger.satisfiedIds.delete(keyOf(ledger, id))) return
  ledger.nextNumbers.clear()
  for (const satisfied of ledger.satisfiedIds) {
    const number = numberOf(satisfied)
    if (number !== undefined) ledger.nextNumbers.set(number, number + 1)
  }
}

/**
 * The whole number an id spells, if it consists of digits and fits a range; leading zeros do not
 * matter.
 *
 * @category operations
 */
export const numberOf = (id: string): number | undefined => {
  let number = 0
  for (let position = 0; position < id.length; position++) {
    const digit = id.charCodeAt(position) - 48
    if (digit < 0 || digit > 9) return undefined
    number = number * 10 + digit
    if (number > numberMax) return undefined
  }
  return id.length === 0 ? undefined : number
}

const keyOf = ({ isExact }: DependencyLedger, id: string): string => isExact ? id : id.toLowerCase()

const watch = (
  ledger: DependencyLedger,
  wait: TaskWait,
  key: string | number,
  taskIndex: number
): void => {
  wait.watching = key
  const watchers = ledger.watchers.get(key)
  if (watchers === undefined) ledger.watchers.set(key, [taskIndex])
  else watchers.push(taskIndex)
}

const takeWatchers = (ledger: DependencyLedger, key: string | number): ReadonlyArray<number> => {
  const watchers = ledger.watchers.get(key)
  if (watchers === undefined) return []
  ledger.watchers.delete(key)
  return watchers
}

/** The first unsatisfied number at or above `from`, halving the path it walks for the next caller. */
const nextUnsatisfied = (ledger: DependencyLedger, from: number): number => {
  const next = ledger.nextNumbers
  let current = from
  for (;;) {
    const parent = next.get(current)
    if (parent === undefined) return current
    const grandparent = next.get(parent)
    if (grandparent === undefined) return parent
    next.set(current, grandparent)
    current = grandparent
  }
}
