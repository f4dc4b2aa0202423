/**
 * What an execution may reach for its resource and output files: directories, and storage over the
 * network.
 */
import type { BlobStorageShape } from "@batchwave/client/BlobStorage"
import type { StorageFailure } from "@batchwave/client/StorageFailure"

/** The reach of the executions of one executor. */
export interface StorageAccess {
  /** Where `file:` URLs may lead. */
  readonly allowedDirectories: ReadonlyArray<string>
  /** Everything behind http(s), guarded by the rules of the network. */
  readonly blobs: BlobStorageShape
  /** Largest file that is downloaded. */
  readonly resourceFileBytesMax: number
}

/** Says whether a URL leads over the network. */
export const isWebUrl = (url: string): boolean => /^https?:/i.test(url)

/** The sentence of a failure, with what to do where it is ours to say. */
export const sentenceOf = ({ message, reason }: StorageFailure): string =>
  reason === "NotAllowed"
    ? `${message} Start the emulator with --allow-host to allow it.`
    : message
