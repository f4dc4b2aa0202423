/**
 * The models of the wire package by their names in the service's description.
 */
import * as AffinityInformation from "@batchwave/wire/AffinityInformation"
import * as ApplicationPackageReference from "@batchwave/wire/ApplicationPackageReference"
import * as AuthenticationTokenSettings from "@batchwave/wire/AuthenticationTokenSettings"
import * as AutoScaleRun from "@batchwave/wire/AutoScaleRun"
import * as BatchErrorDocument from "@batchwave/wire/BatchErrorDocument"
import * as CertificateReference from "@batchwave/wire/CertificateReference"
import * as CloudServiceConfiguration from "@batchwave/wire/CloudServiceConfiguration"
import * as ComputeNode from "@batchwave/wire/ComputeNode"
import * as ComputeNodeInformation from "@batchwave/wire/ComputeNodeInformation"
import * as ContainerConfiguration from "@batchwave/wire/ContainerConfiguration"
import type * as Decoder from "@batchwave/wire/Decoder"
import * as EnvironmentSetting from "@batchwave/wire/EnvironmentSetting"
import * as ExitConditions from "@batchwave/wire/ExitConditions"
import * as ImageReference from "@batchwave/wire/ImageReference"
import * as InboundEndpoint from "@batchwave/wire/InboundEndpoint"
import * as Job from "@batchwave/wire/Job"
import * as JobConstraints from "@batchwave/wire/JobConstraints"
import * as JobExecutionInformation from "@batchwave/wire/JobExecutionInformation"
import * as JobPreparationAndReleaseStatus from "@batchwave/wire/JobPreparationAndReleaseStatus"
import * as JobTasks from "@batchwave/wire/JobTasks"
import * as MetadataItem from "@batchwave/wire/MetadataItem"
import * as MountConfiguration from "@batchwave/wire/MountConfiguration"
import * as MultiInstanceSettings from "@batchwave/wire/MultiInstanceSettings"
import * as NameValuePair from "@batchwave/wire/NameValuePair"
import * as NetworkConfiguration from "@batchwave/wire/NetworkConfiguration"
import * as NodeFile from "@batchwave/wire/NodeFile"
import * as NodeIdentityReference from "@batchwave/wire/NodeIdentityReference"
import * as OutputFile from "@batchwave/wire/OutputFile"
import * as Pool from "@batchwave/wire/Pool"
import * as PoolIdentity from "@batchwave/wire/PoolIdentity"
import * as PoolInformation from "@batchwave/wire/PoolInformation"
import * as PoolResize from "@batchwave/wire/PoolResize"
import * as PoolSpecification from "@batchwave/wire/PoolSpecification"
import * as PoolStatistics from "@batchwave/wire/PoolStatistics"
import * as ResourceFile from "@batchwave/wire/ResourceFile"
import * as StartTask from "@batchwave/wire/StartTask"
import * as SubtaskInformation from "@batchwave/wire/SubtaskInformation"
import * as Task from "@batchwave/wire/Task"
import * as TaskCollection from "@batchwave/wire/TaskCollection"
import * as TaskConstraints from "@batchwave/wire/TaskConstraints"
import * as TaskContainerSettings from "@batchwave/wire/TaskContainerSettings"
import * as TaskCounts from "@batchwave/wire/TaskCounts"
import * as TaskDependencies from "@batchwave/wire/TaskDependencies"
import * as TaskExecutionInformation from "@batchwave/wire/TaskExecutionInformation"
import * as TaskPage from "@batchwave/wire/TaskPage"
import * as TaskSchedulingPolicy from "@batchwave/wire/TaskSchedulingPolicy"
import * as TaskStatistics from "@batchwave/wire/TaskStatistics"
import * as UpgradePolicy from "@batchwave/wire/UpgradePolicy"
import * as UserAccount from "@batchwave/wire/UserAccount"
import * as UserIdentity from "@batchwave/wire/UserIdentity"
import * as VirtualMachineConfiguration from "@batchwave/wire/VirtualMachineConfiguration"
import * as VirtualMachineDisk from "@batchwave/wire/VirtualMachineDisk"
import * as VirtualMachineSecurity from "@batchwave/wire/VirtualMachineSecurity"

