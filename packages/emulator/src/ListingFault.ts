/**
 * What can be done to reads on purpose, as data: pages that are odd, and a service that tells things
 * later than they happen.
 */
import * as Schema from "effect/Schema"

/** The furthest anyone looks back: an hour. */
const lagMsMax = 3_600_000

const LagMs = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: lagMsMax }))

/**
 * Bends one page of a listing. Applies to operations that have pages.
 *
 * @category models
 */
export const PageFault = Schema.Struct({
  _tag: Schema.Literal("Page"),
  /** The most items of the page; 0 makes an empty page that links to the one it should have been. */
  itemsMax: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))),
  /**
   * Lets the next page begin so many items early, as when items are added while someone pages; at
   * least one item of each page is not told again. @default 0
   */
  repeats: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))),
  /** Leaves so many items out at the beginning of every page but the first. @default 0 */
  skips: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))),
  /** Links the page to itself, or to another host. */
  nextLink: Schema.optionalKey(Schema.Literals(["Looping", "Foreign"])),
  /** The origin of a foreign link. @default "http://foreign.invalid" */
  foreignOrigin: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(/^https?:\/\/[\w.:[\]-]{1,255}$/))
  )
})

/** Bends one page of a listing. */
export interface PageFault extends Schema.Schema.Type<typeof PageFault> {}

/**
 * Refuses the link to a later page of a listing, as if it were too old. Requests for a first page do
 * not match.
 *
 * @category models
 */
export const ExpiredLinkFault = Schema.Struct({ _tag: Schema.Literal("ExpiredLink") })

/** Refuses the link to a later page of a listing. */
export interface ExpiredLinkFault extends Schema.Schema.Type<typeof ExpiredLinkFault> {}

/**
 * Lists tasks as they were a while ago: one that was added since is not there, one that has changed
 * since is in its old state, and when the change shows its time is an old one. Applies to `Task_List`;
 * what a filter passes is decided on what is told. A task that was deleted since is still there, but
 * not if its job was deleted, too. Nothing is known of the time before the plan.
 *
 * @category models
 */
export const StaleFault = Schema.Struct({
  _tag: Schema.Literal("Stale"),
  lagMs: LagMs,
  /** A drawn part of this is added for each request. @default 0 */
  jitterMs: Schema.optionalKey(LagMs),
  /** Ids of the tasks that are told late, with `*` and `?`. @default "*" */
  tasks: Schema.optionalKey(Schema.String)
})

/** Lists tasks as they were a while ago. */
export interface StaleFault extends Schema.Schema.Type<typeof StaleFault> {}

/**
 * Leaves tasks out of a listing. Applies to `Task_List`.
 *
 * @category models
 */
export const OmitFault = Schema.Struct({
  _tag: Schema.Literal("Omit"),
  /** Ids, with `*` and `?`. */
  tasks: Schema.String
})

/** Leaves tasks out of a listing. */
export interface OmitFault extends Schema.Schema.Type<typeof OmitFault> {}

/**
 * Does not find what was added a short while ago: the task a request names, or its job when it names
 * no task. Requests for older ones do not match.
 *
 * @category models
 */
export const NotYetFault = Schema.Struct({
  _tag: Schema.Literal("NotYet"),
  /** Milliseconds since the add. */
  forMs: LagMs
})

/** Does not find what was added a short while ago. */
export interface NotYetFault extends Schema.Schema.Type<typeof NotYetFault> {}
