/**
 * Where the metadata of replies goes beside their values: whoever wants it puts a sink into the
 * context of a call, and every reply of that call is told to it. One mechanism serves every operation.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { BatchFailure } from "../BatchFailure.ts"
import * as ResponseMetadata from "../ResponseMetadata.ts"
import type { Call, Delivered } from "./Call.ts"
import { type ExchangeShape, over } from "./Exchange.ts"

/** Is told the metadata of a reply. */
export type Tell = (metadata: ResponseMetadata.ResponseMetadata) => void

/** The sink of the current call; by default there is none. */
export const MetadataSink: Context.Reference<Tell | undefined> = Context.Reference(
  "@batchwave/client/internal/MetadataSink",
  { defaultValue: (): Tell | undefined => undefined }
)

/** The same exchange, telling the sink of the caller about the reply that ends each call. */
export const observed = (exchange: ExchangeShape): ExchangeShape => {
  const deliver = <A>(call: Call<A>): Effect.Effect<Delivered<A>, BatchFailure> =>
    Effect.flatMap(
      MetadataSink,
      (tell) => tell === undefined ? exchange.deliver(call) : telling(exchange.deliver(call), tell)
    )
  const told = over(deliver)
  return {
    ...exchange,
    ...told,
    row: (calls) =>
      Effect.flatMap(
        MetadataSink,
        (tell) => tell === undefined ? exchange.row(calls) : told.row(calls)
      )
  }
}

/** A refusal is told as well: it may turn out to mean that the goal is reached. */
const telling = <A>(
  effect: Effect.Effect<Delivered<A>, BatchFailure>,
  tell: Tell
): Effect.Effect<Delivered<A>, BatchFailure> =>
  effect.pipe(
    Effect.tap(({ reply }) => Effect.sync(() => tell(ResponseMetadata.ofReply(reply)))),
    Effect.tapError(({ clientRequestId, requestId, status }) =>
      Effect.sync(() => {
        if (status === undefined) return
        tell({
          status,
          ...(requestId === undefined ? {} : { requestId }),
          ...(clientRequestId === undefined ? {} : { clientRequestId })
        })
      })
    )
  )
