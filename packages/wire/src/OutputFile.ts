/**
 * Files the service uploads from the node after the process of a task has ended.
 */
import * as Schema from "effect/Schema"
import { ComputeNodeIdentityReference } from "./NodeIdentityReference.ts"
import * as OpenEnum from "./OpenEnum.ts"

/** The known conditions of an upload. @source OutputFileUploadCondition 2024-02-01.19.0 */
export const outputFileUploadConditions = ["tasksuccess", "taskfailure", "taskcompletion"] as const

/** After which end of the process files are uploaded. */
export const OutputFileUploadCondition = OpenEnum.make(outputFileUploadConditions)

/** After which end of the process files are uploaded. */
export type OutputFileUploadCondition = typeof OutputFileUploadCondition.Type

/** A header sent with an upload. @source HttpHeader 2024-02-01.19.0 */
export const HttpHeader = Schema.Struct({
  name: Schema.String,
  value: Schema.optionalKey(Schema.String)
})

/** A header sent with an upload. */
export interface HttpHeader extends Schema.Schema.Type<typeof HttpHeader> {}

/** A blob container as a destination. @source OutputFileBlobContainerDestination 2024-02-01.19.0 */
export const OutputFileBlobContainerDestination = Schema.Struct({
  /** The blob name when the pattern has no wildcard, a directory prefix when it has one. */
  path: Schema.optionalKey(Schema.String),
  /** The URL of the container, with a write signature unless an identity is given. */
  containerUrl: Schema.String,
  identityReference: Schema.optionalKey(ComputeNodeIdentityReference),
  uploadHeaders: Schema.optionalKey(Schema.Array(HttpHeader))
})

/** A blob container as a destination. */
export interface OutputFileBlobContainerDestination
  extends Schema.Schema.Type<typeof OutputFileBlobContainerDestination>
{}

/** Where files go. @source OutputFileDestination 2024-02-01.19.0 */
export const OutputFileDestination = Schema.Struct({
  container: Schema.optionalKey(OutputFileBlobContainerDestination)
})

/** Where files go. */
export interface OutputFileDestination extends Schema.Schema.Type<typeof OutputFileDestination> {}

/** When files are uploaded. @source OutputFileUploadOptions 2024-02-01.19.0 */
export const OutputFileUploadOptions = Schema.Struct({
  uploadCondition: OutputFileUploadCondition
})

/** When files are uploaded. */
export interface OutputFileUploadOptions
  extends Schema.Schema.Type<typeof OutputFileUploadOptions>
{}

/** Files to upload when the process has ended. @source OutputFile 2024-02-01.19.0 */
export const OutputFile = Schema.Struct({
  /** A path or pattern, relative to the working directory or absolute. */
  filePattern: Schema.String,
  destination: OutputFileDestination,
  uploadOptions: OutputFileUploadOptions
})

/** Files to upload when the process has ended. */
export interface OutputFile extends Schema.Schema.Type<typeof OutputFile> {}
