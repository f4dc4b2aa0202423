/**
 * A run in the hands of a program: started, watched event by event, steered, and awaited.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Engine from "./Engine.ts"
import type { EngineError } from "./EngineError.ts"
import { Journal } from "./Journal.ts"
import * as RunFeed from "./RunFeed.ts"

/**
 * A run that was started.
 *
 * @category models
 */
export interface Run {
  /**
   * Its events from the first one on, earlier processes included, as they become durable; ends with
   * the run. The source of progress, reports and metrics. Fails with what ends the run, when it
   * cannot begin or go on.
   */
  readonly events: Stream.Stream<RunFeed.EventRecord, EngineError>
  /** The same without the first `after` events. */
  readonly eventsAfter: (after: number) => Stream.Stream<RunFeed.EventRecord, EngineError>
  /** Asks it for something; waits until it has begun. Means nothing to a run that has ended. */
  readonly wish: (wish: Engine.Wish) => Effect.Effect<void, EngineError>
  /** Waits for its end. */
  readonly result: Effect.Effect<Engine.RunResult, EngineError>
}

/**
 * Starts a run, or goes on with one. When the scope closes before its end, the run detaches.
 *
 * @category constructors
 */
export const start: (
  options: Engine.RunOptions
) => Effect.Effect<
  Run,
  never,
  Engine.RunServices | Scope.Scope
> = Effect.fn("Run.start")(function*(options) {
  const journal = yield* Journal
  const begun = yield* Deferred.make<Engine.LiveRun>()
  const fiber = yield* Effect.forkScoped(Engine.run({
    ...options,
    steering: (live) =>
      Effect.andThen(Deferred.succeed(begun, live), options.steering?.(live) ?? Effect.void)
  }))
  const result = Fiber.join(fiber)
  // A run that had ended before never begins.
  const live = Effect.raceFirst(Deferred.await(begun), Effect.as(result, undefined))
  const eventsAfter = (after: number): Run["events"] =>
    Stream.unwrap(Effect.map(live, (run): Run["events"] => {
      if (run === undefined) return recorded(journal, after)
      // What stopped a run is told to who watches it.
      return Stream.concat(run.events(after), Stream.fromEffectDrain(result))
    }))
  return {
    events: eventsAfter(0),
    eventsAfter,
    wish: (wish) => Effect.flatMap(live, (run) => run?.wish(wish) ?? Effect.void),
    result
  }
})

const recorded = (journal: Journal["Service"], after: number): Run["events"] =>
  Stream.unwrap(Effect.map(RunFeed.make, (feed) => {
    feed.isOver = true
    return RunFeed.events(feed, journal, after)
  }))
