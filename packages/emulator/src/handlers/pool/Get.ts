/**
 * `Pool_Get`: reads one pool.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as Select from "../../odata/Select.ts"
import * as PoolDocument from "../../PoolDocument.ts"
import * as Reply from "../../Reply.ts"
import * as Statistics from "../../Statistics.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const selection = Select.read(exchange, PoolDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const subject = Subject.poolMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const members = Statistics.ofPools(exchange, selection)(
    PoolDocument.render(state, base, subject.pool, selection.names),
    subject.pool
  )
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "pools/@Element")}${members === "" ? "" : `,${members}`}}`,
    Reply.markHeaders(subject.record)
  )
}
