/**
 * Turns what one attempt brought — a refusing reply, a transport failure, an unreadable body — into
 * the `BatchFailure` a caller sees.
 */
import * as BatchFailure from "../BatchFailure.ts"
import type { TransportFailure } from "../TransportFailure.ts"
import type { TransportReply } from "../TransportMessage.ts"
import * as ServiceError from "./ServiceError.ts"

/** What is known about a call apart from its end. */
export interface CallFacts {
  readonly operation: string
  readonly jobId?: string
  readonly taskId?: string
  readonly poolId?: string
  readonly nodeId?: string
  readonly filePath?: string
  readonly clientRequestId?: string
  /** Attempts made so far. */
  readonly attempts: number
  /** Whether the service may have acted on one of them. */
  readonly ambiguous: boolean
}

/** Names the thing a call addresses, for messages. */
export const subjectOf = (facts: CallFacts): string =>
  facts.filePath === undefined ? ownerOf(facts) : `file "${facts.filePath}" of ${ownerOf(facts)}`

const ownerOf = ({ jobId, nodeId, poolId, taskId }: CallFacts): string => {
  if (jobId !== undefined) {
    return taskId === undefined ? `job "${jobId}"` : `task "${taskId}" of job "${jobId}"`
  }
  if (poolId === undefined) return "the account"
  return nodeId === undefined ? `pool "${poolId}"` : `node "${nodeId}" of pool "${poolId}"`
}

/** Writes the line every failure begins with. */
export const messageOf = (facts: CallFacts, what: string): string =>
  `${facts.operation} on ${subjectOf(facts)}: ${what}`

/** The failure of a reply with a status other than success. */
export const ofReply = (
  facts: CallFacts,
  reply: TransportReply,
  retryAfterMs: number | undefined,
  adviceOf: (code: string | undefined) => string = () => ""
): BatchFailure.BatchFailure => {
  const error = ServiceError.fromReply(reply)
  const isIdentity = reply.status === 401 || reply.status === 403
  const advice = isIdentity ? adviceOf(error.code) : ""
  return ofServiceError(facts, reply.status, error, {
    ...headersOf(reply),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(advice === "" ? {} : { advice })
  })
}

/** The failure of a call for which there was no key or token; nothing was sent this time. */
export const ofCredential = (
  facts: CallFacts,
  code: string,
  problem: string
): BatchFailure.BatchFailure =>
  new BatchFailure.AuthenticationRejected({
    ...facts,
    code,
    retryable: true,
    message: messageOf(facts, problem)
  })

/** What a failure takes from the headers. */
interface HeaderFacts {
  readonly requestId?: string
  readonly retryAfterMs?: number
}

/** What a failure takes from the reply beside its error document. */
interface ReplyFacts extends HeaderFacts {
  /** Why the identity was refused and what to do. */
  readonly advice?: string
}

/** The request id of a reply, if it has one. */
export const headersOf = (reply: TransportReply): HeaderFacts => {
  const requestId = reply.headers["request-id"]
  return typeof requestId === "string" ? { requestId } : {}
}

