/**
 * A file or a container of files the service brings to the node before a task starts.
 */
import * as Schema from "effect/Schema"
import { ComputeNodeIdentityReference } from "./NodeIdentityReference.ts"

/**
 * A file or a container of files to download. Exactly one of `autoStorageContainerName`,
 * `storageContainerUrl` and `httpUrl` is given.
 *
 * @source ResourceFile 2024-02-01.19.0
 */
export const ResourceFile = Schema.Struct({
  /** A container of the account's own storage. */
  autoStorageContainerName: Schema.optionalKey(Schema.String),
  /** The URL of a blob container, with a signature unless an identity is given. */
  storageContainerUrl: Schema.optionalKey(Schema.String),
  /** The URL of one file. */
  httpUrl: Schema.optionalKey(Schema.String),
  /** Brings only blobs whose name starts so; only with a container. */
  blobPrefix: Schema.optionalKey(Schema.String),
  /** The path below the working directory; required with `httpUrl`, a directory otherwise. */
  filePath: Schema.optionalKey(Schema.String),
  /** The mode in octal digits, for Linux nodes; `0770` when absent. */
  fileMode: Schema.optionalKey(Schema.String),
  identityReference: Schema.optionalKey(ComputeNodeIdentityReference)
})

/** A file or a container of files to download. */
export interface ResourceFile extends Schema.Schema.Type<typeof ResourceFile> {}
