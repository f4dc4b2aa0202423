/**
 * The threads of the laboratory beside the first.
 *
 * A thread takes a while until it runs its first trial, and makes the experiment of the request itself. So
 * one is begun before the command has loaded and checked everything, and may turn out not to be needed.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { availableParallelism } from "node:os"
import { extname } from "node:path"
import { Worker as Thread } from "node:worker_threads"
import { type CommandError, usage } from "../command/CommandError.ts"
import type { Answer, Order } from "./LabOrder.ts"
import type { LabRequest } from "./LabRequest.ts"

/**
 * Somebody who carries out orders, one at a time.
 *
 * @category models
 */
export type Worker = (order: Order) => Effect.Effect<Answer, CommandError>

/**
 * Threads that have begun, and how to get more.
 *
 * @category models
 */
export interface LabThreads {
  /** Workers on so many threads; they end with the scope. */
  readonly open: (
    threads: number
  ) => Effect.Effect<ReadonlyArray<Worker>, never, Scope.Scope>
}

/**
 * Begins a thread for a request, unless one is all that is asked for or all that the machine runs at once.
 *
 * @category constructors
 */
export const begin = (
  request: LabRequest,
  threads: Option.Option<number>
): Effect.Effect<LabThreads, never, Scope.Scope> =>
  Effect.map(
    Option.getOrElse(threads, availableParallelism) > 1
      ? Effect.asSome(thread(request))
      : Effect.succeedNone,
    (first) => ({
      open: (count) =>
        Effect.map(
          Effect.forEach(
            Array.from({ length: count }),
            (_, place) =>
              place === 0 && Option.isSome(first)
                ? Effect.succeed(first.value)
                : thread(request)
          ),
          (opened) => opened.flat()
        )
    })
  )

/** Megabytes for what a thread has made lately: enough for several trials, so few live through a look. */
const youngMegabytes = 64

/**
 * A thread that answers in the order in which it was asked. Two ask it, so that the next order lies
 * before it when it is done with one.
 */
const thread = (
  request: LabRequest
): Effect.Effect<ReadonlyArray<Worker>, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const script = `worker${extname(import.meta.url)}`
        return new Thread(new URL(script, import.meta.url), {
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
        for (const resume of asking.splice(0)) resume(usage(why))
      }
      worker.on("message", (answer: Answer) => asking.shift()?.(Effect.succeed(answer)))
      worker.on("error", (cause: Error) => fail(`a thread died: ${cause.message}`))
      worker.on("exit", () => fail("a thread ended too early"))
      const ask = (order: Order) =>
        Effect.callback<Answer, CommandError>((resume) => {
          if (why !== undefined) return resume(usage(why))
          asking.push(resume)
          worker.postMessage(order, [])
        })
      return [ask, ask]
    }
  )
