/**
 * Builds calls from the contract's operation table and a caller's options, and the readers of their
 * replies.
 */
import type { Decode } from "@batchwave/wire/Decoder"
import * as OData from "@batchwave/wire/OData"
import type { Operation } from "@batchwave/wire/Operation"
import type { QueryParameter } from "@batchwave/wire/QueryString"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { BatchFailure } from "../BatchFailure.ts"
import type { ConditionalOptions, ListOptions, RequestOptions } from "../RequestOptions.ts"
import { type OperationId, type RetryRule, retryRules } from "../RetryRule.ts"
import type { TransportReply } from "../TransportMessage.ts"
import type { Call } from "./Call.ts"
import type { ExchangeShape } from "./Exchange.ts"
import { parseJson } from "./Json.ts"
import * as RequestTarget from "./RequestTarget.ts"

/** An operation this client has a retry rule for. */
export interface KnownOperation extends Operation {
  readonly operationId: OperationId
}

/** What a call addresses. */
export interface Address {
  readonly jobId?: string
  readonly taskId?: string
  readonly poolId?: string
  readonly nodeId?: string
  readonly filePath?: string
}

/** What a call needs beside its address. */
export interface Parts<A> {
  readonly query?: ReadonlyArray<QueryParameter>
  readonly body?: Buffer
  readonly options?: ConditionalOptions | undefined
  readonly range?: string
  readonly decode: Call<A>["decode"]
}

/** Builds a call. */
export const callOf = <A>(
  exchange: ExchangeShape,
  operation: KnownOperation,
  address: Address,
  parts: Parts<A>
): Call<A> => ({
  operation: operation.operationId,
  method: operation.method,
  success: operation.success,
  target: RequestTarget.make(exchange.basePath, operation.path, { ...address }, [
    ...(parts.query ?? []),
    ...timeoutOf(parts.options)
  ]),
  decode: parts.decode,
  ...(address.jobId === undefined ? {} : { jobId: address.jobId }),
  ...(address.taskId === undefined ? {} : { taskId: address.taskId }),
  ...(address.poolId === undefined ? {} : { poolId: address.poolId }),
  ...(address.nodeId === undefined ? {} : { nodeId: address.nodeId }),
  ...(address.filePath === undefined ? {} : { filePath: address.filePath }),
  ...(parts.body === undefined ? {} : { body: parts.body }),
  ...(parts.options === undefined ? {} : { options: parts.options }),
  ...(parts.range === undefined ? {} : { range: parts.range })
})

/** The options that travel in the query. */
export type QueryOptions = Pick<ListOptions, "select" | "expand" | "filter" | "maxResults">

/** Query parameters a listing or a read may have; an empty value is left out. */
export const queryOf = (
  options: QueryOptions | undefined
): ReadonlyArray<QueryParameter> => {
  if (options === undefined) return []
  const query: Array<QueryParameter> = []
  const filter = typeof options.filter === "object" ? OData.print(options.filter) : options.filter
  if (filter !== undefined && filter !== "") query.push(["$filter", filter])
  if (options.select !== undefined && options.select.length > 0) {
    query.push(["$select", options.select.join(",")])
  }
  if (options.expand !== undefined && options.expand.length > 0) {
    query.push(["$expand", options.expand.join(",")])
  }
  if (options.maxResults !== undefined) query.push(["maxresults", String(options.maxResults)])
  return query
}

const timeoutOf = (
  options: RequestOptions | undefined
): ReadonlyArray<QueryParameter> =>
  options?.timeoutSeconds === undefined ? [] : [["timeout", String(options.timeoutSeconds)]]

/** Encodes a value as the body of a request. */
export const jsonBody = (value: object): Buffer => Buffer.from(JSON.stringify(value), "utf8")

/** Reads a reply whose body does not matter. */
export const readNothing = (): Result.Result<void, string> => Result.void

/** Reads a JSON reply with a decoder of the contract. */
export const readJson =
  <A>(decode: Decode<A>) => (reply: TransportReply): Result.Result<A, string> => {
    const json = parseJson(reply.body)
    if (Result.isFailure(json)) return Result.fail(notJson(reply))
    const decoded = decode(json.success)
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure.message)
    reply.giveBack?.()
    return Result.succeed(decoded.success)
  }

/** Says that a body is not JSON, with its length but not its text. */
export const notJson = (reply: TransportReply): string =>
  `its ${reply.body.length} bytes are not complete JSON.`

/** Turns a refusal that means "already done by our earlier attempt" into success. */
export const orReached = (
  effect: Effect.Effect<void, BatchFailure>,
  operation: OperationId
): Effect.Effect<void, BatchFailure> =>
  effect.pipe(
    Effect.catch((failure) =>
      isReached(failure, retryRules[operation]) ? Effect.void : Effect.fail(failure)
    )
  )

const isReached = (failure: BatchFailure, rule: RetryRule): boolean =>
  failure.ambiguous && failure.code !== undefined && rule.reached.has(failure.code)

/** Lets what is there decide when a refusal after an ambiguous attempt may be our own doing. */
export const orReadBack = (
  effect: Effect.Effect<void, BatchFailure>,
  operation: OperationId,
  read: (failure: BatchFailure) => Effect.Effect<void, BatchFailure>
): Effect.Effect<void, BatchFailure> =>
  Effect.catch(
    effect,
    (failure) => needsReadBack(failure, operation) ? read(failure) : Effect.fail(failure)
  )

/** True when a refusal after an ambiguous attempt has to be checked by reading back. */
export const needsReadBack = (failure: BatchFailure, operation: OperationId): boolean => {
  const rule: RetryRule = retryRules[operation]
  return failure.ambiguous && failure.code !== undefined && rule.readBack.has(failure.code)
}
