/**
 * Wishes for a run that another process works on, through files in the run's own directory: no port
 * is open, and whoever may write there may steer.
 *
 * C1 A wish is answered once, with a reply in a file of its own; both are whole when they are seen.
 * C2 A wish that nobody took in time is withdrawn, so that it cannot be taken later.
 * C3 Wishes that were there before the process began are answered by nobody and removed.
 * C4 When the disk is full, a request and its reply are written into a file that was made before, the
 *    mailbox: to replace what a file holds takes no room on most file systems.
 */
import * as MakeDirectory from "@batchwave/client/MakeDirectory"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync
} from "node:fs"
import { join } from "node:path"
import * as FreeSpace from "./FreeSpace.ts"

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
 * What is answered: a text for people and a value for programs, what is wrong with the request, or that
 * it is granted and cannot be done, nor written down, before the disk has room.
 *
 * @category models
 */
export const Reply = Schema.Union([
  Schema.TaggedStruct("Done", { text: Schema.String, value: Schema.Json }),
  Schema.TaggedStruct("Postponed", { message: Schema.String }),
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

/** Room for one request, and then for its reply, in bytes. */
const mailboxBytes = 16_384

const mailboxOf = (directory: string): string => join(directory, "mailbox")

/** What stands in for a reply that the mailbox has no room for. */
const tooLong = "the disk is full, and the answer is too long for the room that was kept for it"

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
  yield* keepMailbox(directory)
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
      const replyPath = path.replace(requestSuffix, replySuffix)
      if (tryWrite(replyPath, encodeReply(reply))) return rmSync(taken, { force: true })
      if (!replaceText(taken, encodeReply(reply))) replaceText(taken, encodeReply(refused(tooLong)))
      renameSync(taken, replyPath)
    })
  }
})

/** Makes the mailbox when there is none, and room for it. */
const keepMailbox = (directory: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const path = mailboxOf(directory)
    if (existsSync(path)) return
    tryWrite(path, " ".repeat(mailboxBytes))
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
    const sent = yield* Effect.option(
      Effect.try(() => send(directory, path, encodeRequest(request)))
    )
    if (Option.isNone(sent)) return undefined
    if (!sent.value) return refused(noRoom(directory))
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

/** Answers whether it was sent. */
const send = (directory: string, path: string, request: string): boolean => {
  if (tryWrite(path, request)) return true
  const taken = `${path}.partial`
  rmSync(taken, { force: true })
  // Of two that ask at once, one gets it.
  if (!Result.isSuccess(Result.try(() => renameSync(mailboxOf(directory), taken)))) return false
  const isWritten = replaceText(taken, request)
  renameSync(taken, isWritten ? path : mailboxOf(directory))
  return isWritten
}

const noRoom = (directory: string): string =>
  `nothing can be asked of the run: the disk of ${directory} is full${
    FreeSpace.text(directory)
  }; free `
  + "some space there and ask again"

/** Answers whether there was room for it. */
const tryWrite = (path: string, text: string): boolean => {
  try {
    write(path, text)
    return true
  } catch (error) {
    if (!(error instanceof Error && "code" in error && isFullCode(error.code))) throw error
    rmSync(`${path}.partial`, { force: true })
    return false
  }
}

const isFullCode = (code: unknown): boolean => code === "ENOSPC" || code === "EDQUOT"

/** Writes over what a file holds, without making it longer; answers whether it fits. */
const replaceText = (path: string, text: string): boolean => {
  const file = openSync(path, "r+")
  try {
    const bytes = Buffer.from(text)
    const roomBytes = fstatSync(file).size
    if (bytes.length > roomBytes) return false
    const whole = Buffer.alloc(roomBytes, " ")
    bytes.copy(whole)
    return writeSync(file, whole, 0, roomBytes, 0) === roomBytes
  } catch (error) {
    if (error instanceof Error && "code" in error && isFullCode(error.code)) return false
    throw error
  } finally {
    closeSync(file)
  }
}

/** Writes beside the file and renames, so that a half-written one is never seen. */
const write = (path: string, text: string): void => {
  writeFileSync(`${path}.partial`, text, { mode: 0o600, flag: "wx" })
  renameSync(`${path}.partial`, path)
}
