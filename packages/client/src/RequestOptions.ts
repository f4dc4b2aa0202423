/**
 * Options that a caller may give to one call. Every option is optional; the defaults are the
 * service's own.
 *
 * @source common query parameters and headers, 2024-02-01.19.0
 */

/** What every call accepts. */
export interface RequestOptions {
  /** Time the service may spend on the request, in whole seconds. @default the service's (30; 120 for collections) */
  readonly timeoutSeconds?: number
  /** Id of the request for the service's logs, a GUID without braces. @default a new one for every attempt */
  readonly clientRequestId?: string
  /** Asks the service to echo the client request id. @default false */
  readonly returnClientRequestId?: boolean
  /**
   * Time for all attempts of one request together, in milliseconds; listings and collections make
   * many requests. @default the client's `deadlineMs`
   */
  readonly deadlineMs?: number
}

/** What calls accept that the service can make conditional. */
export interface ConditionalOptions extends RequestOptions {
  /** Act only if the entity tag is this one, or any (`*`). */
  readonly ifMatch?: string
  /** Act only if the entity tag is not this one. */
  readonly ifNoneMatch?: string
  /** Act only if changed since this RFC 1123 time. */
  readonly ifModifiedSince?: string
  /** Act only if not changed since this RFC 1123 time. */
  readonly ifUnmodifiedSince?: string
}

/** What reads of files accept: only the two conditions on dates. */
export interface DateConditionOptions extends RequestOptions {
  /** Read only if changed since this RFC 1123 time. */
  readonly ifModifiedSince?: string
  /** Read only if not changed since this RFC 1123 time. */
  readonly ifUnmodifiedSince?: string
}

/** What selects a part of the properties. */
export interface SelectOptions {
  /** Top-level properties to return. @default all */
  readonly select?: ReadonlyArray<string>
}

/** What selects and expands properties. */
export interface ExpandOptions extends SelectOptions {
  /** Related properties to include; the service knows only `stats`. @default none */
  readonly expand?: ReadonlyArray<string>
}

/** What reads of one job or task accept. */
export interface GetOptions extends ConditionalOptions, ExpandOptions {}

/** What listings accept. */
export interface ListOptions extends RequestOptions, ExpandOptions {
  /** An OData filter, for example `state eq 'completed'`. @default all */
  readonly filter?: string
  /** Items per page, 1 to 1000. @default 1000 */
  readonly maxResults?: number
  /** Pages to follow before the listing fails as endless. @default 100000 */
  readonly pagesMax?: number
}
