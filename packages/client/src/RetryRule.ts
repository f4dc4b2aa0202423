/**
 * Which outcomes of an attempt are worth another attempt, and which refusals after an ambiguous
 * attempt mean that the goal is already reached: one row per operation.
 *
 * A write is ambiguous after a timeout, a broken connection, an unreadable reply, 408, 429 or 5xx:
 * the service may have acted. Every operation here may be repeated all the same, because ids are
 * chosen by the caller and the second try of a done deed is refused with a known code.
 *
 * @source batch-status-and-error-codes; azure-sdk-for-net#36549 (an exists error after 429)
 */
import type { TransportFailureReason } from "./TransportFailure.ts"

/** What an operation's failure means. */
export interface RetryRule {
  /** HTTP statuses worth another attempt; all of them leave a write ambiguous. */
  readonly statuses: ReadonlySet<number>
  /** Transport failures worth another attempt. */
  readonly transport: ReadonlySet<TransportFailureReason>
  /** True when an unreadable reply with a success status is worth another attempt. */
  readonly unreadable: boolean
  /** Error codes that, after an ambiguous attempt, mean the earlier attempt did it. */
  readonly reached: ReadonlySet<string>
  /** Error codes that, after an ambiguous attempt, have to be checked by reading back. */
  readonly readBack: ReadonlySet<string>
}

/** Statuses that pass: the request may be fine a moment later. */
export const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

/** Transport failures that pass; a bad certificate, an over-long reply or a malformed request stay. */
export const transientTransport: ReadonlySet<TransportFailureReason> = new Set([
  "ConnectFailed",
  "ConnectionLost",
  "TimedOut"
])

const rule = (
  reached: ReadonlyArray<string> = [],
  readBack: ReadonlyArray<string> = []
): RetryRule => ({
  statuses: transientStatuses,
  transport: transientTransport,
  unreadable: true,
  reached: new Set(reached),
  readBack: new Set(readBack)
})

const read = rule()

const fileGone = ["FileNotFound", "ResourceNotFound"]

/** The rule of every operation this client has, by the contract's operation id. */
export const retryRules = {
  Task_Add: rule([], ["TaskExists"]),
  Task_AddCollection: rule([], ["TaskExists"]),
  Task_List: read,
  Task_Get: read,
  Task_ListSubtasks: read,
  Task_Update: rule([], ["ConditionNotMet"]),
  Task_Delete: rule(["TaskNotFound", "JobNotFound", "ResourceNotFound"]),
  Task_Terminate: rule(["TaskCompleted", "TaskNotFound", "JobNotFound", "ResourceNotFound"]),
  Task_Reactivate: rule(["TaskNotCompleted"]),
  Job_Add: rule([], ["JobExists"]),
  Job_List: read,
  Job_Get: read,
  Job_Patch: rule(),
  Job_Terminate: rule(["JobCompleted", "JobBeingTerminated"]),
  Job_Delete: rule(["JobNotFound", "ResourceNotFound", "JobBeingDeleted"]),
  Job_Update: rule(),
  Job_Disable: rule(["JobDisabled"]),
  Job_Enable: rule(),
  Job_GetTaskCounts: read,
  Job_ListPreparationAndReleaseTaskStatus: read,
  File_GetFromTask: read,
  File_GetPropertiesFromTask: read,
  File_ListFromTask: read,
  File_DeleteFromTask: rule(fileGone),
  File_GetFromComputeNode: read,
  File_GetPropertiesFromComputeNode: read,
  File_ListFromComputeNode: read,
  File_DeleteFromComputeNode: rule(fileGone),
  Pool_Add: rule([], ["PoolExists"]),
  Pool_List: read,
  Pool_Get: read,
  Pool_Exists: read,
  Pool_Delete: rule(["PoolNotFound", "ResourceNotFound", "PoolBeingDeleted"]),
  Pool_Resize: rule([], ["PoolBeingResized"]),
  ComputeNode_List: read,
  ComputeNode_Get: read
} as const satisfies Record<string, RetryRule>

/** The operations this client has. */
export type OperationId = keyof typeof retryRules
