/**
 * Pages of things that are few enough to be looked at all: jobs, pools and nodes, in the order of
 * their indexes.
 *
 * @internal
 */
import type { Filter } from "@batchwave/wire/OData"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import type { Exchange } from "../Exchange.ts"
import * as Paging from "./Paging.ts"

/** A page and the link to the next, if there is more. */
export interface IndexedPage<A> {
  readonly items: ReadonlyArray<A>
  readonly nextLink: string | undefined
}

/** Cuts the page of a request out of everything; `readerOf` tells what the filter reads. */
export const cut = <A extends { readonly index: number }>(
  exchange: Exchange,
  paging: Paging.Paging,
  filter: Filter | undefined,
  all: ReadonlyArray<A>,
  readerOf: (item: A) => ODataMatch.Read
): IndexedPage<A> => {
  const after = paging.after === undefined ? -1 : Number(paging.after)
  const passing = all.filter((item) =>
    item.index > after && (filter === undefined || ODataMatch.matches(filter, readerOf(item)))
  )
  const items = passing.slice(0, paging.itemsMax)
  const last = items.at(-1)
  const nextLink = passing.length > items.length && last !== undefined
    ? Paging.nextLink(exchange, String(last.index))
    : undefined
  return { items, nextLink }
}
