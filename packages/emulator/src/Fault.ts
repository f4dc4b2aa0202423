/**
 * What can be done to a request on purpose, as data.
 *
 * Where a fault has `acts`, it says whether the operation is carried out all the same: with it the
 * client cannot tell from the reply what the service did, as in life.
 */
import * as Schema from "effect/Schema"
import { BadGzipFault, CutBodyFault, PaddedFault, SlowBodyFault } from "./BodyFault.ts"
import { ExpiredLinkFault, NotYetFault, OmitFault, PageFault, StaleFault } from "./ListingFault.ts"

/** The most milliseconds a fault waits: an hour. */
const waitMsMax = 3_600_000

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const WaitMs = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: waitMsMax }))
const acts = Schema.optionalKey(Schema.Boolean)

/**
 * What a reply says about coming back later. `text` goes before `dateInMs`, which goes before
 * `seconds`; `milliseconds` is a header of its own.
 *
 * @category models
 */
export const RetryAfter = Schema.Struct({
  /** `Retry-After` in seconds. */
  seconds: Schema.optionalKey(Schema.Int),
  /** `Retry-After` as the date so many milliseconds from now. */
  dateInMs: Schema.optionalKey(Schema.Int),
  /** `Retry-After` in these words, sense or nonsense. */
  text: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{0,200}$/))
  ),
  /** `retry-after-ms`. */
  milliseconds: Schema.optionalKey(Schema.Int)
})

/** What a reply says about coming back later. */
export interface RetryAfter extends Schema.Schema.Type<typeof RetryAfter> {}

/**
 * Answers with a status instead of the operation's own reply.
 *
 * @category models
 */
export const StatusFault = Schema.Struct({
  _tag: Schema.Literal("Status"),
  status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
  /** The code of the error document. @default the first published code of the status */
  code: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\w{1,64}$/))),
  /** The first line of the document's message. */
  message: Schema.optionalKey(Schema.String),
  retryAfter: Schema.optionalKey(RetryAfter),
  /** An error document, a page as gateways send it, or nothing. @default "Document" */
  body: Schema.optionalKey(Schema.Literals(["Document", "Html", "Empty"])),
  /** The body in these very words, as JSON unless they begin with `<`; goes before `body`. */
  text: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(1_048_576))),
  /** @default false */
  acts
})

/** Answers with a status instead of the operation's own reply. */
export interface StatusFault extends Schema.Schema.Type<typeof StatusFault> {}

/**
 * Waits, then goes on.
 *
 * @category models
 */
export const DelayFault = Schema.Struct({
  _tag: Schema.Literal("Delay"),
  delayMs: WaitMs,
  /** A drawn part of this is added. @default 0 */
  jitterMs: Schema.optionalKey(WaitMs),
  /** Whether only the reply is late, and not the operation. @default false */
  acts
})

/** Waits, then goes on. */
export interface DelayFault extends Schema.Schema.Type<typeof DelayFault> {}

/**
 * Never answers; the connection stays open until the client gives up.
 *
 * @category models
 */
export const StallFault = Schema.Struct({
  _tag: Schema.Literal("Stall"),
  /** @default false */
  acts
})

/** Never answers. */
export interface StallFault extends Schema.Schema.Type<typeof StallFault> {}

/**
 * Ends the connection without a reply.
 *
 * @category models
 */
export const DropFault = Schema.Struct({
  _tag: Schema.Literal("Drop"),
  /** Ends it with a reset instead of an orderly close. @default false */
  isReset: Schema.optionalKey(Schema.Boolean),
  /** @default false */
  acts
})

/** Ends the connection without a reply. */
export interface DropFault extends Schema.Schema.Type<typeof DropFault> {}

/**
 * Sends the client to another URL, with the path and query of the request.
 *
 * @category models
 */
export const RedirectFault = Schema.Struct({
  _tag: Schema.Literal("Redirect"),
  /** Scheme, host and port, such as `http://other.invalid:8080`. */
  origin: Schema.String.check(Schema.isPattern(/^https?:\/\/[\w.:[\]-]{1,255}$/)),
  /** @default 307 */
  status: Schema.optionalKey(Schema.Literals([301, 302, 303, 307, 308]))
})

/** Sends the client to another URL. */
export interface RedirectFault extends Schema.Schema.Type<typeof RedirectFault> {}

/**
 * Takes smaller request bodies only; larger ones get 413 with this limit.
 *
 * @category models
 */
export const BodyLimitFault = Schema.Struct({
  _tag: Schema.Literal("BodyLimit"),
  bodyBytesMax: Count
})

/** Takes smaller request bodies only. */
export interface BodyLimitFault extends Schema.Schema.Type<typeof BodyLimitFault> {}

/**
 * What happens to tasks of an add of a collection. The first effect whose `tasks` a task matches
 * holds for it.
 *
 * @category models
 */
export const ItemEffect = Schema.Struct({
  /** Ids, with `*` and `?`. @default "*" */
  tasks: Schema.optionalKey(Schema.String),
  /** `Missing` leaves the result out, `Duplicated` tells it twice. */
  effect: Schema.Literals(["ServerError", "ClientError", "Missing", "Duplicated"]),
  /** The code of an error. @default "InternalError" and "InvalidPropertyValue" */
  code: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\w{1,64}$/))),
  /** Whether the task is added. @default false for an error, true otherwise */
  acts
})

/** What happens to tasks of an add of a collection. */
export interface ItemEffect extends Schema.Schema.Type<typeof ItemEffect> {}

/**
 * Bends the reply to an add of a collection.
 *
 * @category models
 */
export const CollectionFault = Schema.Struct({
  _tag: Schema.Literal("Collection"),
  items: Schema.optionalKey(Schema.Array(ItemEffect)),
  /** Results of tasks nobody sent, named `extra-1` and so on. @default 0 */
  extra: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))),
  /** @default "Shuffled", as ever */
  order: Schema.optionalKey(Schema.Literals(["Shuffled", "Input", "Reversed"]))
})

/** Bends the reply to an add of a collection. */
export interface CollectionFault extends Schema.Schema.Type<typeof CollectionFault> {}

/**
 * Any fault.
 *
 * @category models
 */
export const Fault = Schema.Union([
  StatusFault,
  DelayFault,
  StallFault,
  DropFault,
  CutBodyFault,
  SlowBodyFault,
  BadGzipFault,
  PaddedFault,
  RedirectFault,
  BodyLimitFault,
  CollectionFault,
  PageFault,
  ExpiredLinkFault,
  StaleFault,
  OmitFault,
  NotYetFault
])

/** Any fault. */
export type Fault = Schema.Schema.Type<typeof Fault>

/** The faults that decide how a request ends; at most one of them holds for a request. */
export type EndingFault =
  | StatusFault
  | StallFault
  | DropFault
  | CutBodyFault
  | SlowBodyFault
  | BadGzipFault
  | PaddedFault
  | RedirectFault
