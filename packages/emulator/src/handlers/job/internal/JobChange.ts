/**
 * What the writes on a job have in common: conditions, a change of the model, a new entity tag.
 *
 * @internal
 */
import type { Job } from "@batchwave/sim/Job"
import * as Refusal from "@batchwave/sim/Refusal"
import * as ErrorReply from "../../../ErrorReply.ts"
import type { Exchange, Reply as ReplyValue } from "../../../Exchange.ts"
import * as JobDocument from "../../../JobDocument.ts"
import * as Reply from "../../../Reply.ts"
import { touch } from "../../../State.ts"
import type * as Subject from "../../../Subject.ts"

/** Carries a change out on the found job of a request; `suffix` ends the URL of the action. */
export const make = (
  exchange: Exchange,
  { job, record }: Subject.JobSubject,
  change: (jobId: string) => Job | Refusal.Refusal,
  suffix: "" | "/disable" | "/enable"
): ReplyValue => {
  const { base, nowMs, state } = exchange
  const changed = change(job.id)
  if (Refusal.isRefusal(changed)) return ErrorReply.ofRefusal(exchange, changed)
  touch(state, record, nowMs)
  return Reply.empty(exchange, {
    ...Reply.markHeaders(record),
    DataServiceId: `${JobDocument.urlOf(base, job)}${suffix}`
  })
}
