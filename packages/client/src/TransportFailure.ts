/**
 * Why one attempt brought no complete reply, reduced to what may be shown.
 */
import * as Schema from "effect/Schema"

/**
 * Why there is no complete reply.
 *
 * - `ConnectFailed`: no connection (refused, unreachable, no such host);
 * - `TlsFailed`: the peer's certificate or protocol was not acceptable; repeating cannot help;
 * - `ConnectionLost`: the connection broke before the reply was complete;
 * - `TimedOut`: the attempt's time ran out;
 * - `ReplyTooLarge`: the reply is over the bound;
 * - `RequestMalformed`: the request could not be expressed in HTTP.
 */
export const TransportFailureReason = Schema.Literals([
  "ConnectFailed",
  "TlsFailed",
  "ConnectionLost",
  "TimedOut",
  "ReplyTooLarge",
  "RequestMalformed"
])

/** Why there is no complete reply. */
export type TransportFailureReason = typeof TransportFailureReason.Type

/** There is no complete reply. */
export class TransportFailure extends Schema.TaggedError<TransportFailure>()("TransportFailure", {
  reason: TransportFailureReason,
  /** True when bytes of the request may have reached the service. */
  sent: Schema.Boolean,
  /** What went wrong in one line, without URL queries. */
  message: Schema.String,
  /** The platform's error code, for example `ECONNRESET`. */
  code: Schema.optionalKey(Schema.String)
}) {}
