/**
 * The virtual machines of a pool.
 */
import * as Schema from "effect/Schema"
import { ContainerConfiguration } from "./ContainerConfiguration.ts"
import { ImageReference } from "./ImageReference.ts"
import * as OpenEnum from "./OpenEnum.ts"
import { DataDisk, OSDisk } from "./VirtualMachineDisk.ts"
import { DiskEncryptionConfiguration, SecurityProfile } from "./VirtualMachineSecurity.ts"

/** The known placements of nodes. @source NodePlacementPolicyType 2024-02-01.19.0 */
export const nodePlacementPolicyTypes = ["regional", "zonal"] as const

/** Where in a region nodes are placed. */
export const NodePlacementPolicyType = OpenEnum.make(nodePlacementPolicyTypes)

/** Where in a region nodes are placed. */
export type NodePlacementPolicyType = typeof NodePlacementPolicyType.Type

/** Settings of Windows nodes. @source WindowsConfiguration 2024-02-01.19.0 */
export const WindowsConfiguration = Schema.Struct({
  /** True when absent. */
  enableAutomaticUpdates: Schema.optionalKey(Schema.Boolean)
})

/** Settings of Windows nodes. */
export interface WindowsConfiguration extends Schema.Schema.Type<typeof WindowsConfiguration> {}

/** Where nodes are placed. @source NodePlacementConfiguration 2024-02-01.19.0 */
export const NodePlacementConfiguration = Schema.Struct({
  /** `regional` when absent. */
  policy: Schema.optionalKey(NodePlacementPolicyType)
})

/** Where nodes are placed. */
export interface NodePlacementConfiguration
  extends Schema.Schema.Type<typeof NodePlacementConfiguration>
{}

/** An extension installed on each node. @source VMExtension 2024-02-01.19.0 */
export const VMExtension = Schema.Struct({
  name: Schema.String,
  publisher: Schema.String,
  type: Schema.String,
  typeHandlerVersion: Schema.optionalKey(Schema.String),
  autoUpgradeMinorVersion: Schema.optionalKey(Schema.Boolean),
  enableAutomaticUpgrade: Schema.optionalKey(Schema.Boolean),
  /** Carried as they are. */
  settings: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  /** A secret, carried as it is. */
  protectedSettings: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  /** The names of extensions to install before this one. */
  provisionAfterExtensions: Schema.optionalKey(Schema.Array(Schema.String))
})

/** An extension installed on each node. */
export interface VMExtension extends Schema.Schema.Type<typeof VMExtension> {}

/** The artifact that gives all nodes the same version of `latest`. @source ServiceArtifactReference 2024-02-01.19.0 */
export const ServiceArtifactReference = Schema.Struct({
  /** The full resource id. */
  id: Schema.String
})

/** The artifact that gives all nodes the same version of `latest`. */
export interface ServiceArtifactReference
  extends Schema.Schema.Type<typeof ServiceArtifactReference>
{}

/** The virtual machines of a pool. @source VirtualMachineConfiguration 2024-02-01.19.0 */
export const VirtualMachineConfiguration = Schema.Struct({
  imageReference: ImageReference,
  /** The node agent that fits the image, such as `batch.node.ubuntu 22.04`. */
  nodeAgentSKUId: Schema.String,
  windowsConfiguration: Schema.optionalKey(WindowsConfiguration),
  dataDisks: Schema.optionalKey(Schema.Array(DataDisk)),
  /** `Windows_Server` or `Windows_Client`, for licenses one has. */
  licenseType: Schema.optionalKey(Schema.String),
  containerConfiguration: Schema.optionalKey(ContainerConfiguration),
  diskEncryptionConfiguration: Schema.optionalKey(DiskEncryptionConfiguration),
  nodePlacementConfiguration: Schema.optionalKey(NodePlacementConfiguration),
  extensions: Schema.optionalKey(Schema.Array(VMExtension)),
  osDisk: Schema.optionalKey(OSDisk),
  securityProfile: Schema.optionalKey(SecurityProfile),
  serviceArtifactReference: Schema.optionalKey(ServiceArtifactReference)
})

/** The virtual machines of a pool. */
export interface VirtualMachineConfiguration
  extends Schema.Schema.Type<typeof VirtualMachineConfiguration>
{}
