/**
 * Reading back on behalf of a call: with the headers its caller gave it, since whatever stands between
 * client and service may ask for them, and within what is left of its time.
 *
 * Conditions, dates and request ids of the caller are about the call itself and do not travel.
 */
import * as Effect from "effect/Effect"
import type { RequestOptions } from "../RequestOptions.ts"
import type { Call } from "./Call.ts"
import { type ExchangeShape, over } from "./Exchange.ts"
import * as Monotonic from "./Monotonic.ts"

/** Runs a call with an exchange for what it reads back; the time of the call begins now. */
export const withReader = <A, E, R>(
  exchange: ExchangeShape,
  options: RequestOptions | undefined,
  use: (reader: ExchangeShape) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Monotonic.ms, (startMs) => {
    const untilMs = startMs + (options?.deadlineMs ?? exchange.policy.deadlineMs)
    return use(reading(exchange, options, (call) =>
      Effect.map(
        Monotonic.ms,
        (nowMs) => Math.min(call.options?.deadlineMs ?? Infinity, untilMs - nowMs)
      )))
  })

/** An exchange that reads for calls of which each has the whole time of the options. */
export const readerOf = (
  exchange: ExchangeShape,
  options: RequestOptions | undefined
): ExchangeShape =>
  options?.customHeaders === undefined && options?.deadlineMs === undefined
    ? exchange
    : reading(exchange, options, (call) =>
      Effect.succeed(call.options?.deadlineMs ?? options.deadlineMs ?? exchange.policy.deadlineMs))

const reading = (
  exchange: ExchangeShape,
  options: RequestOptions | undefined,
  deadlineMsOf: (call: Call<unknown>) => Effect.Effect<number>
): ExchangeShape => {
  const customHeaders = options?.customHeaders
  return {
    ...exchange,
    ...over((call) =>
      Effect.flatMap(deadlineMsOf(call), (deadlineMs) =>
        exchange.deliver({
          ...call,
          options: {
            ...call.options,
            ...(customHeaders === undefined ? {} : { customHeaders }),
            deadlineMs
          }
        }))
    )
  }
}
