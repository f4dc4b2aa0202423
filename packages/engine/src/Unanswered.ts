/**
 * Which requests about tasks have no sure answer yet: adds and reactivations, by which a task is on its
 * way into the service's queue, and ends.
 *
 * W1 A task that is to end while it is on its way ends after its outcome is known: ended before, it
 *    would come to life behind our back.
 */
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"

/**
 * The tasks; changed in place.
 *
 * @category models
 */
export interface Unanswered {
  /** By key. @internal */
  readonly open: Set<number>
  /** Of those, the ones to be ended, by key. @internal */
  readonly ending: Map<number, TaskReference>
  /** The tasks whose end was asked for, by key. @internal */
  readonly ends: Set<number>
  /** Tasks to be ended: their outcome is known by now, or a listing has shown what nobody waits for. */
  readonly due: Queue.Queue<TaskReference>
}

/**
 * Begins with nothing on its way.
 *
 * @category constructors
 */
export const make: Effect.Effect<Unanswered> = Effect.map(
  Queue.unbounded<TaskReference>(),
  (due) => ({ open: new Set(), ending: new Map(), ends: new Set(), due })
)

const submissionsMax = 65_536

const keyOf = ({ node, submission }: TaskReference): number => node * submissionsMax + submission

/**
 * Notes that somebody is about to ask for these tasks.
 *
 * @category operations
 */
export const ask = ({ open }: Unanswered, tasks: ReadonlyArray<TaskReference>): void => {
  for (const task of tasks) open.add(keyOf(task))
}

/**
 * Answers whether a task may be ended now; one that may not becomes due when its outcome is known.
 *
 * @category operations
 */
export const mayEnd = ({ ending, open }: Unanswered, task: TaskReference): boolean => {
  const key = keyOf(task)
  if (!open.has(key)) return true
  ending.set(key, task)
  return false
}

/**
 * Notes that somebody is about to ask for the end of these tasks.
 *
 * @category operations
 */
export const askEnds = ({ ends }: Unanswered, tasks: ReadonlyArray<TaskReference>): void => {
  for (const task of tasks) ends.add(keyOf(task))
}

/**
 * Notes that nobody waits for an answer about the end of a task any more.
 *
 * @category operations
 */
export const endAnswered = ({ ends }: Unanswered, task: TaskReference): void => {
  ends.delete(keyOf(task))
}

/**
 * Whether a task is to end already: its end was asked for, or will be once it has arrived.
 *
 * @category queries
 */
export const isEnding = ({ ending, ends }: Unanswered, task: TaskReference): boolean =>
  ends.has(keyOf(task)) || ending.has(keyOf(task))

/**
 * Notes that the outcomes are known, and whatever follows from them reported.
 *
 * @category operations
 */
export const answered = (
  { due, ending, open }: Unanswered,
  tasks: ReadonlyArray<TaskReference>
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const ended: Array<TaskReference> = []
    for (const task of tasks) {
      const key = keyOf(task)
      open.delete(key)
      if (ending.delete(key)) ended.push(task)
    }
    return ended.length === 0 ? Effect.void : Effect.asVoid(Queue.offerAll(due, ended))
  })
