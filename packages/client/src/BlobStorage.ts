/**
 * Files in blob containers and behind URLs, over the REST interface of Azure Blob Storage: download,
 * list, look, upload. Signatures travel in the query of the URLs that callers give.
 *
 * S1. Nothing that is shown holds the query of a URL.
 * S2. Whatever can be sent again is: three tries in all, with exponential waits. A download is the
 *     caller's to repeat, because the caller has to drop what was received.
 * S3. With a guard, no address is connected to that it does not allow, also behind redirects and
 *     names.
 * S4. An upload appears whole or not at all.
 *
 * @source Blob service REST API 2021-12-02: Get Blob, Get Blob Properties, List Blobs, Put Blob,
 * Put Block, Put Block List; shared access signatures in the query
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as BlobListing from "./internal/BlobListing.ts"
import * as StorageExchange from "./internal/StorageExchange.ts"
import { StorageFailure } from "./StorageFailure.ts"
import * as StorageUrl from "./StorageUrl.ts"
import type { UploadSource } from "./UploadSource.ts"

/** The version of the REST interface that is spoken. */
const storageVersion = "2021-12-02"

/** Tries of a request after the first. */
const retriesMax = 2

/** Bytes of a block; a file up to this size is sent in one request. */
export const blockBytes = 4 * 1_048_576

/** Most blocks of a blob. @source Put Block List, Blob service REST API */
const blocksMax = 50_000

/** Blocks on their way at once. */
const blocksAtOnce = 4

/** Longest page of a listing that is read. */
const listingBytesMax = 64 * 1_048_576

/** Longest reply to an upload that is read. */
const replyBytesMax = 65_536

/** Which hosts may be asked, and which addresses connected to. */
export interface AddressGuard {
  /** A name in lower case, or an address without brackets, as it stands in a URL. */
  readonly allowsHost: (host: string) => boolean
  /** An IPv4 or IPv6 address that an allowed name stands for. */
  readonly allowsAddress: (address: string) => boolean
}

/** How to work with storage services. */
export interface BlobStorageOptions {
  /** @default everything is allowed */
  readonly guard?: AddressGuard
  /** Time without a reply or a byte of it, in milliseconds. @default 60000 */
  readonly idleMsMax?: number
}

/** A blob of a listing. */
export interface BlobItem {
  readonly name: string
  readonly bytes: number
}

/** Files in blob containers and behind URLs. */
export interface BlobStorageShape {
  /**
   * Downloads what a URL leads to, once, following redirects; every chunk goes to `each`. Gives the
   * bytes. Fails above `bytesMax`.
   */
  readonly download: <E>(
    url: string,
    bytesMax: number,
    each: (chunk: Uint8Array) => Effect.Effect<void, E>
  ) => Effect.Effect<number, E | StorageFailure>
  /** Lists the blobs of a container whose names begin with a prefix, page by page. */
  readonly list: (
    containerUrl: string,
    prefix: string,
    pageSize?: number
  ) => Stream.Stream<ReadonlyArray<BlobItem>, StorageFailure>
  /** The bytes of a blob; fails with `NotFound` when it is not there. */
  readonly size: (blobUrl: string) => Effect.Effect<number, StorageFailure>
  /** Uploads a blob in place of what is there; `headers` are sent with it. */
  readonly upload: <E>(
    blobUrl: string,
    source: UploadSource<E>,
    headers?: Readonly<Record<string, string>>
  ) => Effect.Effect<void, E | StorageFailure>
}

/** Tries a request to a storage service again when that may help. */
export const retryTransient = <A, E, R>(
  effect: Effect.Effect<A, E | StorageFailure, R>
): Effect.Effect<A, E | StorageFailure, R> =>
  Effect.retry(effect, {
    while: (error) => error instanceof StorageFailure && error.isTransient,
    times: retriesMax,
    schedule: Schedule.exponential("200 millis")
  })

/** Files in blob containers and behind URLs. */
export class BlobStorage extends Context.Service<BlobStorage, BlobStorageShape>()(
  "@batchwave/client/BlobStorage"
) {
  /** Connections that are closed with the layer's scope. */
  static layer(options: BlobStorageOptions = {}): Layer.Layer<BlobStorage> {
    return Layer.effect(BlobStorage, make(options))
  }
}

