/**
 * Walks a listing page by page along `odata.nextLink`.
 *
 * Guarantees: a short or empty page does not end the walk, only a missing link does; a link that was
 * followed before, leads to another host or comes after `pagesMax` pages fails the walk instead of
 * going on; every page is signed with the link's own full query.
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
import * as RequestTarget from "./internal/RequestTarget.ts"

/** One page of any listing. */
export interface Page<A> {
  readonly value?: ReadonlyArray<A>
  readonly "odata.nextLink"?: string
}

/** Pages followed when the caller sets no bound. */
export const pagesMaxDefault = 100_000

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
  return (call: Call<Page<A>>): Effect.Effect<Step<A>, BatchFailure> =>
    Effect.flatMap(exchange.send(call), (page): Effect.Effect<Step<A>, BatchFailure> => {
      const value = page.value ?? []
      const link = page["odata.nextLink"]
      if (link === undefined || link === "") return Effect.succeed({ value, next: undefined })
      const url = URL.canParse(link, exchange.origin) ? new URL(link, exchange.origin) : undefined
      if (url === undefined || url.origin !== exchange.origin) {
        return Effect.fail(
          unwalkable(
            first,
            "NextLinkForeign",
            "a next link leads to another host than the endpoint"
          )
        )
      }
      const target = RequestTarget.fromUrl(url)
      if (seen.has(target)) {
        return Effect.fail(
          unwalkable(first, "NextLinkLoop", "a next link leads to an earlier page")
        )
      }
      if (seen.size >= pagesMax) {
        return Effect.fail(
          unwalkable(first, "PagesOverBound", `the listing has more than ${pagesMax} pages`)
        )
      }
      seen.add(target)
      return Effect.succeed({ value, next: { ...call, target } })
    })
}

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
