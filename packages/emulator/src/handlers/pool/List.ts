/**
 * `Pool_List`: reads the pools of the account, page by page.
 *
 * @internal
 */
import type { Pool } from "@batchwave/sim/Pool"
import * as PoolOperations from "@batchwave/sim/PoolOperations"
import { poolProperties } from "@batchwave/wire/ODataProperties"
import type { Handler } from "../../Exchange.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as IndexedPages from "../../odata/IndexedPages.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Select from "../../odata/Select.ts"
import * as PoolDocument from "../../PoolDocument.ts"
import * as Reply from "../../Reply.ts"
import { poolRecordOf, type State } from "../../State.ts"
import * as Statistics from "../../Statistics.ts"
import * as Subject from "../../Subject.ts"
import * as TimeText from "../../TimeText.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { base, state } = exchange
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, poolProperties)
  if (Subject.isReply(query)) return query
  const selection = Select.read(exchange, PoolDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const { items, nextLink } = IndexedPages.cut(
    exchange,
    paging,
    query.filter,
    PoolOperations.list(state.account),
    (pool) => (name) => readProperty(state, pool, name)
  )
  const extend = Statistics.ofPools(exchange, selection)
  const texts = items.map((pool) =>
    extend(PoolDocument.render(state, base, pool, selection.names), pool)
  )
  return Reply.list(exchange, "pools", texts, nextLink)
}

const readProperty = (
  state: State,
  pool: Pool,
  property: string
): string | boolean | undefined => {
  const { members, modifiedAtMs } = poolRecordOf(state, pool)
  switch (property) {
    case "id":
      return pool.id
    case "state":
      return pool.state
    case "stateTransitionTime":
      return TimeText.print(state.times, pool.stateTransitionAtMs)
    case "allocationState":
      return pool.allocationState
    case "allocationStateTransitionTime":
      return TimeText.print(state.times, pool.allocationStateTransitionAtMs)
    case "creationTime":
      return TimeText.print(state.times, pool.createdAtMs)
    case "lastModified":
    case "lastModifiedTime":
      return TimeText.print(state.times, modifiedAtMs)
    case "enableAutoScale":
      return false
    case "enableInterNodeCommunication":
      return members.enableInterNodeCommunication ?? false
    case "vmSize":
      return members.vmSize
    default:
      return undefined
  }
}
