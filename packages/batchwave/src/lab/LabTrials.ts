/**
 * Runs the trials of an experiment, on this thread or on several, and hands them over in order.
 *
 * R1 Outcomes come trial after trial, each with its arms in order, whichever thread was first.
 * R2 Whether to stop is asked at the same numbers of trials whatever the number of threads, and what
 *    was run beyond is left out. So the same experiment gives the same outcomes.
 */
import * as ConfidenceSequence from "@batchwave/lab/ConfidenceSequence"
import type { Experiment } from "@batchwave/lab/Experiment"
import type * as Trial from "@batchwave/lab/Trial"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type CommandError, usage } from "../command/CommandError.ts"
import { type Answer, carryOut, type Order } from "./LabOrder.ts"
import type { LabThreads, Worker } from "./LabThreads.ts"

/** Trials between two looks, and in one order to a thread. */
export const chunkTrials = ConfidenceSequence.lookEach

/**
 * Those who carry out orders, one at a time each.
 *
 * @category models
 */
export type Workers = ReadonlyArray<Worker>

/**
 * What to run.
 *
 * @category models
 */
export interface Task extends Order {
  readonly workers: Workers
  /** Takes the outcomes of whole trials in order; `true` means that it is enough. */
  readonly take: (outcomes: ReadonlyArray<Trial.Outcome>) => Effect.Effect<boolean, CommandError>
}

/**
 * Makes workers: this thread, and beside it further ones. This thread has loaded everything, so it begins
 * at once, and as many threads as there are processors are busy.
 *
 * @category constructors
 */
export const open = (
  experiment: Experiment,
  further: LabThreads,
  threads: number
): Effect.Effect<Workers, never, Scope.Scope> =>
  Effect.map(
    further.open(threads - 1),
    (workers) => [...workers, (order) => here(experiment, order)]
  )

/**
 * Runs trials. Fails when a policy throws, a thread dies, or `take` fails.
 *
 * @category operations
 */
export const run = (task: Task): Effect.Effect<void, CommandError> => {
  const orders = ordersOf(task)
  const line = lineUp(task.take)
  return Effect.forEach(
    task.workers,
    (ask) =>
      Effect.gen(function*() {
        while (!line.isOver()) {
          const place = orders.taken++
          const order = orders.list[place]
          if (order === undefined) return
          const answer = yield* ask(order)
          if ("problem" in answer) return yield* usage(answer.problem)
          yield* line.put(place, answer.outcomes)
        }
      }),
    { concurrency: "unbounded", discard: true }
  )
}

/** Orders begin at multiples of their size, so that looks are the same after an interruption. */
const ordersOf = ({ variant = {}, ...task }: Task) => {
  const list: Array<Order> = []
  for (let { from } = task; from < task.until;) {
    const until = Math.min(task.until, from - from % chunkTrials + chunkTrials)
    list.push({ from, until, variant })
    from = until
  }
  return { list, taken: 0 }
}

const lineUp = (take: Task["take"]) => {
  const early = new Map<number, ReadonlyArray<Trial.Outcome>>()
  let next = 0
  let over = false
  return {
    isOver: () => over,
    put: Effect.fnUntraced(function*(place: number, outcomes: ReadonlyArray<Trial.Outcome>) {
      early.set(place, outcomes)
      for (let due = early.get(next); due !== undefined && !over; due = early.get(next)) {
        early.delete(next++)
        over = yield* take(due)
      }
    })
  }
}

const here = (experiment: Experiment, order: Order): Effect.Effect<Answer> =>
  Effect.andThen(Effect.yieldNow, Effect.sync(() => carryOut(experiment, order)))
