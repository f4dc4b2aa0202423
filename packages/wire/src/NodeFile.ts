/**
 * A file or directory of a task on its node.
 */
import * as Schema from "effect/Schema"
import { Int64, Timestamp } from "./Scalar.ts"

/** The properties of a file; directories have none. @source FileProperties 2024-02-01.19.0 */
export const FileProperties = Schema.Struct({
  /** Absent on Linux nodes. */
  creationTime: Schema.optionalKey(Timestamp),
  lastModified: Timestamp,
  /** The size in bytes. */
  contentLength: Int64,
  contentType: Schema.optionalKey(Schema.String),
  /** The mode in octal digits, on Linux nodes. */
  fileMode: Schema.optionalKey(Schema.String)
})

/** The properties of a file; directories have none. */
export interface FileProperties extends Schema.Schema.Type<typeof FileProperties> {}

/** A file or directory. @source NodeFile 2024-02-01.19.0 */
export const NodeFile = Schema.Struct({
  /** The path from the task directory, such as `stdout.txt` and `wd/result.json`. */
  name: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(Schema.String),
  isDirectory: Schema.optionalKey(Schema.Boolean),
  properties: Schema.optionalKey(FileProperties)
})

/** A file or directory of a task. */
export interface NodeFile extends Schema.Schema.Type<typeof NodeFile> {}

/** One page of files. @source NodeFileListResult 2024-02-01.19.0 */
export const NodeFileListResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(NodeFile)),
  "odata.nextLink": Schema.optionalKey(Schema.String)
})

/** One page of files. */
export interface NodeFileListResult extends Schema.Schema.Type<typeof NodeFileListResult> {}