/** The schema of each definition of the contract. */
export const models: Readonly<Record<string, Decoder.Model<unknown>>> = {
  AffinityInformation: AffinityInformation.AffinityInformation,
  ApplicationPackageReference: ApplicationPackageReference.ApplicationPackageReference,
  AuthenticationTokenSettings: AuthenticationTokenSettings.AuthenticationTokenSettings,
  AutoPoolSpecification: PoolInformation.AutoPoolSpecification,
  AutoScaleRun: AutoScaleRun.AutoScaleRun,
  AutoScaleRunError: AutoScaleRun.AutoScaleRunError,
  AutoUserSpecification: UserIdentity.AutoUserSpecification,
  AutomaticOSUpgradePolicy: UpgradePolicy.AutomaticOSUpgradePolicy,
  AzureBlobFileSystemConfiguration: MountConfiguration.AzureBlobFileSystemConfiguration,
  AzureFileShareConfiguration: MountConfiguration.AzureFileShareConfiguration,
  BatchError: BatchErrorDocument.BatchErrorDocument,
  BatchErrorDetail: BatchErrorDocument.BatchErrorDetail,
  BatchPoolIdentity: PoolIdentity.BatchPoolIdentity,
  CIFSMountConfiguration: MountConfiguration.CIFSMountConfiguration,
  CertificateReference: CertificateReference.CertificateReference,
  CloudJob: Job.CloudJob,
  CloudJobListPreparationAndReleaseTaskStatusResult:
    JobPreparationAndReleaseStatus.CloudJobListPreparationAndReleaseTaskStatusResult,
  CloudJobListResult: Job.CloudJobListResult,
  CloudPool: Pool.CloudPool,
  CloudPoolListResult: Pool.CloudPoolListResult,
  CloudServiceConfiguration: CloudServiceConfiguration.CloudServiceConfiguration,
  CloudTask: Task.CloudTask,
  CloudTaskListResult: TaskPage.CloudTaskListResult,
  CloudTaskListSubtasksResult: SubtaskInformation.CloudTaskListSubtasksResult,
  ComputeNode: ComputeNode.ComputeNode,
  ComputeNodeEndpointConfiguration: InboundEndpoint.ComputeNodeEndpointConfiguration,
  ComputeNodeError: ComputeNode.ComputeNodeError,
  ComputeNodeIdentityReference: NodeIdentityReference.ComputeNodeIdentityReference,
  ComputeNodeInformation: ComputeNodeInformation.ComputeNodeInformation,
  ComputeNodeListResult: ComputeNode.ComputeNodeListResult,
  ContainerConfiguration: ContainerConfiguration.ContainerConfiguration,
  ContainerRegistry: TaskContainerSettings.ContainerRegistry,
  DataDisk: VirtualMachineDisk.DataDisk,
  DiffDiskSettings: VirtualMachineDisk.DiffDiskSettings,
  DiskEncryptionConfiguration: VirtualMachineSecurity.DiskEncryptionConfiguration,
  EnvironmentSetting: EnvironmentSetting.EnvironmentSetting,
  ErrorMessage: BatchErrorDocument.ErrorMessage,
  ExitCodeMapping: ExitConditions.ExitCodeMapping,
  ExitCodeRangeMapping: ExitConditions.ExitCodeRangeMapping,
  ExitConditions: ExitConditions.ExitConditions,
  ExitOptions: ExitConditions.ExitOptions,
  FileProperties: NodeFile.FileProperties,
  HttpHeader: OutputFile.HttpHeader,
  ImageReference: ImageReference.ImageReference,
  InboundEndpoint: InboundEndpoint.InboundEndpoint,
  InboundNATPool: NetworkConfiguration.InboundNATPool,
  JobAddParameter: Job.JobAddParameter,
  JobConstraints: JobConstraints.JobConstraints,
  JobDisableParameter: Job.JobDisableParameter,
  JobExecutionInformation: JobExecutionInformation.JobExecutionInformation,
  JobManagerTask: JobTasks.JobManagerTask,
  JobNetworkConfiguration: Job.JobNetworkConfiguration,
  JobPatchParameter: Job.JobPatchParameter,
  JobPreparationAndReleaseTaskExecutionInformation:
    JobPreparationAndReleaseStatus.JobPreparationAndReleaseTaskExecutionInformation,
  JobPreparationTask: JobTasks.JobPreparationTask,
  JobPreparationTaskExecutionInformation:
    JobPreparationAndReleaseStatus.JobPreparationTaskExecutionInformation,
  JobReleaseTask: JobTasks.JobReleaseTask,
  JobReleaseTaskExecutionInformation:
    JobPreparationAndReleaseStatus.JobReleaseTaskExecutionInformation,
  JobSchedulingError: JobExecutionInformation.JobSchedulingError,
  JobStatistics: JobExecutionInformation.JobStatistics,
  JobTerminateParameter: Job.JobTerminateParameter,
  JobUpdateParameter: Job.JobUpdateParameter,
  LinuxUserConfiguration: UserAccount.LinuxUserConfiguration,
  ManagedDisk: VirtualMachineDisk.ManagedDisk,
  MetadataItem: MetadataItem.MetadataItem,
  MountConfiguration: MountConfiguration.MountConfiguration,
  MultiInstanceSettings: MultiInstanceSettings.MultiInstanceSettings,
  NFSMountConfiguration: MountConfiguration.NFSMountConfiguration,
  NameValuePair: NameValuePair.NameValuePair,
  NetworkConfiguration: NetworkConfiguration.NetworkConfiguration,
  NetworkSecurityGroupRule: NetworkConfiguration.NetworkSecurityGroupRule,
  NodeAgentInformation: ComputeNode.NodeAgentInformation,
  NodeFile: NodeFile.NodeFile,
  NodeFileListResult: NodeFile.NodeFileListResult,
  NodePlacementConfiguration: VirtualMachineConfiguration.NodePlacementConfiguration,
  OSDisk: VirtualMachineDisk.OSDisk,
  OutputFile: OutputFile.OutputFile,
  OutputFileBlobContainerDestination: OutputFile.OutputFileBlobContainerDestination,
  OutputFileDestination: OutputFile.OutputFileDestination,
  OutputFileUploadOptions: OutputFile.OutputFileUploadOptions,
  PoolAddParameter: Pool.PoolAddParameter,
  PoolEndpointConfiguration: NetworkConfiguration.PoolEndpointConfiguration,
  PoolInformation: PoolInformation.PoolInformation,
  PoolResizeParameter: PoolResize.PoolResizeParameter,
  PoolSpecification: PoolSpecification.PoolSpecification,
  PoolStatistics: PoolStatistics.PoolStatistics,
  PublicIPAddressConfiguration: NetworkConfiguration.PublicIPAddressConfiguration,
  ResizeError: PoolResize.ResizeError,
  ResourceFile: ResourceFile.ResourceFile,
  ResourceStatistics: PoolStatistics.ResourceStatistics,
  RollingUpgradePolicy: UpgradePolicy.RollingUpgradePolicy,
  SecurityProfile: VirtualMachineSecurity.SecurityProfile,
  ServiceArtifactReference: VirtualMachineConfiguration.ServiceArtifactReference,
  StartTask: StartTask.StartTask,
  StartTaskInformation: StartTask.StartTaskInformation,
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
  TaskInformation: ComputeNode.TaskInformation,
  TaskSchedulingPolicy: TaskSchedulingPolicy.TaskSchedulingPolicy,
  TaskSlotCounts: TaskCounts.TaskSlotCounts,
  TaskStatistics: TaskStatistics.TaskStatistics,
  TaskUpdateParameter: Task.TaskUpdateParameter,
  UefiSettings: VirtualMachineSecurity.UefiSettings,
  UpgradePolicy: UpgradePolicy.UpgradePolicy,
  UsageStatistics: PoolStatistics.UsageStatistics,
  UserAccount: UserAccount.UserAccount,
  UserAssignedIdentity: PoolIdentity.UserAssignedIdentity,
  UserIdentity: UserIdentity.UserIdentity,
  VMExtension: VirtualMachineConfiguration.VMExtension,
  VirtualMachineConfiguration: VirtualMachineConfiguration.VirtualMachineConfiguration,
  VirtualMachineInfo: ComputeNode.VirtualMachineInfo,
  WindowsConfiguration: VirtualMachineConfiguration.WindowsConfiguration,
  WindowsUserConfiguration: UserAccount.WindowsUserConfiguration
}
