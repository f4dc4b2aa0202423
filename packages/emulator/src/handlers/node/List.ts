/**
 * `ComputeNode_List`: reads the nodes of a pool, page by page.
 *
 * @internal
 */
import * as Pool from "@batchwave/sim/Pool"
import { nodeProperties } from "@batchwave/wire/ODataProperties"
import type { Handler } from "../../Exchange.ts"
import * as NodeDocument from "../../NodeDocument.ts"
import * as FilterQuery from "../../odata/FilterQuery.ts"
import * as IndexedPages from "../../odata/IndexedPages.ts"
import * as Paging from "../../odata/Paging.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import type { State } from "../../State.ts"
import * as Subject from "../../Subject.ts"
import * as TimeText from "../../TimeText.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { base, state } = exchange
  const subject = Subject.findPool(exchange)
  if (Subject.isReply(subject)) return subject
  const paging = Paging.read(exchange)
  if (Subject.isReply(paging)) return paging
  const query = FilterQuery.read(exchange, nodeProperties)
  if (Subject.isReply(query)) return query
  const selection = Select.read(exchange, NodeDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const { items, nextLink } = IndexedPages.cut(
    exchange,
    paging,
    query.filter,
    subject.pool.nodes,
    (node) => (name) => readProperty(state, node, name)
  )
  const texts = items.map((node) => NodeDocument.render(state, base, node, selection.names))
  return Reply.list(exchange, "nodes", texts, nextLink)
}

/** Nodes have no start task here, so nothing is known of one. */
const readProperty = (state: State, node: Pool.Node, property: string): string | undefined => {
  switch (property) {
    case "state":
      return Pool.stateOf(node)
    case "stateTransitionTime":
      return TimeText.print(state.times, node.stateTransitionAtMs)
    case "lastBootTime":
    case "allocationTime":
      return TimeText.print(state.times, node.allocatedAtMs)
    default:
      return undefined
  }
}
