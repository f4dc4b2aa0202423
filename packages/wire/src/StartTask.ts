/**
 * The task every node of a pool runs when it joins or restarts.
 */
import * as Schema from "effect/Schema"
import { EnvironmentSetting } from "./EnvironmentSetting.ts"
import * as OpenEnum from "./OpenEnum.ts"
import { ResourceFile } from "./ResourceFile.ts"
import { Int32, Timestamp } from "./Scalar.ts"
import { TaskContainerSettings } from "./TaskContainerSettings.ts"
import {
  TaskContainerExecutionInformation,
  TaskFailureInformation
} from "./TaskExecutionInformation.ts"
import { TaskExecutionResult } from "./TaskState.ts"
import { UserIdentity } from "./UserIdentity.ts"

/** The known states of a start task. @source StartTaskInformation.state 2024-02-01.19.0 */
export const startTaskStates = ["running", "completed"] as const

/** The state of a start task on a node. */
export const StartTaskState = OpenEnum.make(startTaskStates)

/** The state of a start task on a node. */
export type StartTaskState = typeof StartTaskState.Type

/**
 * Runs on a node before any other task, each time the node joins the pool or restarts.
 *
 * @source StartTask 2024-02-01.19.0
 */
export const StartTask = Schema.Struct({
  commandLine: Schema.String,
  containerSettings: Schema.optionalKey(TaskContainerSettings),
  resourceFiles: Schema.optionalKey(Schema.Array(ResourceFile)),
  environmentSettings: Schema.optionalKey(Schema.Array(EnvironmentSetting)),
  userIdentity: Schema.optionalKey(UserIdentity),
  /** 0 when absent, -1 is for ever. */
  maxTaskRetryCount: Schema.optionalKey(Int32),
  /** Holds all tasks back until it has succeeded; true when absent. */
  waitForSuccess: Schema.optionalKey(Schema.Boolean)
})

/** Runs on a node before any other task, each time the node joins the pool or restarts. */
export interface StartTask extends Schema.Schema.Type<typeof StartTask> {}

/** How the start task went on a node. @source StartTaskInformation 2024-02-01.19.0 */
export const StartTaskInformation = Schema.Struct({
  state: StartTaskState,
  /** The latest start. */
  startTime: Timestamp,
  /** The end of the latest run, even when a retry is pending. */
  endTime: Schema.optionalKey(Timestamp),
  exitCode: Schema.optionalKey(Int32),
  containerInfo: Schema.optionalKey(TaskContainerExecutionInformation),
  failureInfo: Schema.optionalKey(TaskFailureInformation),
  /** How often the service retried after a nonzero exit. */
  retryCount: Int32,
  /** Only when there was a retry. */
  lastRetryTime: Schema.optionalKey(Timestamp),
  result: Schema.optionalKey(TaskExecutionResult)
})

/** How the start task went on a node. */
export interface StartTaskInformation extends Schema.Schema.Type<typeof StartTaskInformation> {}
