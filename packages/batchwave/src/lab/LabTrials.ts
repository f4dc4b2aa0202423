/**
 * Runs the trials of an experiment, on this thread or on several, and hands them over in order.
 *
 * R1 Outcomes come trial after trial, each with its arms in order, whichever thread was first.
 * R2 Whether to stop is asked at the same numbers of trials whatever the number of threads, and what
 *    was run beyond is left out. So the same experiment gives the same outcomes.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import * as Trial from "@batchwave/lab/Trial"
import * as Variant from "@batchwave/lab/Variant"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { extname } from "node:path"
import { Worker } from "node:worker_threads"
import { CommandError } from "../command/CommandError.ts"
import { ExitCode } from "../command/ExitCode.ts"
import type { LabRequest } from "./LabRequest.ts"

/** Trials between two looks, and in one order to a thread. */
export const chunkTrials = 5

/**
 * An order to a thread: run these trials of all arms.
 *
 * @category models
 */
export interface Order {
  readonly from: number
  /** Not included. */
  readonly until: number
  /** What is changed of the experiment. @default nothing */
  readonly variant?: Variant.Variant
}

/**
 * What a thread says: the outcomes of the order, or why there are none.
 *
 * @category models
 */
export type Answer =
  | { readonly outcomes: ReadonlyArray<Trial.Outcome> }
  | { readonly problem: string }

/**
 * Those who carry out orders, one at a time each.
 *
 * @category models
 */
export type Workers = ReadonlyArray<(order: Order) => Effect.Effect<Answer, CommandError>>

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
 * Makes workers: this thread, and beside it further ones that make the experiment from its request. This
 * thread has loaded everything, so it begins at once, and as many threads as there are processors are busy.
 *
 * @category constructors
 */
export const open = (
  experiment: Experiment,
  request: LabRequest,
  threads: number
): Effect.Effect<Workers, never, Scope.Scope> =>
  Effect.map(
    Effect.forEach(Array.from({ length: threads - 1 }), () => thread(request)),
    (further) => [...further.flat(), (order) => here(experiment, order)]
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
          if ("problem" in answer) return yield* broken(answer.problem)
          yield* line.put(place, answer.outcomes)
        }
      }),
    { concurrency: "unbounded", discard: true }
  )
}

/**
 * Carries out an order on this thread.
 *
 * @category operations
 */
export const carryOut = (experiment: Experiment, order: Order): Answer => {
  const outcomes: Array<Trial.Outcome> = []
  const varied = Variant.apply(experiment, order.variant ?? {})
  for (let trial = order.from; trial < order.until; trial++) {
    for (const arm of varied.arms) {
      try {
        outcomes.push(Trial.run(varied, arm, trial))
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        return { problem: `trial ${trial} of the arm "${arm.name}" broke: ${why}` }
      }
    }
  }
  return { outcomes }
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

/** Megabytes for what a thread has made lately: enough for several trials, so few live through a look. */
const youngMegabytes = 64

/**
 * A thread that answers in the order in which it was asked. Two ask it, so that the next order lies
 * before it when it is done with one.
 */
const thread = (request: LabRequest): Effect.Effect<Workers, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const script = `worker${extname(import.meta.url)}`
        return new Worker(new URL(script, import.meta.url), {
          workerData: request,
          resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes }
        })
      }),
      (worker) => Effect.promise(() => worker.terminate())
    ),
    (worker) => {
      const asking: Array<(answer: Effect.Effect<Answer, CommandError>) => void> = []
      let why: string | undefined
      const fail = (message: string) => {
        why ??= message
        for (const resume of asking.splice(0)) resume(broken(why))
      }
      worker.on("message", (answer: Answer) => asking.shift()?.(Effect.succeed(answer)))
      worker.on("error", (cause: Error) => fail(`a thread died: ${cause.message}`))
      worker.on("exit", () => fail("a thread ended too early"))
      const ask = (order: Order) =>
        Effect.callback<Answer, CommandError>((resume) => {
          if (why !== undefined) return resume(broken(why))
          asking.push(resume)
          worker.postMessage(order, [])
        })
      return [ask, ask]
    }
  )

const broken = (message: string): Effect.Effect<never, CommandError> =>
  Effect.fail(new CommandError({ exitCode: ExitCode.usage, message }))