/** The failure an error document stands for, whether of a whole reply or of one item. */
export const ofServiceError = (
  facts: CallFacts,
  status: number,
  error: ServiceError.ServiceError,
  { advice, ...headers }: ReplyFacts = {}
): BatchFailure.BatchFailure => {
  if (isRedirect(status)) return ofRedirect(facts, status, headers)
  const code = error.code === undefined ? "" : ` ${error.code}`
  const text = error.text === "" ? "" : `: ${error.text}`
  const reason = error.details.find((detail) => detail.key === "Reason")
  const why = reason === undefined || error.text.includes(reason.value) ? "" : ` (${reason.value})`
  return build(status, error.code, {
    ...facts,
    ...headers,
    status,
    retryable: isRetryable(status, error.code),
    message: messageOf(
      facts,
      `the service said ${status}${code}${text}${why}${advice === undefined ? "" : `; ${advice}`}`
    ),
    ...(error.code === undefined ? {} : { code: error.code }),
    ...(error.details.length === 0 ? {} : { details: error.details })
  })
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304

/** A redirect is not followed, nor is its target told: it may hold a signature. */
const ofRedirect = (
  facts: CallFacts,
  status: number,
  headers: HeaderFacts
): BatchFailure.BatchFailure =>
  new BatchFailure.ResponseInvalid({
    ...facts,
    ...headers,
    status,
    code: "RedirectRefused",
    retryable: false,
    message: messageOf(
      facts,
      `the service said ${status}, a redirect, which is not followed; check the endpoint and what `
        + "is between it and here."
    )
  })

/** Codes of status 409 that pass without anybody changing the request. */
const passingConflicts = new Set([
  "ActiveJobAndScheduleQuotaReached",
  "JobBeingDeleted",
  "TaskFilesUnavailable"
])

const isRetryable = (status: number, code: string | undefined): boolean =>
  status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  || (code !== undefined && passingConflicts.has(code))

const build = (
  status: number,
  code: string | undefined,
  facts: BatchFailure.FailureFacts
): BatchFailure.BatchFailure => {
  if (status < 400) {
    return status === 304
      ? new BatchFailure.ConditionNotMet(facts)
      : new BatchFailure.ResponseInvalid(facts)
  }
  if (status === 408 || status >= 500) return new BatchFailure.ServerFailed(facts)
  switch (status) {
    case 401:
      return new BatchFailure.AuthenticationRejected(facts)
    case 403:
      return code === "AuthenticationFailed" || code === "InvalidAuthenticationInfo"
        ? new BatchFailure.AuthenticationRejected(facts)
        : new BatchFailure.Forbidden(facts)
    case 404:
      return new BatchFailure.NotFound(facts)
    case 409:
      return new BatchFailure.Conflict(facts)
    case 412:
      return new BatchFailure.ConditionNotMet(facts)
    case 413:
      return new BatchFailure.BodyTooLarge(facts)
    case 429:
      return new BatchFailure.Throttled(facts)
    default:
      return new BatchFailure.InvalidRequest(facts)
  }
}

/** The failure of an attempt that brought no complete reply. */
export const ofTransport = (
  facts: CallFacts,
  failure: TransportFailure
): BatchFailure.BatchFailure => {
  const shared = {
    ...facts,
    message: messageOf(facts, failure.message),
    cause: {
      reason: failure.reason,
      message: failure.message,
      ...(failure.code === undefined ? {} : { code: failure.code })
    }
  }
  switch (failure.reason) {
    case "ConnectFailed":
    case "ConnectionLost":
      return new BatchFailure.Unreachable({ ...shared, retryable: true })
    case "TlsFailed":
      return new BatchFailure.Unreachable({ ...shared, retryable: false })
    case "TimedOut":
      return new BatchFailure.AttemptTimedOut({ ...shared, retryable: true })
    case "ReplyTooLarge":
      return new BatchFailure.ResponseInvalid({ ...shared, retryable: false })
    case "RequestMalformed":
      return new BatchFailure.InvalidRequest({ ...shared, retryable: false })
  }
}

/** The failure of a reply that says success but cannot be understood. */
export const ofUnreadable = (
  facts: CallFacts,
  reply: TransportReply,
  problem: string
): BatchFailure.BatchFailure =>
  new BatchFailure.ResponseInvalid({
    ...facts,
    ...headersOf(reply),
    status: reply.status,
    retryable: true,
    message: messageOf(facts, `the reply cannot be understood: ${problem}`)
  })

/** The failure of a call whose overall time ran out; `last` is what the last attempt brought. */
export const ofDeadline = (
  facts: CallFacts,
  deadlineMs: number,
  last: BatchFailure.BatchFailure | undefined
): BatchFailure.BatchFailure =>
  new BatchFailure.DeadlineExceeded({
    ...facts,
    retryable: true,
    message: messageOf(
      facts,
      `not done within ${deadlineMs} ms and ${facts.attempts} attempts${
        last === undefined ? "" : `; the last attempt: ${last.message}`
      }`
    ),
    ...(last?.status === undefined ? {} : { status: last.status }),
    ...(last?.code === undefined ? {} : { code: last.code }),
    ...(last?.requestId === undefined ? {} : { requestId: last.requestId }),
    ...(last?.retryAfterMs === undefined ? {} : { retryAfterMs: last.retryAfterMs }),
    ...(last === undefined ? {} : { cause: { tag: last._tag, message: last.message } })
  })

/** The failure of a call refused before anything was sent. */
export const ofRefusal = (
  facts: CallFacts,
  code: string,
  what: string
): BatchFailure.BatchFailure =>
  new BatchFailure.InvalidRequest({
    ...facts,
    code,
    retryable: false,
    message: messageOf(facts, what)
  })

/** The failure of the id of a task, job or pool that is taken by something other than what was sent. */
export const idConflict = (
  operation: string,
  address: Pick<CallFacts, "jobId" | "taskId" | "poolId">,
  differences: ReadonlyArray<string>
): BatchFailure.BatchFailure => {
  const facts: CallFacts = { operation, ...address, attempts: 1, ambiguous: false }
  return new BatchFailure.IdConflict({
    ...facts,
    code: codeOfTaken(address),
    retryable: false,
    differences,
    message: messageOf(
      facts,
      `the id is taken by another one, which differs in ${
        differences.slice(0, 10).join(", ")
      }; choose another id or remove it.`
    )
  })
}

const codeOfTaken = ({ poolId, taskId }: Pick<CallFacts, "taskId" | "poolId">): string => {
  if (poolId !== undefined) return "PoolExists"
  return taskId === undefined ? "JobExists" : "TaskExists"
}
