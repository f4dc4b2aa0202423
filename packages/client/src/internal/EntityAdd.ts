/**
 * Adds a job or a pool. After a lost reply one that has every property that was sent counts as added by
 * us; another one under its id is a conflict that names the differences.
 *
 * @source rule table: Job_Add and Pool_Add, `JobExists` and `PoolExists` after an ambiguous send
 */
import type { Decode } from "@batchwave/wire/Decoder"
import * as Effect from "effect/Effect"
import type { BatchFailure } from "../BatchFailure.ts"
import type { RequestOptions } from "../RequestOptions.ts"
import { differencesOfFields } from "../TaskFingerprint.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { idConflict } from "./FailureOf.ts"
import { withReader } from "./OnBehalf.ts"
import {
  type Address,
  callOf,
  jsonBody,
  type KnownOperation,
  orReadBack,
  readJson,
  readNothing
} from "./Request.ts"

/** Adds `parameter`, whose id is in `address`; `get` reads what has that id. */
export const addOrFind = <A extends object>(
  exchange: ExchangeShape,
  operation: KnownOperation,
  address: Pick<Address, "jobId" | "poolId">,
  parameter: object,
  options: RequestOptions | undefined,
  get: { readonly operation: KnownOperation; readonly decode: Decode<A> }
): Effect.Effect<void, BatchFailure> => {
  const call = callOf(exchange, operation, {}, {
    body: jsonBody(parameter),
    options,
    decode: readNothing
  })
  return withReader(exchange, options, (reader) =>
    orReadBack(
      exchange.send({ ...call, ...address }),
      operation.operationId,
      () =>
        Effect.flatMap(
          reader.send(callOf(exchange, get.operation, address, { decode: readJson(get.decode) })),
          (found) => {
            const differences = differencesOfFields(parameter, found)
            return differences.length === 0
              ? Effect.void
              : Effect.fail(idConflict(operation.operationId, address, differences))
          }
        )
    ))
}
