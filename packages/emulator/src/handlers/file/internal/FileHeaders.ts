/**
 * The headers and properties that describe a file.
 *
 * @internal
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"
import type { FileProperties } from "@batchwave/wire/NodeFile"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import type { Stats } from "node:fs"
import type { FoundFile } from "./StoredFiles.ts"

const contentType = "application/octet-stream"

/** The headers of a file; a part of one has its own length. */
export const make = (file: FoundFile, bytesCount: number): Record<string, string> => ({
  "Content-Type": contentType,
  "Content-Length": String(bytesCount),
  "Last-Modified": Rfc1123.dateOfEpochMs(file.stats.mtimeMs),
  "ocp-batch-file-isdirectory": file.stats.isDirectory() ? "True" : "False",
  "ocp-batch-file-url": encodeURIComponent(file.url),
  "ocp-batch-file-mode": modeOf(file.stats)
})

/** The properties of a file in a listing. */
export const propertiesOf = (stats: Stats): FileProperties => ({
  lastModified: Iso8601.timestampOfEpochMs(Math.floor(stats.mtimeMs)),
  contentLength: stats.size,
  contentType,
  fileMode: modeOf(stats)
})

const modeOf = (stats: Stats): string => `0${(stats.mode & 0o777).toString(8).padStart(3, "0")}`
