/**
 * The models of the wire package by their names in the service's description.
 */
import * as AffinityInformation from "@batchwave/wire/AffinityInformation"
import * as ApplicationPackageReference from "@batchwave/wire/ApplicationPackageReference"
import * as AuthenticationTokenSettings from "@batchwave/wire/AuthenticationTokenSettings"
import * as BatchErrorDocument from "@batchwave/wire/BatchErrorDocument"
import * as ComputeNodeInformation from "@batchwave/wire/ComputeNodeInformation"
import * as EnvironmentSetting from "@batchwave/wire/EnvironmentSetting"
import * as ExitConditions from "@batchwave/wire/ExitConditions"
import * as Job from "@batchwave/wire/Job"
import * as JobConstraints from "@batchwave/wire/JobConstraints"
import * as JobExecutionInformation from "@batchwave/wire/JobExecutionInformation"
import * as JobTasks from "@batchwave/wire/JobTasks"
import * as MultiInstanceSettings from "@batchwave/wire/MultiInstanceSettings"
import * as NameValuePair from "@batchwave/wire/NameValuePair"
import * as NodeFile from "@batchwave/wire/NodeFile"
import * as NodeIdentityReference from "@batchwave/wire/NodeIdentityReference"
import * as OutputFile from "@batchwave/wire/OutputFile"
import * as PoolInformation from "@batchwave/wire/PoolInformation"
import * as ResourceFile from "@batchwave/wire/ResourceFile"
import * as SubtaskInformation from "@batchwave/wire/SubtaskInformation"
import * as Task from "@batchwave/wire/Task"
import * as TaskCollection from "@batchwave/wire/TaskCollection"
import * as TaskConstraints from "@batchwave/wire/TaskConstraints"
import * as TaskContainerSettings from "@batchwave/wire/TaskContainerSettings"
import * as TaskCounts from "@batchwave/wire/TaskCounts"
import * as TaskDependencies from "@batchwave/wire/TaskDependencies"
import * as TaskExecutionInformation from "@batchwave/wire/TaskExecutionInformation"
import * as TaskPage from "@batchwave/wire/TaskPage"
import * as TaskStatistics from "@batchwave/wire/TaskStatistics"
import * as UserIdentity from "@batchwave/wire/UserIdentity"
import type * as Schema from "effect/Schema"

/** The schema of each definition of the contract. */
export const models: Readonly<Record<string, Schema.Constraint>> = {
  AffinityInformation: AffinityInformation.AffinityInformation,
  ApplicationPackageReference: ApplicationPackageReference.ApplicationPackageReference,
  AuthenticationTokenSettings: AuthenticationTokenSettings.AuthenticationTokenSettings,
  AutoPoolSpecification: PoolInformation.AutoPoolSpecification,
  AutoUserSpecification: UserIdentity.AutoUserSpecification,
  BatchError: BatchErrorDocument.BatchErrorDocument,
  BatchErrorDetail: BatchErrorDocument.BatchErrorDetail,
  CloudJob: Job.CloudJob,
  CloudJobListResult: Job.CloudJobListResult,
  CloudTask: Task.CloudTask,
  CloudTaskListResult: TaskPage.CloudTaskListResult,
  CloudTaskListSubtasksResult: SubtaskInformation.CloudTaskListSubtasksResult,
  ComputeNodeIdentityReference: NodeIdentityReference.ComputeNodeIdentityReference,
  ComputeNodeInformation: ComputeNodeInformation.ComputeNodeInformation,
  ContainerRegistry: TaskContainerSettings.ContainerRegistry,
  EnvironmentSetting: EnvironmentSetting.EnvironmentSetting,
  ErrorMessage: BatchErrorDocument.ErrorMessage,
  ExitCodeMapping: ExitConditions.ExitCodeMapping,
  ExitCodeRangeMapping: ExitConditions.ExitCodeRangeMapping,
  ExitConditions: ExitConditions.ExitConditions,
  ExitOptions: ExitConditions.ExitOptions,
  FileProperties: NodeFile.FileProperties,
  HttpHeader: OutputFile.HttpHeader,
  JobAddParameter: Job.JobAddParameter,
  JobConstraints: JobConstraints.JobConstraints,
  JobExecutionInformation: JobExecutionInformation.JobExecutionInformation,
  JobManagerTask: JobTasks.JobManagerTask,
  JobNetworkConfiguration: Job.JobNetworkConfiguration,
  JobPatchParameter: Job.JobPatchParameter,
  JobPreparationTask: JobTasks.JobPreparationTask,
  JobReleaseTask: JobTasks.JobReleaseTask,
  JobSchedulingError: JobExecutionInformation.JobSchedulingError,
  JobStatistics: JobExecutionInformation.JobStatistics,
  JobTerminateParameter: Job.JobTerminateParameter,
  MetadataItem: Job.MetadataItem,
  MultiInstanceSettings: MultiInstanceSettings.MultiInstanceSettings,
  NameValuePair: NameValuePair.NameValuePair,
  NodeFile: NodeFile.NodeFile,
  NodeFileListResult: NodeFile.NodeFileListResult,
  OutputFile: OutputFile.OutputFile,
  OutputFileBlobContainerDestination: OutputFile.OutputFileBlobContainerDestination,
  OutputFileDestination: OutputFile.OutputFileDestination,
  OutputFileUploadOptions: OutputFile.OutputFileUploadOptions,
  PoolInformation: PoolInformation.PoolInformation,
  ResourceFile: ResourceFile.ResourceFile,
  SubtaskInformation: SubtaskInformation.SubtaskInformation,
  TaskAddCollectionParameter: TaskCollection.TaskAddCollectionParameter,
  TaskAddCollectionResult: TaskCollection.TaskAddCollectionResult,
  TaskAddParameter: Task.TaskAddParameter,
  TaskAddResult: TaskCollection.TaskAddResult,
  TaskConstraints: TaskConstraints.TaskConstraints,
  TaskContainerExecutionInformation: TaskExecutionInformation.TaskContainerExecutionInformation,
  TaskContainerSettings: TaskContainerSettings.TaskContainerSettings,
  TaskCounts: TaskCounts.TaskCounts,
  TaskCountsResult: TaskCounts.TaskCountsResult,
  TaskDependencies: TaskDependencies.TaskDependencies,
  TaskExecutionInformation: TaskExecutionInformation.TaskExecutionInformation,
  TaskFailureInformation: TaskExecutionInformation.TaskFailureInformation,
  TaskIdRange: TaskDependencies.TaskIdRange,
  TaskSlotCounts: TaskCounts.TaskSlotCounts,
  TaskStatistics: TaskStatistics.TaskStatistics,
  TaskUpdateParameter: Task.TaskUpdateParameter,
  UserIdentity: UserIdentity.UserIdentity
}
