/**
 * The error codes the service publishes, by the status they come with. Codes on the wire are open:
 * treat one that is not here by its status.
 */

/** The published codes by status. @source Batch status and error codes, with codes seen by users */
export const codesByStatus = {
  400: [
    "MissingRequiredHeader",
    "UnsupportedHeader",
    "InvalidHeaderValue",
    "MissingRequiredProperty",
    "UnsupportedProperty",
    "InvalidPropertyValue",
    "MissingRequiredQueryParameter",
    "UnsupportedQueryParameter",
    "InvalidQueryParameterValue",
    "OutOfRangeQueryParameterValue",
    "InvalidUri",
    "RequestUrlFailedToParse",
    "InvalidHttpVerb",
    "InvalidRequestBody",
    "InvalidInput",
    "OutOfRangeInput",
    "InvalidAuthenticationInfo",
    "EmptyMetadataKey",
    "InvalidMetadata",
    "MetadataTooLarge",
    "MultipleConditionHeadersNotSupported",
    "UnsupportedRequestVersion",
    "TaskDependenciesNotSpecifiedOnJob",
    "TaskDependencyListTooLong",
    "TaskDependencyRangesTooLong",
    "InvalidConstraintValue",
    "UnsupportedConstraint",
    "OutOfRangePriority",
    "HostInformationNotPresent"
  ],
  403: ["AuthenticationFailed", "InsufficientAccountPermissions", "AccountIsDisabled", "IOError"],
  404: [
    "ResourceNotFound",
    "JobNotFound",
    "TaskNotFound",
    "FileNotFound",
    "PoolNotFound",
    "NodeNotFound",
    "NodeUserNotFound",
    "JobScheduleNotFound",
    "ApplicationNotFound",
    "NodeAgentSKUNotFound",
    "JobPreparationTaskNotRunOnNode",
    "JobReleaseTaskNotRunOnNode"
  ],
  405: ["UnsupportedHttpVerb"],
  409: [
    "TaskExists",
    "TaskCompleted",
    "TaskNotCompleted",
    "TaskSucceeded",
    "TaskFilesUnavailable",
    "TaskFilesCleanedup",
    "TaskIdSameAsJobPreparationTask",
    "TaskIdSameAsJobReleaseTask",
    "JobExists",
    "JobWithSameIdExists",
    "JobScheduleWithSameIdExists",
    "JobBeingTerminated",
    "JobBeingDeleted",
    "JobCompleted",
    "JobDisabled",
    "JobNotActive",
    "JobPreparationTaskNotSpecified",
    "JobReleaseTaskNotSpecified",
    "ActiveJobAndScheduleQuotaReached",
    "PoolExists",
    "PoolBeingCreated",
    "PoolBeingDeleted",
    "PoolBeingResized",
    "PoolQuotaReached",
    "NodeStateUnusable",
    "OperationInvalidForCurrentState",
    "OperationNotValidOnNode",
    "OperationNotValidOnPool",
    "InvalidApplicationPackageReferences"
  ],
  411: ["MissingContentLengthHeader"],
  412: ["ConditionNotMet"],
  413: ["RequestBodyTooLarge"],
  416: ["InvalidRange"],
  429: ["TooManyRequests"],
  500: ["InternalError", "OperationTimedOut"],
  501: ["NotImplemented"],
  503: ["ServerBusy", "TooManyEnableAutoScaleRequests"]
} as const

/** A status with published codes. */
export type ErrorStatus = keyof typeof codesByStatus

/** A published error code. */
export type ErrorCode = (typeof codesByStatus)[ErrorStatus][number]

const statusByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByStatus).flatMap(([status, codes]) =>
    codes.map((code) => [code, Number(status)] as const)
  )
)

/** The status a published code comes with, or `undefined` for an unknown code. */
export const statusOf = (code: string): number | undefined => statusByCode.get(code)

/** Tells whether a code is published, in exactly its spelling. */
export const isPublished = (code: string): code is ErrorCode => statusByCode.has(code)

/**
 * The statuses after which the same request may be sent again: the service may or may not have
 * acted, and ids make the second sending safe.
 */
export const isTransientStatus = (status: number): boolean =>
  status === 408 || status === 429 || status === 500 || status === 502 || status === 503 ||
  status === 504
