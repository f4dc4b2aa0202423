/**
 * `batchwave events`: what happened in a run, and with `--follow` what happens in it, one JSON record
 * a line.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as EventFollowing from "../run/EventFollowing.ts"
import { Screen } from "../screen/Screen.ts"
import * as KnownRun from "./KnownRun.ts"
import * as RunFollowing from "./RunFollowing.ts"

/**
 * The settings of the command.
 *
 * @category models
 */
export interface EventsSettings {
  readonly run: Option.Option<string>
  readonly data: string
  /** Events up to this sequence are left out. */
  readonly after: number
  /** The first sequence that is wanted, in the place of `after`. */
  readonly from: Option.Option<number>
  /** Goes on while a process works on the run. */
  readonly follow: boolean
}

/**
 * Prints a line about the run and its nodes, then a line for each event. Fails when the journal is
 * damaged, or, without `follow`, when a process works on the run.
 *
 * @category operations
 */
export const run = Effect.fn("EventsCommand.run")(function*(settings: EventsSettings) {
  const screen = yield* Screen
  const directory = yield* KnownRun.find(settings.data, settings.run)
  const follower = RunFollowing.make({
    after: Option.match(settings.from, {
      onNone: () => settings.after,
      onSome: (from) => from - 1
    }),
    introduce: (introduction) => screen.result(EventFollowing.line(introduction)),
    take: (lines) => screen.result(lines)
  })
  yield* settings.follow
    ? RunFollowing.toTheEnd(follower, directory)
    : RunFollowing.recorded(follower, directory)
})
