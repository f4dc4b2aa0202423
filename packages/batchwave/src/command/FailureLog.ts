/**
 * The end of a failed task's standard error, shown as soon as its node has failed for good.
 *
 * The text is read in the background, bounded in bytes, and never holds the run up; when many nodes
 * fail, only the first ones are shown.
 */
import type { Plan } from "@batchwave/core/Plan"
import type { RunEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Finder } from "../run/TaskFiles.ts"
import { clean, cleanLine } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"

/** Bytes read from the end of the file. */
const tailBytes = 65_536

/**
 * Lines shown of one task.
 *
 * @category constants
 */
export const linesShown = 20

/** Tasks whose log is shown in one run. */
const tasksShownMax = 5

/** Time for the logs that are still to come when the run has ended. */
const drainMsMax = 10_000

/**
 * Shows logs.
 *
 * @category models
 */
export interface FailureLog {
  /** Takes one journaled batch. */
  readonly observe: (events: ReadonlyArray<RunEvent>, state: RunState) => Effect.Effect<void>
  /** Waits until what was asked for is shown, for a bounded time. */
  readonly drain: Effect.Effect<void>
}

/**
 * Where the logs are.
 *
 * @category models
 */
export type LogFinder = Finder<{ readonly message: string }>

/** A failed task and the job that held it. */
interface WantedTask {
  readonly job: string
  readonly task: TaskReference
}

type Wanted = WantedTask | "end"

/**
 * Makes the log of a run whose first job is known, and follows it into others, also into those it was
 * in before it was resumed. Its reading ends with the scope.
 *
 * @category constructors
 */
export const make: (
  plan: Plan,
  jobId: string,
  find: LogFinder
) => Effect.Effect<FailureLog, never, Screen | Scope.Scope> = Effect.fnUntraced(
  function*(plan, jobId, find) {
    const screen = yield* Screen
    const naming = TaskNaming.make(plan)
    const wanted = yield* Queue.unbounded<Wanted>()
    const drained = yield* Deferred.make<void>()
    let asked = 0
    let isClosing = false
    const show = Effect.fnUntraced(function*({ job, task }: WantedTask) {
      const taskId = naming.idOf(task)
      const name = cleanLine(plan.names[task.node] ?? taskId)
      const text = yield* readTail(find, job, taskId)
      yield* screen.say(render(name, taskId, text))
    })
    const serve = Effect.gen(function*() {
      while (true) {
        if (isClosing && (yield* Queue.size(wanted)) === 0) {
          return yield* Deferred.succeed(drained, undefined)
        }
        yield* Effect.flatMap(
          Queue.take(wanted),
          (next) => next === "end" ? Effect.void : show(next)
        )
      }
    })
    yield* Effect.forkScoped(serve)
    return {
      observe: (events, state) => {
        const isReplacement = ({ _tag }: RunEvent) => _tag === "JobReplaced"
        let place = state.jobs.length - events.filter(isReplacement).length
        return Effect.forEach(events, (event) => {
          if (isReplacement(event)) place++
          if (event._tag !== "NodeFailed" || event.failure._tag === "Rejected") return Effect.void
          if (++asked > tasksShownMax) return Effect.void
          const submission = state.submissions[event.node] ?? 1
          const job = state.jobs[place - 1]?.id ?? jobId
          return Queue.offer(wanted, { job, task: { node: event.node, submission } })
        }, { discard: true })
      },
      drain: Effect.suspend(() => {
        isClosing = true
        return Queue.offer(wanted, "end").pipe(
          Effect.andThen(Deferred.await(drained)),
          Effect.timeoutOption(drainMsMax),
          Effect.andThen(
            asked > tasksShownMax
              ? screen.say(`the logs of ${asked - tasksShownMax} more failed nodes are not shown`)
              : Effect.void
          )
        )
      })
    } satisfies FailureLog
  }
)

/** The end of a file, or why there is none. */
type Tail =
  | { readonly _tag: "Text"; readonly text: string; readonly isCut: boolean }
  | { readonly _tag: "Missing"; readonly why: string }

const readTail = (find: LogFinder, jobId: string, taskId: string): Effect.Effect<Tail> =>
  Effect.gen(function*() {
    const file = yield* find([jobId], taskId, "stderr.txt")
    if (file === undefined) {
      return { _tag: "Missing", why: "the service has none of this task" } satisfies Tail
    }
    const startByte = Math.max(0, file.contentBytes - tailBytes)
    const text = yield* file.from(startByte).pipe(Stream.decodeText, Stream.mkString)
    return { _tag: "Text", text, isCut: startByte > 0 } satisfies Tail
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed<Tail>({ _tag: "Missing", why: cleanLine(error.message) })
    )
  )

/**
 * The log of one task as lines: where it comes from, then its end.
 *
 * @category rendering
 */
export const render = (name: string, taskId: string, tail: Tail): string => {
  if (tail._tag === "Missing") return `  ${name}: its stderr is not available: ${tail.why}`
  const lines = clean(tail.text).replace(/\n+$/, "").split("\n")
  if (lines.length === 1 && lines[0] === "") return `  ${name}: its stderr is empty`
  const shown = lines.slice(-linesShown)
  const head = tail.isCut || lines.length > shown.length
    ? `the last ${shown.length} lines of stderr`
    : "stderr"
  return [`  ${name}: ${head} (task ${taskId}):`, ...shown.map((line) => `  | ${line}`)].join("\n")
}
