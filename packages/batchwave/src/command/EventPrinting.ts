/**
 * `--jsonl`: every event of a run since it began as a line of JSON on stdout, in the place of the table.
 */
import type { LiveRun } from "@batchwave/engine/Engine"
import type { JournalFailed } from "@batchwave/engine/EngineError"
import type { EventRecord } from "@batchwave/engine/RunFeed"
import type { RunHeader } from "@batchwave/engine/RunHeader"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as EventFollowing from "../run/EventFollowing.ts"
import * as RunEvents from "../run/RunEvents.ts"
import { Screen } from "../screen/Screen.ts"
import { type CommandError, usage } from "./CommandError.ts"

/**
 * Prints the events of one run.
 *
 * @category models
 */
export interface EventPrinting {
  /** Begins, with the events before. */
  readonly begin: (live: LiveRun) => Effect.Effect<void>
  /** Waits until the last one is printed, unless it never began. */
  readonly drain: Effect.Effect<void>
}

/**
 * Prints nothing before `begin`; ends with the scope. A journal that cannot be read is logged, since the
 * run goes on.
 *
 * @category constructors
 */
export const make: Effect.Effect<EventPrinting, never, Screen | Scope.Scope> = Effect.gen(
  function*() {
    const screen = yield* Screen
    const begun = yield* Deferred.make<LiveRun>()
    const printing = yield* Deferred.await(begun).pipe(
      Effect.flatMap(({ events, header }) => print(header, events(0))),
      Effect.provideService(Screen, screen),
      Effect.catch((error) => Effect.logWarning("no more events are printed", error)),
      Effect.forkScoped
    )
    return {
      begin: (live) => Effect.asVoid(Deferred.succeed(begun, live)),
      drain: Effect.flatMap(
        Deferred.isDone(begun),
        (isBegun) => isBegun ? Effect.asVoid(Fiber.await(printing)) : Effect.void
      )
    }
  }
)

/**
 * Prints a line about the run, then one for each event.
 *
 * @category operations
 */
export const print = (
  header: RunHeader,
  events: Stream.Stream<EventRecord, JournalFailed>
): Effect.Effect<void, JournalFailed, Screen> =>
  Effect.flatMap(Screen, ({ result }) =>
    Effect.andThen(
      result(EventFollowing.line(RunEvents.introduction(header))),
      Stream.runForEachArray(
        events,
        (records) => result(records.map(EventFollowing.line).join(""))
      )
    ))

/**
 * Fails when one document and every event are asked for at once.
 *
 * @category guards
 */
export const requireOneForm = (
  { json, jsonl }: { readonly json: boolean; readonly jsonl: boolean }
): Effect.Effect<void, CommandError> =>
  json && jsonl
    ? usage("--json prints one document and --jsonl every event; leave one of them out")
    : Effect.void
