/**
 * One number for each task of a plan, by node and submission.
 *
 * Nearly every task is the first of its node, so those stand in an array; the others in a map.
 */
import type { TaskReference } from "@batchwave/core/RunEvent"

/** The numbers; a task that has none is `NaN` in the array, absent in the map. */
export interface TaskNumbers {
  readonly first: Float64Array
  readonly later: Map<number, number>
}

/** Makes numbers for the tasks of so many nodes; none has one. */
export const make = (nodeCount: number): TaskNumbers => ({
  first: new Float64Array(nodeCount).fill(NaN),
  later: new Map()
})

/** The number of a task; `NaN` when it has none. */
export const get = (numbers: TaskNumbers, { node, submission }: TaskReference): number =>
  at(numbers, node, submission)

/** The same, of a task that has no reference yet. */
export const at = ({ first, later }: TaskNumbers, node: number, submission: number): number =>
  submission === 1 ? first[node]! : later.get(keyOf({ node, submission })) ?? NaN

/** Gives a task a number. */
export const set = (
  { first, later }: TaskNumbers,
  { node, submission }: TaskReference,
  value: number
): void => {
  if (submission === 1) first[node] = value
  else later.set(keyOf({ node, submission }), value)
}

/** Takes the number of a task away. */
export const remove = (
  { first, later }: TaskNumbers,
  { node, submission }: TaskReference
): void => {
  if (submission === 1) first[node] = NaN
  else later.delete(keyOf({ node, submission }))
}

/** One number for a task of the plan. */
export const keyOf = ({ node, submission }: TaskReference): number => node * 65_536 + submission
