/**
 * The events of a run wherever they are: told by the process that works on it, or left in its journal.
 */
import * as JournalDoctor from "@batchwave/engine/JournalDoctor"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as EventFollowing from "../run/EventFollowing.ts"
import type { RunDirectory } from "../run/RunDirectory.ts"
import * as RunEvents from "../run/RunEvents.ts"
import { ofEngine, usage } from "./CommandError.ts"
import * as ProcessQuestion from "./ProcessQuestion.ts"

/** Records handed over at a time. */
const chunkRecords = 1_000

/**
 * Who wants the events.
 *
 * @category models
 */
export interface FollowerOptions {
  /** Events up to this sequence are left out. */
  readonly after: number
  /** Told once, before the first event: the run and the names of its nodes. */
  readonly introduce: (introduction: object) => Effect.Effect<void>
  /** Takes whole lines, one JSON record each. */
  readonly take: (lines: string) => Effect.Effect<void>
}

/**
 * A follower and what it has been told.
 *
 * @category models
 */
export interface Follower extends FollowerOptions {
  /** @internal */
  isIntroduced: boolean
  /** The sequence of the last event taken. */
  last: number
}

/**
 * A follower that has been told nothing yet.
 *
 * @category constructors
 */
export const make = (options: FollowerOptions): Follower => ({
  ...options,
  isIntroduced: false,
  last: options.after
})

/**
 * Tells what happens until nobody works on the run any more, and all that its journal holds. Fails
 * when the journal is damaged, or the process that works on the run does not answer.
 *
 * @category operations
 */
export const toTheEnd = Effect.fn("RunFollowing.toTheEnd")(
  function*(follower: Follower, directory: RunDirectory) {
    while (yield* JournalDoctor.isHeld(directory.journal)) yield* live(follower, directory)
    yield* recorded(follower, directory)
  }
)

/**
 * Tells what the journal holds. Fails when it is damaged, or a process works on the run.
 *
 * @category operations
 */
export const recorded = Effect.fn("RunFollowing.recorded")(function*(
  follower: Follower,
  { journal, runId }: RunDirectory
) {
  const found = yield* RunEvents.read(journal, follower.last).pipe(
    Effect.mapError((error) => ofEngine(error, runId, ""))
  )
  if (found === undefined) return yield* usage(`run ${runId} has not begun`)
  yield* introduce(follower, RunEvents.introduction(found.header))
  yield* found.events.pipe(
    Stream.map(EventFollowing.line),
    Stream.grouped(chunkRecords),
    Stream.runForEach((lines) => follower.take(lines.join("")))
  )
}, Effect.scoped)

const introduce = Effect.fnUntraced(function*(follower: Follower, introduction: object) {
  if (follower.isIntroduced) return
  follower.isIntroduced = true
  yield* follower.introduce(introduction)
})

const Followed = Schema.Struct({ path: Schema.String, introduction: Schema.Json })

const decodeFollowed = Schema.decodeUnknownOption(Followed)

const decodeSequence = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ sequence: Schema.Number }))
)

/** Tells until the process is gone. */
const live = Effect.fnUntraced(function*(follower: Follower, directory: RunDirectory) {
  const { journal, runId } = directory
  const { isLive, reply } = yield* ProcessQuestion.ask(directory, {
    _tag: "Follow",
    after: follower.last
  })
  if (!isLive) return
  if (reply === undefined) return yield* ProcessQuestion.unanswered(runId)
  if (reply._tag !== "Done") return yield* usage(reply.message)
  const followed = decodeFollowed(reply.value)
  if (Option.isNone(followed)) {
    return yield* usage(
      `the process that works on run ${runId} answers in another way; is it older?`
    )
  }
  const { introduction, path } = followed.value
  if (typeof introduction === "object" && introduction !== null) {
    yield* introduce(follower, introduction)
  }
  const isOver = Effect.map(JournalDoctor.isHeld(journal), (isHeld) => !isHeld)
  yield* EventFollowing.follow(path, isOver, (lines) => {
    const start = lines.lastIndexOf("\n", lines.length - 2) + 1
    const last = decodeSequence(lines.slice(start))
    if (Option.isSome(last)) follower.last = last.value.sequence
    return follower.take(lines)
  })
})
