/**
 * What a pool to add, a pool of a job and a pool as it is told have in common.
 */
import * as Schema from "effect/Schema"
import { ApplicationPackageReference } from "../ApplicationPackageReference.ts"
import { CertificateReference } from "../CertificateReference.ts"
import { CloudServiceConfiguration } from "../CloudServiceConfiguration.ts"
import { MetadataItem } from "../MetadataItem.ts"
import { MountConfiguration } from "../MountConfiguration.ts"
import { NetworkConfiguration } from "../NetworkConfiguration.ts"
import { NodeCommunicationMode } from "../PoolState.ts"
import { Duration, Int32 } from "../Scalar.ts"
import { StartTask } from "../StartTask.ts"
import { TaskSchedulingPolicy } from "../TaskSchedulingPolicy.ts"
import { UpgradePolicy } from "../UpgradePolicy.ts"
import { UserAccount } from "../UserAccount.ts"
import { VirtualMachineConfiguration } from "../VirtualMachineConfiguration.ts"

/** The members of all three models beside the size of their machines. */
export const poolSettings = {
  displayName: Schema.optionalKey(Schema.String),
  /** Excludes `virtualMachineConfiguration`. */
  cloudServiceConfiguration: Schema.optionalKey(CloudServiceConfiguration),
  /** Excludes `cloudServiceConfiguration`. */
  virtualMachineConfiguration: Schema.optionalKey(VirtualMachineConfiguration),
  /** At least `Limits.resizeTimeoutMsMin`; `Limits.resizeTimeoutDefault` when absent. */
  resizeTimeout: Schema.optionalKey(Duration),
  /** Not with `enableAutoScale`. */
  targetDedicatedNodes: Schema.optionalKey(Int32),
  /** Not with `enableAutoScale`. */
  targetLowPriorityNodes: Schema.optionalKey(Int32),
  /** False when absent. */
  enableAutoScale: Schema.optionalKey(Schema.Boolean),
  /** Required with `enableAutoScale`, and not taken without. */
  autoScaleFormula: Schema.optionalKey(Schema.String),
  /** From `Limits.autoScaleIntervalMsMin` to `Limits.autoScaleIntervalMsMax`; 15 minutes when absent. */
  autoScaleEvaluationInterval: Schema.optionalKey(Duration),
  /** False when absent; multi-instance tasks need it. */
  enableInterNodeCommunication: Schema.optionalKey(Schema.Boolean),
  networkConfiguration: Schema.optionalKey(NetworkConfiguration),
  startTask: Schema.optionalKey(StartTask),
  certificateReferences: Schema.optionalKey(Schema.Array(CertificateReference)),
  applicationPackageReferences: Schema.optionalKey(Schema.Array(ApplicationPackageReference)),
  applicationLicenses: Schema.optionalKey(Schema.Array(Schema.String)),
  /** From 1, the default, to four times the cores of a node and `Limits.nodeSlots`; fixed at creation. */
  taskSlotsPerNode: Schema.optionalKey(Int32),
  /** `spread` when absent. */
  taskSchedulingPolicy: Schema.optionalKey(TaskSchedulingPolicy),
  userAccounts: Schema.optionalKey(Schema.Array(UserAccount)),
  metadata: Schema.optionalKey(Schema.Array(MetadataItem)),
  mountConfiguration: Schema.optionalKey(Schema.Array(MountConfiguration)),
  /** `default` when absent. */
  targetNodeCommunicationMode: Schema.optionalKey(NodeCommunicationMode),
  upgradePolicy: Schema.optionalKey(UpgradePolicy),
  /** Copied to the resources behind the pool. */
  resourceTags: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
} as const
