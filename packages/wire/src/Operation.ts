/**
 * An operation of the service as data: client and emulator both work from these descriptions.
 */
import type * as Schema from "effect/Schema"
import * as Limits from "./Limits.ts"

/** A header that makes a request depend on the state of the resource. */
export type ConditionalHeader =
  | "If-Match"
  | "If-None-Match"
  | "If-Modified-Since"
  | "If-Unmodified-Since"

/** The four conditional headers of tasks, jobs and pools. */
export const conditionalHeadersAll = [
  "If-Match",
  "If-None-Match",
  "If-Modified-Since",
  "If-Unmodified-Since"
] as const satisfies ReadonlyArray<ConditionalHeader>

/** The conditional headers of files: dates only. */
export const conditionalHeadersOfDates = [
  "If-Modified-Since",
  "If-Unmodified-Since"
] as const satisfies ReadonlyArray<ConditionalHeader>

/** An HTTP method the service knows. */
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"

/** What one operation looks like on the wire. */
export interface Operation {
  /** The name of the operation in the service's own description. */
  readonly operationId: string
  readonly method: Method
  /** The path with its parameters in braces; `OperationPath` fills and matches it. */
  readonly path: string
  /** The only status of success; every other but `absent` carries an error document or nothing. */
  readonly success: number
  /** The status that says "there is none": of an operation that asks whether something exists. */
  readonly absent?: number
  /** The query parameters it takes beside `api-version` and `timeout`. */
  readonly query: ReadonlyArray<string>
  /** Whether it takes all four conditional headers. */
  readonly conditional: boolean
  /** Exactly which conditional headers it takes. */
  readonly conditionalHeaders: ReadonlyArray<ConditionalHeader>
  /** Whether it takes `ocp-range`; it answers with its success even to a part. */
  readonly isRanged?: boolean
  /** The service's processing time in seconds when no `timeout` is given. */
  readonly timeoutSecondsDefault: number
  /** The body it takes, and whether it must be there; absent when it takes none. */
  readonly request?: { readonly schema: Schema.Constraint; readonly isRequired: boolean }
  /** The JSON body of its success; absent when the body is empty or not JSON. */
  readonly response?: Schema.Constraint
  /** Whether it may be continued by `odata.nextLink`. */
  readonly isPaged: boolean
  /** The headers the service promises on success. Any of them may be missing in practice. */
  readonly responseHeaders: ReadonlyArray<string>
}

/** What most operations share: no query, no conditions, no pages, the default processing time. */
export const common = {
  query: [],
  conditional: false,
  conditionalHeaders: [],
  timeoutSecondsDefault: Limits.timeoutSecondsDefault,
  isPaged: false
} as const

/** Of an operation that takes all four conditional headers. */
export const conditional = {
  conditional: true,
  conditionalHeaders: conditionalHeadersAll
} as const
