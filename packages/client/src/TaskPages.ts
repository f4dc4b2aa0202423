/**
 * Walks a listing page by page along `odata.nextLink`.
 *
 * Guarantees: a short or empty page does not end the walk, only a missing link does; a link that was
 * followed before, leads to another host or comes after `pagesMax` pages fails the walk instead of
 * going on; every page is signed with the link's own full query. A link that the service does not
 * accept any more (status 400) starts the listing anew, up to `restartsMax` times, and what was handed
 * out already is not handed out again; that needs the `id` or `name` of every item, so a listing that
 * selects neither fails instead.
 *
 * @source paging, BatchExplorer#2127 (empty pages with a link)
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type BatchFailure, ResponseInvalid } from "./BatchFailure.ts"
import type { Call } from "./internal/Call.ts"
import type { ExchangeShape } from "./internal/Exchange.ts"
import { messageOf } from "./internal/FailureOf.ts"
import { stringOf } from "./internal/Json.ts"
import * as RequestTarget from "./internal/RequestTarget.ts"

/** One page of any listing. */
export interface Page<A> {
  readonly value?: ReadonlyArray<A>
  readonly "odata.nextLink"?: string
}

/** Pages followed when the caller sets no bound. */
export const pagesMaxDefault = 100_000

/** Times a listing starts anew because a link expired. */
export const restartsMax = 3

/** The items of a listing, in the service's order. */
export const items = <A>(
  exchange: ExchangeShape,
  first: Call<Page<A>>,
  pagesMax: number = pagesMaxDefault
): Stream.Stream<A, BatchFailure> =>
  Stream.suspend(() => {
    const walk = makeWalk(exchange, first, pagesMax)
    return Stream.paginate(
      first,
      (call) => Effect.map(walk(call), ({ value, next }) => [value, Option.fromUndefinedOr(next)])
    )
  })

/** The pages of a listing; pages may be empty. */
export const pages = <A>(
  exchange: ExchangeShape,
  first: Call<Page<A>>,
  pagesMax: number = pagesMaxDefault
): Stream.Stream<ReadonlyArray<A>, BatchFailure> =>
  Stream.suspend(() => {
    const walk = makeWalk(exchange, first, pagesMax)
    const start: Call<Page<A>> | undefined = first
    return Stream.unfold<Call<Page<A>> | undefined, ReadonlyArray<A>, BatchFailure, never>(
      start,
      (call) =>
        call === undefined
          ? Effect.succeed(undefined)
          : Effect.map(walk(call), ({ value, next }) => [value, next])
    )
  })

/** One step of a walk: the items of a page and the call for the next one. */
interface Step<A> {
  readonly value: ReadonlyArray<A>
  readonly next: Call<Page<A>> | undefined
}

const makeWalk = <A>(exchange: ExchangeShape, first: Call<Page<A>>, pagesMax: number) => {
  const seen = new Set<string>([first.target])
  const handed = makeHanded<A>()
  let pages = 1
  let restarts = 0
  const step = (call: Call<Page<A>>, page: Page<A>): Effect.Effect<Step<A>, BatchFailure> => {
    const link = page["odata.nextLink"]
    const isLast = link === undefined || link === ""
    const value = handed.fresh(page.value ?? [], isLast)
    if (isLast) return Effect.succeed({ value, next: undefined })
    const target = targetOf(exchange.origin, link)
    if (target === undefined) return Effect.fail(foreign(first))
    if (seen.has(target)) return Effect.fail(loop(first))
    if (!(pages < pagesMax)) return Effect.fail(endless(first, pagesMax))
    pages++
    seen.add(target)
    return Effect.succeed({ value, next: { ...call, target } })
  }
  return (call: Call<Page<A>>): Effect.Effect<Step<A>, BatchFailure> =>
    Effect.flatMap(exchange.send(call), (page) => step(call, page)).pipe(
      Effect.catchTag("InvalidRequest", (failure): Effect.Effect<Step<A>, BatchFailure> => {
        const isExpired = failure.status === 400 && call.target !== first.target
        if (!isExpired || restarts >= restartsMax || !handed.isKnown()) return Effect.fail(failure)
        restarts++
        seen.clear()
        seen.add(first.target)
        handed.restart()
        return Effect.succeed({ value: [], next: first })
      })
    )
}

/**
 * What a walk handed out, by key: remembered while there is a link that may expire, looked up only
 * after a restart.
 */
const makeHanded = <A>() => {
  const keys: Array<string> = []
  let lookup: Set<string> | undefined
  let isKnown = true
  return {
    /** Whether every item had a key. */
    isKnown: () => isKnown,
    restart: () => {
      lookup = new Set(keys)
    },
    /** The items that were not handed out before; those of the last page are not remembered. */
    fresh: (items: ReadonlyArray<A>, isLast: boolean): ReadonlyArray<A> => {
      const handed = lookup
      const value = handed === undefined ? items : items.filter((item) => {
        const key = keyOf(item)
        return key === undefined || !handed.has(key)
      })
      if (isLast) return value
      for (const item of value) {
        const key = keyOf(item)
        if (key === undefined) isKnown = false
        else {
          keys.push(key)
          lookup?.add(key)
        }
      }
      return value
    }
  }
}

/** What tells an item of a listing from the others. */
const keyOf = (item: unknown): string | undefined => stringOf(item, "id") ?? stringOf(item, "name")

/** The target of a link, or `undefined` when it leads to another origin. */
const targetOf = (origin: string, link: string): string | undefined => {
  const url = URL.canParse(link, origin) ? new URL(link, origin) : undefined
  return url?.origin === origin ? RequestTarget.fromUrl(url) : undefined
}

const foreign = (call: Call<unknown>): BatchFailure =>
  unwalkable(call, "NextLinkForeign", "a next link leads to another host than the endpoint")

const loop = (call: Call<unknown>): BatchFailure =>
  unwalkable(call, "NextLinkLoop", "a next link leads to an earlier page")

const endless = (call: Call<unknown>, pagesMax: number): BatchFailure =>
  unwalkable(call, "PagesOverBound", `the listing has more than ${pagesMax} pages`)

const unwalkable = (call: Call<unknown>, code: string, what: string): BatchFailure => {
  const facts = {
    operation: call.operation,
    ...(call.jobId === undefined ? {} : { jobId: call.jobId }),
    ...(call.taskId === undefined ? {} : { taskId: call.taskId }),
    attempts: 1,
    ambiguous: false
  }
  return new ResponseInvalid({
    ...facts,
    code,
    retryable: false,
    message: messageOf(facts, `${what}.`)
  })
}
