/**
 * Options that a caller may give to one call. Every option is optional; the defaults are the
 * service's own.
 *
 * @source common query parameters and headers, 2024-02-01.19.0
 */
import type { Filter } from "@batchwave/wire/OData"

/** What every call accepts. */
export interface RequestOptions {
  /** Time the service may spend on the request, in whole seconds. @default the service's (30; 120 for collections) */
  readonly timeoutSeconds?: number
  /** Id of the request for the service's logs, a GUID without braces. @default a new one for every attempt */
  readonly clientRequestId?: string
  /** Asks the service to echo the client request id. @default false */
  readonly returnClientRequestId?: boolean
  /**
   * The date every attempt is dated and signed with, RFC 1123 in GMT. The service refuses one that is
   * more than 15 minutes from its own clock. @default the time of the attempt
   */
  readonly ocpDate?: string
  /**
   * More headers for every attempt. A header that the client signs or sets itself (`authorization`,
   * `ocp-*`, `if-*`, `content-*`, …) is refused before sending, with code `CustomHeaderRefused`.
   * @default none
   */
  readonly customHeaders?: Readonly<Record<string, string>>
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

/** What `reactivate` accepts. */
export interface ReactivateOptions extends ConditionalOptions {
  /**
   * When the task ended, by its `stateTransitionTime` as you read it. After a lost reply a task that is
   * completed since just then was not reactivated, and any other was. Without it a task that runs for
   * less than a second or so, and fails again, may be taken for reactivated when it was not.
   * @default what the task's other times tell decides
   */
  readonly completedAt?: string
}

/** What reads of files accept: only the two conditions on dates. */
export interface DateConditionOptions extends RequestOptions {
  /** Read only if changed since this RFC 1123 time. */
  readonly ifModifiedSince?: string
  /** Read only if not changed since this RFC 1123 time. */
  readonly ifUnmodifiedSince?: string
}

/** The names of the top-level properties of a thing. */
export type PropertyName<A> = keyof A & string

/**
 * What selects a part of the properties. The names decide the type of the result: what was not asked
 * for cannot be read. A list whose names are not known to the compiler selects nothing in the type.
 */
export interface SelectOptions<A = never, K extends string = string> {
  /** Top-level properties to return. @default all */
  readonly select?:
    & ReadonlyArray<K>
    & (string extends K ? unknown : ReadonlyArray<PropertyName<A>>)
}

/** What is left of a thing when only some properties were selected. */
export type Selected<A, K extends string> = Pick<A, K & keyof A>

/** What selects and expands properties. */
export interface ExpandOptions<A = never, K extends string = string> extends SelectOptions<A, K> {
  /** Related properties to include; the service knows only `stats`. @default none */
  readonly expand?: ReadonlyArray<string>
}

/** What reads of one job, task or pool accept. */
export interface GetOptions<A = never, K extends string = string>
  extends ConditionalOptions, ExpandOptions<A, K>
{}

/** What every listing accepts. */
export interface PageOptions extends RequestOptions {
  /**
   * An OData filter: built from `TaskFilter`, `JobFilter`, … of `@batchwave/wire/ODataProperties`
   * with `and` and `or` of `@batchwave/wire/OData`, or a text such as `state eq 'completed'`.
   * @default all
   */
  readonly filter?: Filter | string
  /** Items per page, 1 to 1000. @default 1000 */
  readonly maxResults?: number
  /** Pages to follow before the listing fails as endless. @default 100000 */
  readonly pagesMax?: number
}

/** What listings accept whose items can be selected from, but not expanded. */
export interface ListSelectOptions<A = never, K extends string = string>
  extends PageOptions, SelectOptions<A, K>
{}

/** What listings of jobs, tasks and pools accept. */
export interface ListOptions<A = never, K extends string = string>
  extends PageOptions, ExpandOptions<A, K>
{}
