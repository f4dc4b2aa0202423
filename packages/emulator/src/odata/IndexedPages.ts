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
export const cut = <A extends { readonly index: number; readonly id: string }>(
  exchange: Exchange,
  paging: Paging.Paging,
  filter: Filter | undefined,
  all: ReadonlyArray<A>,
  readerOf: (item: A) => ODataMatch.Read
): IndexedPage<A> => {
  const { absentValues, listOrder } = exchange.state.settings
  const isPassing = (item: A): boolean =>
    filter === undefined || ODataMatch.matches(filter, readerOf(item), absentValues === "differ")
  const passing = (listOrder === "id" ? sortedAfter(all, paging.after) : addedAfter(all, paging))
    .filter(isPassing)
  const items = passing.slice(0, paging.itemsMax)
  const last = items.at(-1)
  const nextLink = passing.length > items.length && last !== undefined
    ? Paging.nextLink(exchange, listOrder === "id" ? last.id.toLowerCase() : String(last.index))
    : undefined
  return { items, nextLink }
}

const addedAfter = <A extends { readonly index: number }>(
  all: ReadonlyArray<A>,
  { after }: Paging.Paging
): ReadonlyArray<A> => {
  const index = after === undefined ? -1 : Number(after)
  return all.filter((item) => item.index > index)
}

/** What comes after an id, in the order of ids without regard to case. */
export const sortedAfter = <A extends { readonly id: string }>(
  all: Iterable<A>,
  after: string | undefined
): ReadonlyArray<A> =>
  [...all].map((item) => ({ item, key: item.id.toLowerCase() }))
    .filter(({ key }) => after === undefined || key > after)
    .toSorted((left, right) => left.key < right.key ? -1 : 1)
    .map(({ item }) => item)
