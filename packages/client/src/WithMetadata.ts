/**
 * The form of every operation that gives what the reply says about itself beside the value.
 *
 * Guarantees: the operation does exactly what it does without; nothing is sent for the metadata.
 *
 * @example
 * ```ts
 * const { metadata, value } = yield* withMetadata(tasks.get("job-1", "t1"))
 * yield* tasks.terminate("job-1", "t1", { ifMatch: metadata?.eTag ?? "*" })
 * ```
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { MetadataSink } from "./internal/MetadataSink.ts"
import type { ResponseMetadata } from "./ResponseMetadata.ts"

/** A value and what the reply that ended its operation says about itself. */
export interface ValueWithMetadata<A> {
  readonly value: A
  /** Absent only when the operation had no reply at all, such as adding an empty collection. */
  readonly metadata: ResponseMetadata | undefined
}

/**
 * Runs any operation and answers the metadata of its last reply beside the value. An operation that
 * makes several requests (a collection, a read-back after a lost reply) had several replies; the last
 * to arrive counts.
 */
export const withMetadata = <A, E, R>(
  operation: Effect.Effect<A, E, R>
): Effect.Effect<ValueWithMetadata<A>, E, R> =>
  Effect.suspend(() => {
    let metadata: ResponseMetadata | undefined
    return operation.pipe(
      Effect.provideService(MetadataSink, (told) => {
        metadata = told
      }),
      Effect.map((value) => ({ value, metadata }))
    )
  })

/**
 * Runs any listing and answers, beside each element, the metadata of the reply that brought it. With
 * `listPages` an element is one page, so that each reply is seen exactly once.
 */
export const eachWithMetadata = <A, E, R>(
  listing: Stream.Stream<A, E, R>
): Stream.Stream<ValueWithMetadata<A>, E, R> =>
  Stream.suspend(() => {
    let metadata: ResponseMetadata | undefined
    return listing.pipe(
      Stream.map((value) => ({ value, metadata })),
      Stream.provideService(MetadataSink, (told: ResponseMetadata) => {
        metadata = told
      })
    )
  })
