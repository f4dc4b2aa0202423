/**
 * As much of `@azure/storage-blob` 12.34.0 as the tests use. The types are spelt out here because the
 * package is installed for this stage only, and the whole tree is type-checked without it.
 */
import { createRequire } from "node:module"

export interface Permissions {
  readonly expiresOn: Date
  readonly permissions: object
}

export interface BlockBlobClient {
  readonly url: string
  readonly upload: (body: Buffer | string, bytes: number) => Promise<unknown>
  readonly downloadToBuffer: () => Promise<Buffer>
  readonly exists: () => Promise<boolean>
  readonly getProperties: () => Promise<{
    readonly contentLength?: number
    readonly contentType?: string
    readonly metadata?: Readonly<Record<string, string>>
  }>
  readonly getBlockList: (
    kind: "committed"
  ) => Promise<{ readonly committedBlocks?: ReadonlyArray<{ readonly size: number }> }>
  readonly generateSasUrl: (options: Permissions) => Promise<string>
}

export interface ContainerClient {
  readonly url: string
  readonly create: () => Promise<unknown>
  readonly getBlockBlobClient: (name: string) => BlockBlobClient
  readonly listBlobsFlat: () => AsyncIterable<{ readonly name: string }>
  readonly generateSasUrl: (options: Permissions) => Promise<string>
}

export interface BlobServiceClient {
  readonly url: string
  readonly getContainerClient: (name: string) => ContainerClient
  readonly generateAccountSasUrl: (
    expiresOn: Date,
    permissions: object,
    resourceTypes: string
  ) => string
}

interface StorageLibrary {
  readonly BlobServiceClient: new(url: string, credential: object) => BlobServiceClient
  readonly StorageSharedKeyCredential: new(account: string, key: string) => object
  readonly ContainerSASPermissions: { readonly parse: (letters: string) => object }
  readonly BlobSASPermissions: { readonly parse: (letters: string) => object }
  readonly AccountSASPermissions: { readonly parse: (letters: string) => object }
}

const require = createRequire(import.meta.url)

/** The library. */
export const library: StorageLibrary = require("@azure/storage-blob")

/** The program that serves blobs. */
export const azuriteMain: string = require.resolve("azurite/dist/src/blob/main.js")
