/**
 * One of the further instances of a multi-instance task.
 */
import * as Schema from "effect/Schema"
import { ComputeNodeInformation } from "./ComputeNodeInformation.ts"
import { Int32, Timestamp } from "./Scalar.ts"
import {
  TaskContainerExecutionInformation,
  TaskFailureInformation
} from "./TaskExecutionInformation.ts"
import { SubtaskState, TaskExecutionResult } from "./TaskState.ts"

/** One subtask. Ids count from 1: 0 is the primary, the task itself. @source SubtaskInformation 2024-02-01.19.0 */
export const SubtaskInformation = Schema.Struct({
  id: Schema.optionalKey(Int32),
  nodeInfo: Schema.optionalKey(ComputeNodeInformation),
  startTime: Schema.optionalKey(Timestamp),
  endTime: Schema.optionalKey(Timestamp),
  exitCode: Schema.optionalKey(Int32),
  containerInfo: Schema.optionalKey(TaskContainerExecutionInformation),
  failureInfo: Schema.optionalKey(TaskFailureInformation),
  state: Schema.optionalKey(SubtaskState),
  stateTransitionTime: Schema.optionalKey(Timestamp),
  previousState: Schema.optionalKey(SubtaskState),
  previousStateTransitionTime: Schema.optionalKey(Timestamp),
  result: Schema.optionalKey(TaskExecutionResult)
})

/** One subtask of a multi-instance task. */
export interface SubtaskInformation extends Schema.Schema.Type<typeof SubtaskInformation> {}

/** All subtasks of a task, never paged. @source CloudTaskListSubtasksResult 2024-02-01.19.0 */
export const CloudTaskListSubtasksResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(SubtaskInformation))
})

/** All subtasks of a task, never paged. */
export interface CloudTaskListSubtasksResult
  extends Schema.Schema.Type<typeof CloudTaskListSubtasksResult>
{}
