/**
 * Everything that can go wrong with one call to the service, as a closed union of tagged errors.
 *
 * Guarantees: every member carries the same facts (`operation`, ids, `status`, `code`, `requestId`,
 * `retryable`, …), so a caller may branch on the tag or read the facts without branching. No member
 * ever carries a key, a signature or the query of a URL: texts from outside are cleaned before they
 * are put in, and the cause of a transport failure is reduced to its name, code and message.
 */
import * as Schema from "effect/Schema"

/** One explanatory pair of an error document (`QueryParameterName`, `Reason`, `MaxLimit`, …). */
export const ErrorDetail = Schema.Struct({
  key: Schema.String,
  value: Schema.String
})

/** One explanatory pair of an error document. */
export interface ErrorDetail extends Schema.Schema.Type<typeof ErrorDetail> {}

/** The facts every failure carries. */
const facts = {
  /** What happened, to which thing, and what to do: one sentence. */
  message: Schema.String,
  /** The operation as the contract names it, for example `Task_AddCollection`. */
  operation: Schema.String,
  /** The job addressed, if the operation addresses one. */
  jobId: Schema.optionalKey(Schema.String),
  /** The task addressed, or the task of a collection this failure is about. */
  taskId: Schema.optionalKey(Schema.String),
  /** The pool addressed, if the operation addresses one. */
  poolId: Schema.optionalKey(Schema.String),
  /** The node addressed, if the operation addresses one. */
  nodeId: Schema.optionalKey(Schema.String),
  /** The path of the file addressed, if the operation addresses one. */
  filePath: Schema.optionalKey(Schema.String),
  /** The service's id of the last request; quote it to support. */
  requestId: Schema.optionalKey(Schema.String),
  /** Our id of the last request. */
  clientRequestId: Schema.optionalKey(Schema.String),
  /** HTTP status of the last reply; absent when there was none. */
  status: Schema.optionalKey(Schema.Number),
  /** The service's error code, or one of ours (`DuplicateTaskId`, …); an open set. */
  code: Schema.optionalKey(Schema.String),
  /** The service's explanatory pairs, cleaned of URL queries. */
  details: Schema.optionalKey(Schema.Array(ErrorDetail)),
  /** True when the same call may succeed later without any change. */
  retryable: Schema.Boolean,
  /** How long the service asked to wait, in milliseconds, after clamping. */
  retryAfterMs: Schema.optionalKey(Schema.Number),
  /** How many times the request was sent or tried; 0 when it was refused before sending. */
  attempts: Schema.Number,
  /** True when the service may have acted although the call failed. */
  ambiguous: Schema.Boolean,
  /** What caused it underneath, reduced to plain data without secrets. */
  cause: Schema.optionalKey(Schema.Unknown)
}

/** The facts every failure carries, as a type. */
export interface FailureFacts extends Schema.Schema.Type<Schema.Struct<typeof facts>> {}

/** No connection could be made, or it broke and no attempt was left. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", facts) {}

/** The last attempt had no complete reply within the attempt's time and no attempt was left. */
export class AttemptTimedOut
  extends Schema.TaggedError<AttemptTimedOut>()("AttemptTimedOut", facts)
{}

/** The overall time for the call ran out before an attempt succeeded. */
export class DeadlineExceeded
  extends Schema.TaggedError<DeadlineExceeded>()("DeadlineExceeded", facts)
{}

/** The service did not accept our identity: wrong key, wrong account, or clocks too far apart. */
export class AuthenticationRejected
  extends Schema.TaggedError<AuthenticationRejected>()("AuthenticationRejected", facts)
{}

/** The identity is known but may not do this. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", facts) {}

/** The job, task, file or other thing addressed does not exist. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", facts) {}

/** The thing is in a state that excludes the call (`TaskExists`, `TaskCompleted`, `JobCompleted`, …). */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", facts) {}

/** The request itself is wrong; sending it again unchanged cannot help. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", facts) {}

/** A conditional header did not hold (status 412, or 304 on a read). */
export class ConditionNotMet
  extends Schema.TaggedError<ConditionNotMet>()("ConditionNotMet", facts)
{}

/** The body of a request that cannot be split is over the service's limit. */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", facts) {}

/** One task of a collection is too large to be sent at all, even alone. */
export class TaskTooLarge extends Schema.TaggedError<TaskTooLarge>()("TaskTooLarge", {
  ...facts,
  /** UTF-8 bytes of the request that would carry this task alone. */
  bodyBytes: Schema.Number,
  /** The limit it exceeds, in bytes. */
  limitBytes: Schema.Number
}) {}

/** The service still said 429 when no attempt was left. */
export class Throttled extends Schema.TaggedError<Throttled>()("Throttled", facts) {}

/** The service still said 408 or 5xx when no attempt was left. */
export class ServerFailed extends Schema.TaggedError<ServerFailed>()("ServerFailed", facts) {}

/** The reply could not be understood: truncated, not JSON, wrong shape, too long, or a redirect. */
export class ResponseInvalid
  extends Schema.TaggedError<ResponseInvalid>()("ResponseInvalid", facts)
{}

/** The id is taken by something other than what we sent. */
export class IdConflict extends Schema.TaggedError<IdConflict>()("IdConflict", {
  ...facts,
  /** Names of the fields that differ; never their values. */
  differences: Schema.Array(Schema.String)
}) {}

/** Any failure of a call. */
export type BatchFailure =
  | Unreachable
  | AttemptTimedOut
  | DeadlineExceeded
  | AuthenticationRejected
  | Forbidden
  | NotFound
  | Conflict
  | InvalidRequest
  | ConditionNotMet
  | BodyTooLarge
  | TaskTooLarge
  | Throttled
  | ServerFailed
  | ResponseInvalid
  | IdConflict

/** Any failure of a call, as a schema; it decodes what `JSON.stringify` of a failure gives. */
export const BatchFailure = Schema.Union([
  Unreachable,
  AttemptTimedOut,
  DeadlineExceeded,
  AuthenticationRejected,
  Forbidden,
  NotFound,
  Conflict,
  InvalidRequest,
  ConditionNotMet,
  BodyTooLarge,
  TaskTooLarge,
  Throttled,
  ServerFailed,
  ResponseInvalid,
  IdConflict
])

/** True for any member of `BatchFailure`. */
export const isBatchFailure: (value: unknown) => value is BatchFailure = Schema.is(BatchFailure)
