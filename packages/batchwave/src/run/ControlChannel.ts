/**
 * Wishes for a run that another process works on, through files in the run's own directory: no port
 * is open, and whoever may write there may steer.
 *
 * C1 A wish is answered once, with a reply in a file of its own; both are whole when they are seen.
 * C2 A wish that nobody took in time is withdrawn, so that it cannot be taken later.
 * C3 Wishes that were there before the process began are answered by nobody and removed.
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** How often the process that works on the run looks for wishes. */
const lookMs = 200

/** How often the one that asks looks for its reply. */
const replyLookMs = 50

const Nodes = Schema.Array(Schema.String)

/**
 * What can be asked. Nodes are named.
 *
 * @category models
 */
export const Request = Schema.Union([
  Schema.TaggedStruct("Pause", {}),
  Schema.TaggedStruct("Continue", {}),
  Schema.TaggedStruct("Cancel", { nodes: Schema.optionalKey(Nodes) }),
  Schema.TaggedStruct("SetFailureMode", { mode: Schema.String }),
  Schema.TaggedStruct("Rerun", {
    select: Schema.Array(Schema.String),
    exclude: Schema.Array(Schema.String),
    slots: Schema.optionalKey(Schema.Number),
    isDry: Schema.Boolean
  }),
  Schema.TaggedStruct("Status", {}),
  Schema.TaggedStruct("Explain", { nodes: Nodes }),
  Schema.TaggedStruct("Locate", { nodes: Nodes, running: Schema.optionalKey(Schema.Boolean) }),
  Schema.TaggedStruct("Follow", { after: Schema.Number })
])

/**
 * A request.
 *
 * @category models
 */
export type Request = typeof Request.Type

/**
 * What is answered: a text for people and a value for programs, or what is wrong with the request.
 *
 * @category models
 */
export const Reply = Schema.Union([
  Schema.TaggedStruct("Done", { text: Schema.String, value: Schema.Json }),
  Schema.TaggedStruct("Refused", { message: Schema.String })
])

/**
 * A reply.
 *
 * @category models
 */
export type Reply = typeof Reply.Type

const decodeRequest = Schema.decodeUnknownOption(Schema.fromJsonString(Request))
const encodeRequest = Schema.encodeSync(Schema.fromJsonString(Request))
const decodeReply = Schema.decodeUnknownOption(Schema.fromJsonString(Reply))
const encodeReply = Schema.encodeSync(Schema.fromJsonString(Reply))

const requestSuffix = ".request.json"
const replySuffix = ".reply.json"

/**
 * Answers requests for as long as it lives. A directory that cannot be used is logged once; the run
 * goes on without being steered.
 *
 * @category operations
 */
export const serve = (
  directory: string,
  answer: (request: Request) => Effect.Effect<Reply>
): Effect.Effect<void> =>
  Effect.try(() => {
    rmSync(directory, { recursive: true, force: true })
    MakeDirectory.make(directory)
  }).pipe(
    Effect.andThen(Effect.forever(Effect.andThen(Effect.sleep(lookMs), look(directory, answer)))),
    Effect.catch((error) => Effect.logWarning("the run cannot be steered while it runs", error))
  )

const look = Effect.fnUntraced(function*(
  directory: string,
  answer: (request: Request) => Effect.Effect<Reply>
) {
  const names = yield* Effect.try(() =>
    readdirSync(directory).filter((name) => name.endsWith(requestSuffix)).toSorted()
  )
  for (const name of names) {
    const path = join(directory, name)
    const taken = `${path}.taken`
    // Whoever withdraws it first keeps it from being answered.
    const text = yield* Effect.option(Effect.try(() => {
      renameSync(path, taken)
      return readFileSync(taken, "utf8")
    }))
    if (Option.isNone(text)) continue
    const request = decodeRequest(text.value)
    const reply = Option.isSome(request)
      ? yield* answer(request.value)
      : refused("the process that works on the run does not know this request; is it older?")
    yield* Effect.try(() => {
      write(path.replace(requestSuffix, replySuffix), encodeReply(reply))
      rmSync(taken, { force: true })
    })
  }
})

/**
 * The reply that a request cannot be granted.
 *
 * @category constructors
 */
export const refused = (message: string): Reply => ({ _tag: "Refused", message })

/**
 * Asks the process that works on the run. `undefined` when no process took the request within
 * `timeoutMs`.
 *
 * @category operations
 */
export const ask: (
  directory: string,
  request: Request,
  timeoutMs: number
) => Effect.Effect<Reply | undefined> = Effect.fn("ControlChannel.ask")(
  function*(directory, request, timeoutMs) {
    const startedAtMs = yield* Clock.currentTimeMillis
    const unit = yield* Random.next
    const name = `${startedAtMs}-${Math.floor(unit * 0x1_0000_0000).toString(16)}`
    const path = join(directory, name + requestSuffix)
    const replyPath = join(directory, name + replySuffix)
    const sent = yield* Effect.option(Effect.try(() => write(path, encodeRequest(request))))
    if (Option.isNone(sent)) return undefined
    for (;;) {
      yield* Effect.sleep(replyLookMs)
      const reply = readReply(replyPath)
      if (reply !== undefined) return reply
      if ((yield* Clock.currentTimeMillis) - startedAtMs < timeoutMs) continue
      const withdrawn = yield* Effect.option(Effect.try(() => rmSync(path)))
      if (Option.isSome(withdrawn)) return undefined
    }
  }
)

const readReply = (path: string): Reply | undefined => {
  const text = Option.liftThrowable(() => readFileSync(path, "utf8"))()
  const reply = Option.flatMap(text, decodeReply)
  if (Option.isNone(reply)) return undefined
  rmSync(path, { force: true })
  return reply.value
}

/** Writes beside the file and renames, so that a half-written one is never seen. */
const write = (path: string, text: string): void => {
  writeFileSync(`${path}.partial`, text, { mode: 0o600, flag: "wx" })
  renameSync(`${path}.partial`, path)
}
