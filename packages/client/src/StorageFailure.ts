/**
 * Why a file could not be brought from or to a storage service, reduced to what may be shown.
 */
import * as Schema from "effect/Schema"

/**
 * What went wrong.
 *
 * - `NotFound`: 404, the blob or its container is not there;
 * - `AccessDenied`: 401 or 403, the signature does not allow it;
 * - `NotAllowed`: our own rules keep us from this address, nothing was sent to it;
 * - `TimedOut`: no connection, no reply or no more bytes within the time;
 * - `TooLarge`: more bytes than the bound;
 * - `Failed`: anything else, from a broken connection to an unexpected status.
 */
export const StorageFailureReason = Schema.Literals([
  "NotFound",
  "AccessDenied",
  "NotAllowed",
  "TimedOut",
  "TooLarge",
  "Failed"
])

/** What went wrong. */
export type StorageFailureReason = typeof StorageFailureReason.Type

/** A request to a storage service did not do what it was for. The message holds no URL query. */
export class StorageFailure extends Schema.TaggedError<StorageFailure>()("StorageFailure", {
  reason: StorageFailureReason,
  message: Schema.String,
  /** True when the same request may succeed later. */
  isTransient: Schema.Boolean,
  /** The status of the reply, if there was one. */
  status: Schema.optionalKey(Schema.Int),
  /** The code of the storage service, such as `ContainerNotFound`. */
  code: Schema.optionalKey(Schema.String)
}) {}
