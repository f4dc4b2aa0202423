/**
 * Carries a verdict of the fault plan out: what is done to the request, whether its operation is
 * carried out, and what is sent.
 *
 * @internal
 */
import * as Account from "@batchwave/sim/Account"
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"
import { type Exchange, isFile, type Reply } from "../Exchange.ts"
import * as FaultReply from "../FaultReply.ts"
import type { FaultRequest, Verdict } from "../Faults.ts"
import * as OddBody from "../OddBody.ts"

/** What is done with the connection at the end of a request. */
export type Outcome =
  | { readonly _tag: "Send"; readonly reply: Reply }
  | {
    readonly _tag: "SendPart"
    readonly reply: Reply
    readonly bytes: number
    readonly isLengthKept: boolean
  }
  | { readonly _tag: "SendOdd"; readonly reply: Reply; readonly fault: OddBody.OddBodyFault }
  | { readonly _tag: "Silence" }
  | { readonly _tag: "Close"; readonly isReset: boolean }

/** What the rules of a plan look at in a request. */
export const describe = (exchange: Exchange): FaultRequest => {
  const { body, operation, parameters, query } = exchange
  let taskIds: ReadonlyArray<string> | undefined
  return {
    operationId: operation.operationId,
    isPaged: operation.isPaged,
    isContinued: query.has("$skiptoken"),
    jobId: parameters["jobId"] ??
      (operation.operationId === "Job_Add" ? idsIn(body)[0] : undefined),
    taskIds: () => {
      taskIds ??= parameters["taskId"] === undefined
        ? (operation.path.endsWith("collection") || operation.operationId === "Task_Add"
          ? idsIn(body)
          : [])
        : [parameters["taskId"]]
      return taskIds
    },
    bodyBytes: () => Buffer.byteLength(body),
    added: () => addedOf(exchange)
  }
}

/** When what a request names was added. */
const addedOf = ({ parameters: { jobId, taskId }, state: { account } }: Exchange) => {
  const job = jobId === undefined ? undefined : Account.findJob(account, jobId)
  if (job === undefined || taskId === undefined) {
    return job && { what: "Job", atMs: job.createdAtMs } as const
  }
  const task = Account.findTask(job, taskId)
  return task && { what: "Task", atMs: task.createdAtMs } as const
}

/** Lets a request go the way of its verdict; `act` carries the operation out. */
export const inject = Effect.fnUntraced(function*(
  given: Exchange,
  target: string,
  verdict: Verdict,
  act: (exchange: Exchange) => Effect.Effect<Reply>
): Effect.fn.Return<Outcome> {
  const { delayAfterMs, delayBeforeMs, ending, page } = verdict
  if (delayBeforeMs > 0) yield* Effect.sleep(delayBeforeMs)
  const exchange = { ...given, nowMs: given.state.clock.nowMs(), faults: verdict }
  const isActing = ending === undefined || OddBody.isOdd(ending) || ending._tag === "CutBody" ||
    ("acts" in ending && (ending.acts ?? false))
  const acted = isActing ? yield* act(exchange) : undefined
  if (delayAfterMs > 0) yield* Effect.sleep(delayAfterMs)
  const reply = acted === undefined || page === undefined
    ? acted
    : yield* FaultReply.bendPage(exchange, page, acted, act)
  if (ending === undefined) {
    return reply === undefined ? { _tag: "Silence" } : { _tag: "Send", reply }
  }
  const outcome = outcomeOf(exchange, target, ending, reply)
  const isSent = "reply" in outcome && outcome.reply === reply
  const unsent = isSent ? undefined : reply?.body
  if (isFile(unsent)) {
    const { handle } = unsent
    yield* Effect.promise(() => handle.close())
  }
  return outcome
})

const outcomeOf = (
  exchange: Exchange,
  target: string,
  ending: NonNullable<Verdict["ending"]>,
  reply: Reply | undefined
): Outcome => {
  switch (ending._tag) {
    case "Status":
      return { _tag: "Send", reply: FaultReply.ofStatus(exchange, ending) }
    case "Redirect":
      return { _tag: "Send", reply: FaultReply.ofRedirect(target, ending) }
    case "TooLarge":
    case "LinkExpired":
    case "NotFound":
      return { _tag: "Send", reply: FaultReply.ofRefused(exchange, ending) }
    case "SlowBody":
    case "BadGzip":
    case "Padded":
      return reply === undefined ? { _tag: "Silence" } : { _tag: "SendOdd", reply, fault: ending }
    case "Stall":
      return { _tag: "Silence" }
    case "Drop":
      return { _tag: "Close", isReset: ending.isReset ?? false }
    case "CutBody":
      return reply === undefined ? { _tag: "Silence" } : {
        _tag: "SendPart",
        reply,
        bytes: ending.bytes,
        isLengthKept: ending.isLengthKept ?? true
      }
    default:
      return ending satisfies never
  }
}

/** The ids in a body that adds a resource or a collection of them. */
const idsIn = (body: string): ReadonlyArray<string> => {
  const value = parse(body)
  const items: unknown = typeof value === "object" && value !== null && "value" in value
    ? value.value
    : [value]
  return Array.isArray(items) ? items.flatMap(idIn) : []
}

const idIn = (item: unknown): ReadonlyArray<string> =>
  typeof item === "object" && item !== null && "id" in item && typeof item.id === "string"
    ? [item.id]
    : []

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
