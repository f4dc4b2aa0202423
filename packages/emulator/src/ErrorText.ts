/**
 * The sentence that goes with each error code.
 *
 * @internal
 */

/** Sentences by code. */
export const texts = {
  ActiveJobAndScheduleQuotaReached:
    "The active job and job schedule quota for the account has been reached.",
  AuthenticationFailed:
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
  ConditionNotMet: "The condition specified using HTTP conditional header(s) is not met.",
  FileNotFound: "The specified file does not exist.",
  InsufficientAccountPermissions:
    "The account being accessed does not have sufficient permissions to execute this operation.",
  InternalError: "Server encountered an internal error. Please try again after some time.",
  InvalidHeaderValue: "The value for one of the HTTP headers is not in the correct format.",
  InvalidPropertyValue:
    "The value provided for one of the properties in the request body is invalid.",
  InvalidQueryParameterValue:
    "Value for one of the query parameters specified in the request URI is invalid.",
  InvalidRange: "The range specified is invalid for the current size of the resource.",
  InvalidRequestBody: "The specified request body is not syntactically valid.",
  InvalidUri: "The requested URI does not represent any resource on the server.",
  JobBeingDeleted: "The specified job has been marked for deletion and is being garbage collected.",
  JobBeingTerminated: "The specified job is being terminated.",
  JobCompleted: "The specified job is already in a completed state.",
  JobDisabled: "The specified job is disabled.",
  JobExists: "The specified job already exists.",
  JobNotFound: "The specified job does not exist.",
  JobPreparationTaskNotSpecified: "The specified job has no job preparation task.",
  MissingContentLengthHeader: "Content-Length HTTP header is not specified.",
  MissingRequiredProperty: "A required property was not specified in the request body.",
  MissingRequiredQueryParameter:
    "A query parameter that's mandatory for this request is not specified.",
  MultipleConditionHeadersNotSupported: "Multiple condition headers are not supported.",
  NodeNotFound: "The specified node does not exist.",
  OperationInvalidForCurrentState:
    "Operation being attempted is invalid given the current state of the resource.",
  OperationTimedOut: "The operation could not be completed within the permitted time.",
  OutOfRangeQueryParameterValue:
    "A query parameter specified in the request URI is outside the permissible range.",
  PoolBeingDeleted: "The specified pool has been marked for deletion and is being reclaimed.",
  PoolBeingResized: "The specified pool is being resized.",
  PoolExists: "The specified pool already exists.",
  PoolNotFound: "The specified pool does not exist.",
  PoolQuotaReached: "The pool quota for the account has been reached.",
  RequestBodyTooLarge: "The size of the request body exceeds the maximum size permitted.",
  ResourceNotFound: "The specified resource does not exist.",
  ServerBusy: "The server is currently unable to receive requests. Please retry your request.",
  TaskCompleted: "The specified task is already in a completed state.",
  TaskDependenciesNotSpecifiedOnJob:
    "The specified task has dependencies but usesTaskDependencies is not enabled on its job.",
  TaskDependencyListTooLong: "The specified list of task dependencies is too long.",
  TaskDependencyRangesTooLong: "The specified list of task dependency ranges is too long.",
  TaskExists: "The specified task already exists.",
  TaskFilesCleanedup: "The files of the specified task have been cleaned up on its compute node.",
  TaskFilesUnavailable:
    "The task files are unavailable because the task has not run on a compute node.",
  TaskIdSameAsJobPreparationTask:
    "The specified task id is the id of the job preparation task of its job.",
  TaskIdSameAsJobReleaseTask: "The specified task id is the id of the job release task of its job.",
  TaskNotCompleted: "The specified task is not in a completed state.",
  TaskNotFound: "The specified task does not exist.",
  TaskSucceeded: "The specified task has completed successfully and cannot be reactivated.",
  TooManyRequests: "Request failed as server encountered too many requests. Please try again.",
  UnsupportedHttpVerb: "The resource doesn't support the specified HTTP verb.",
  UnsupportedProperty: "One of the properties specified in the request body is not supported.",
  UnsupportedQueryParameter:
    "One of the query parameters specified in the request URI is not supported.",
  UnsupportedRequestVersion: "The requested version of the service is not supported."
} as const
