/**
 * The node resource: one machine of a pool, what runs on it and what is wrong with it.
 */
import * as Schema from "effect/Schema"
import { CertificateReference } from "./CertificateReference.ts"
import { ComputeNodeState, SchedulingState } from "./ComputeNodeState.ts"
import { ImageReference } from "./ImageReference.ts"
import { ComputeNodeEndpointConfiguration } from "./InboundEndpoint.ts"
import { NameValuePair } from "./NameValuePair.ts"
import { Int32, Timestamp } from "./Scalar.ts"
import { StartTask, StartTaskInformation } from "./StartTask.ts"
import { TaskExecutionInformation } from "./TaskExecutionInformation.ts"
import { TaskState } from "./TaskState.ts"

/** A task that ran on a node lately. @source TaskInformation 2024-02-01.19.0 */
export const TaskInformation = Schema.Struct({
  taskUrl: Schema.optionalKey(Schema.String),
  jobId: Schema.optionalKey(Schema.String),
  taskId: Schema.optionalKey(Schema.String),
  /** Only of multi-instance tasks. */
  subtaskId: Schema.optionalKey(Int32),
  taskState: TaskState,
  executionInfo: Schema.optionalKey(TaskExecutionInformation)
})

/** A task that ran on a node lately. */
export interface TaskInformation extends Schema.Schema.Type<typeof TaskInformation> {}

/** Something wrong with a node. @source ComputeNodeError 2024-02-01.19.0 */
export const ComputeNodeError = Schema.Struct({
  /** An open set of codes. */
  code: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  errorDetails: Schema.optionalKey(Schema.Array(NameValuePair))
})

/** Something wrong with a node. */
export interface ComputeNodeError extends Schema.Schema.Type<typeof ComputeNodeError> {}

/** The node agent of a node. @source NodeAgentInformation 2024-02-01.19.0 */
export const NodeAgentInformation = Schema.Struct({
  version: Schema.String,
  lastUpdateTime: Timestamp
})

/** The node agent of a node. */
export interface NodeAgentInformation extends Schema.Schema.Type<typeof NodeAgentInformation> {}

/** The virtual machine of a node. @source VirtualMachineInfo 2024-02-01.19.0 */
export const VirtualMachineInfo = Schema.Struct({
  imageReference: Schema.optionalKey(ImageReference),
  /** Only in accounts that allocate in the user's subscription. */
  scaleSetVmResourceId: Schema.optionalKey(Schema.String)
})

/** The virtual machine of a node. */
export interface VirtualMachineInfo extends Schema.Schema.Type<typeof VirtualMachineInfo> {}

/** A node as the service tells it; a select may leave out any member. @source ComputeNode 2024-02-01.19.0 */
export const ComputeNode = Schema.Struct({
  /** May be given to another node once this one has left the pool. */
  id: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  state: Schema.optionalKey(ComputeNodeState),
  schedulingState: Schema.optionalKey(SchedulingState),
  stateTransitionTime: Schema.optionalKey(Timestamp),
  /** May be absent while unusable. */
  lastBootTime: Schema.optionalKey(Timestamp),
  allocationTime: Schema.optionalKey(Timestamp),
  ipAddress: Schema.optionalKey(Schema.String),
  /** What a task's `affinityInfo` names. */
  affinityId: Schema.optionalKey(Schema.String),
  vmSize: Schema.optionalKey(Schema.String),
  /** Completed tasks, without preparation, release and start tasks. */
  totalTasksRun: Schema.optionalKey(Int32),
  runningTasksCount: Schema.optionalKey(Int32),
  runningTaskSlotsCount: Schema.optionalKey(Int32),
  totalTasksSucceeded: Schema.optionalKey(Int32),
  /** Only when a task has run there. */
  recentTasks: Schema.optionalKey(Schema.Array(TaskInformation)),
  startTask: Schema.optionalKey(StartTask),
  startTaskInfo: Schema.optionalKey(StartTaskInformation),
  certificateReferences: Schema.optionalKey(Schema.Array(CertificateReference)),
  errors: Schema.optionalKey(Schema.Array(ComputeNodeError)),
  /** False for a low-priority node. */
  isDedicated: Schema.optionalKey(Schema.Boolean),
  endpointConfiguration: Schema.optionalKey(ComputeNodeEndpointConfiguration),
  nodeAgentInfo: Schema.optionalKey(NodeAgentInformation),
  virtualMachineInfo: Schema.optionalKey(VirtualMachineInfo)
})

/** A node as the service tells it; a select may leave out any member. */
export interface ComputeNode extends Schema.Schema.Type<typeof ComputeNode> {}

/** One page of nodes. @source ComputeNodeListResult 2024-02-01.19.0 */
export const ComputeNodeListResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(ComputeNode)),
  "odata.nextLink": Schema.optionalKey(Schema.String)
})

/** One page of nodes. */
export interface ComputeNodeListResult extends Schema.Schema.Type<typeof ComputeNodeListResult> {}
