/**
 * Why the account did not do what it was asked: a code of the service and what it was about.
 *
 * A refusal is a value, never a throw, and a refused call changes nothing.
 */

/**
 * The service codes an account can answer with.
 *
 * @source Batch status and error codes, 2024-02-01.19.0
 * @category models
 */
export type RefusalCode =
  | "ActiveJobAndScheduleQuotaReached"
  | "InvalidPropertyValue"
  | "JobBeingDeleted"
  | "JobBeingTerminated"
  | "JobCompleted"
  | "JobDisabled"
  | "JobExists"
  | "JobNotFound"
  | "JobPreparationTaskNotSpecified"
  | "OperationInvalidForCurrentState"
  | "PoolBeingDeleted"
  | "PoolBeingResized"
  | "PoolExists"
  | "PoolNotFound"
  | "PoolQuotaReached"
  | "TaskCompleted"
  | "TaskDependencyListTooLong"
  | "TaskDependencyRangesTooLong"
  | "TaskExists"
  | "TaskIdSameAsJobPreparationTask"
  | "TaskIdSameAsJobReleaseTask"
  | "TaskNotCompleted"
  | "TaskNotFound"
  | "TaskSucceeded"
  | "UnsupportedProperty"

/**
 * One refused call.
 *
 * @category models
 */
export interface Refusal {
  readonly _tag: "Refusal"
  readonly code: RefusalCode
  /** The offending property, for the two property codes and the list limit. */
  readonly propertyName?: string
  /** The offending value, printed. */
  readonly propertyValue?: string
  /** One sentence saying what would be accepted. */
  readonly reason?: string
}

/**
 * Makes a refusal that is about a resource.
 *
 * @category constructors
 */
export const make = (code: RefusalCode): Refusal => ({ _tag: "Refusal", code })

/**
 * Makes a refusal that is about one property of the input.
 *
 * @category constructors
 */
export const ofProperty = (
  code: RefusalCode,
  propertyName: string,
  propertyValue: string,
  reason: string
): Refusal => ({ _tag: "Refusal", code, propertyName, propertyValue, reason })

/**
 * Tells a refusal from the value a call answers with.
 *
 * @category guards
 */
export const isRefusal = (value: object | undefined): value is Refusal =>
  value !== undefined && "_tag" in value && value._tag === "Refusal"