const make = Effect.fnUntraced(function*(options: BlobStorageOptions) {
  const connections = yield* StorageExchange.connect(options.guard, options.idleMsMax ?? 60_000)
  return BlobStorage.of({
    download: Effect.fn("BlobStorage.download")((url, bytesMax, each) => {
      const request = { method: "GET", url, accepted: [200], isRedirected: true } as const
      return StorageExchange.exchange(
        connections,
        request,
        (reply) => StorageExchange.drain(request, reply, bytesMax, each)
      )
    }),
    list: (containerUrl, prefix, pageSize) =>
      Stream.paginate(
        "",
        (marker) => page(connections, containerUrl, prefix, pageSize, marker)
      ),
    size: Effect.fn("BlobStorage.size")((url) => {
      const request = versioned({ method: "HEAD", url, accepted: [200] })
      return retryTransient(StorageExchange.exchange(
        connections,
        request,
        (reply) =>
          Effect.as(
            StorageExchange.drain(request, reply, 0, () => Effect.void),
            Number(StorageExchange.headerOf(reply, "content-length") ?? "0")
          )
      ))
    }),
    upload: Effect.fn("BlobStorage.upload")((url, source, headers = {}) =>
      source.bytes <= blockBytes
        ? uploadWhole(connections, url, source, headers)
        : uploadBlocks(connections, url, source, headers)
    )
  })
})

/** Downloads go without: what is behind their URLs need not be a storage service. */
const versioned = (
  request: StorageExchange.StorageRequest
): StorageExchange.StorageRequest => ({
  ...request,
  headers: { ...request.headers, "x-ms-version": storageVersion }
})

const page = Effect.fnUntraced(function*(
  connections: StorageExchange.StorageConnections,
  containerUrl: string,
  prefix: string,
  pageSize: number | undefined,
  marker: string
) {
  const url = StorageUrl.withParameters(containerUrl, {
    restype: "container",
    comp: "list",
    ...(prefix === "" ? {} : { prefix }),
    ...(pageSize === undefined ? {} : { maxresults: String(pageSize) }),
    ...(marker === "" ? {} : { marker })
  })
  const request = versioned({ method: "GET", url, accepted: [200] })
  const text = yield* retryTransient(
    StorageExchange.exchange(
      connections,
      request,
      (reply) => StorageExchange.readText(request, reply, listingBytesMax)
    )
  )
  const listing = BlobListing.parse(text)
  if (Result.isFailure(listing)) return yield* strange(url, listing.failure)
  const { blobs, nextMarker } = listing.success
  if (nextMarker !== undefined && nextMarker === marker) {
    return yield* strange(url, "the listing of blobs leads in a circle")
  }
  const next = nextMarker === undefined ? Option.none<string>() : Option.some(nextMarker)
  return [[blobs], next] as const
})

const strange = (url: string, complaint: string): Effect.Effect<never, StorageFailure> =>
  Effect.fail(
    new StorageFailure({
      reason: "Failed",
      message: `${StorageUrl.shown(url)}: ${complaint}.`,
      isTransient: false
    })
  )

const put = (
  connections: StorageExchange.StorageConnections,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array
): Effect.Effect<void, StorageFailure> => {
  const request = versioned({ method: "PUT", url, headers, body, accepted: [201] })
  return retryTransient(
    StorageExchange.exchange(
      connections,
      request,
      (reply) => Effect.asVoid(StorageExchange.readText(request, reply, replyBytesMax))
    )
  )
}

const uploadWhole = <E>(
  connections: StorageExchange.StorageConnections,
  url: string,
  source: UploadSource<E>,
  headers: Readonly<Record<string, string>>
): Effect.Effect<void, E | StorageFailure> =>
  Effect.flatMap(
    source.read(0, source.bytes),
    (body) => put(connections, url, { ...headers, "x-ms-blob-type": "BlockBlob" }, body)
  )

/** Blocks are invisible until their list is put (S4). */
const uploadBlocks = Effect.fnUntraced(function*<E>(
  connections: StorageExchange.StorageConnections,
  url: string,
  source: UploadSource<E>,
  headers: Readonly<Record<string, string>>
): Effect.fn.Return<void, E | StorageFailure> {
  const partBytes = Math.max(blockBytes, Math.ceil(source.bytes / blocksMax))
  const ids = Array.from(
    { length: Math.ceil(source.bytes / partBytes) },
    (_, index) => Buffer.from(`batchwave-${String(index).padStart(6, "0")}`).toString("base64")
  )
  yield* Effect.forEach(
    ids,
    (blockid, index) => {
      const offset = index * partBytes
      const part = source.read(offset, Math.min(partBytes, source.bytes - offset))
      const target = StorageUrl.withParameters(url, { comp: "block", blockid })
      return Effect.flatMap(part, (body) => put(connections, target, {}, body))
    },
    { concurrency: blocksAtOnce, discard: true }
  )
  const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${
    ids.map((id) => `<Latest>${id}</Latest>`).join("")
  }</BlockList>`
  yield* put(
    connections,
    StorageUrl.withParameters(url, { comp: "blocklist" }),
    headers,
    Buffer.from(list)
  )
})
