/**
 * `Job_Get`: reads one job.
 *
 * @internal
 */
import type { Handler } from "../../Exchange.ts"
import * as JobDocument from "../../JobDocument.ts"
import * as Select from "../../odata/Select.ts"
import * as Reply from "../../Reply.ts"
import * as Statistics from "../../Statistics.ts"
import * as Subject from "../../Subject.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const selection = Select.read(exchange, JobDocument.memberNames)
  if (Subject.isReply(selection)) return selection
  const subject = Subject.jobMeeting(exchange)
  if (Subject.isReply(subject)) return subject
  const { base, state } = exchange
  const members = Statistics.ofJobs(exchange, selection)(
    JobDocument.render(state, base, subject.job, selection.names),
    subject.job
  )
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "jobs/@Element")}${members === "" ? "" : `,${members}`}}`,
    Reply.markHeaders(subject.record)
  )
}
