/**
 * File systems mounted on each node of a pool, below its mounts directory.
 */
import * as Schema from "effect/Schema"
import { ComputeNodeIdentityReference } from "./NodeIdentityReference.ts"

/**
 * A blob container, opened by exactly one of a key, a signature and an identity.
 *
 * @source AzureBlobFileSystemConfiguration 2024-02-01.19.0
 */
export const AzureBlobFileSystemConfiguration = Schema.Struct({
  accountName: Schema.String,
  containerName: Schema.String,
  /** A secret. */
  accountKey: Schema.optionalKey(Schema.String),
  /** A secret. */
  sasKey: Schema.optionalKey(Schema.String),
  blobfuseOptions: Schema.optionalKey(Schema.String),
  relativeMountPath: Schema.String,
  identityReference: Schema.optionalKey(ComputeNodeIdentityReference)
})

/** A blob container, opened by exactly one of a key, a signature and an identity. */
export interface AzureBlobFileSystemConfiguration
  extends Schema.Schema.Type<typeof AzureBlobFileSystemConfiguration>
{}

/** A file system by NFS. @source NFSMountConfiguration 2024-02-01.19.0 */
export const NFSMountConfiguration = Schema.Struct({
  source: Schema.String,
  relativeMountPath: Schema.String,
  mountOptions: Schema.optionalKey(Schema.String)
})

/** A file system by NFS. */
export interface NFSMountConfiguration extends Schema.Schema.Type<typeof NFSMountConfiguration> {}

/** A file system by SMB. @source CIFSMountConfiguration 2024-02-01.19.0 */
export const CIFSMountConfiguration = Schema.Struct({
  username: Schema.String,
  source: Schema.String,
  relativeMountPath: Schema.String,
  mountOptions: Schema.optionalKey(Schema.String),
  /** A secret. */
  password: Schema.String
})

/** A file system by SMB. */
export interface CIFSMountConfiguration extends Schema.Schema.Type<typeof CIFSMountConfiguration> {}

/** A file share of a storage account. @source AzureFileShareConfiguration 2024-02-01.19.0 */
export const AzureFileShareConfiguration = Schema.Struct({
  accountName: Schema.String,
  azureFileUrl: Schema.String,
  /** A secret. */
  accountKey: Schema.String,
  relativeMountPath: Schema.String,
  mountOptions: Schema.optionalKey(Schema.String)
})

/** A file share of a storage account. */
export interface AzureFileShareConfiguration
  extends Schema.Schema.Type<typeof AzureFileShareConfiguration>
{}

/** One file system: exactly one of the four. @source MountConfiguration 2024-02-01.19.0 */
export const MountConfiguration = Schema.Struct({
  azureBlobFileSystemConfiguration: Schema.optionalKey(AzureBlobFileSystemConfiguration),
  nfsMountConfiguration: Schema.optionalKey(NFSMountConfiguration),
  cifsMountConfiguration: Schema.optionalKey(CIFSMountConfiguration),
  azureFileShareConfiguration: Schema.optionalKey(AzureFileShareConfiguration)
})

/** One file system: exactly one of the four. */
export interface MountConfiguration extends Schema.Schema.Type<typeof MountConfiguration> {}
