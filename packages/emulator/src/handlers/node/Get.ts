/**
 * `ComputeNode_Get`: reads one node of a pool.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as NodeDocument from "../../NodeDocument.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const selection = Select.read(exchange, NodeDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const subject = Subject.findNode(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const members = NodeDocument.render(state, base, subject.node, selection.names)
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "nodes/@Element")}${members === "" ? "" : `,${members}`}}`
  )
}
