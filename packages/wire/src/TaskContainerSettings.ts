/**
 * The container a task runs in, on pools that have containers.
 */
import * as Schema from "effect/Schema"
import { ComputeNodeIdentityReference } from "./NodeIdentityReference.ts"
import * as OpenEnum from "./OpenEnum.ts"

/** The known working directories. @source TaskContainerSettings.workingDirectory 2024-02-01.19.0 */
export const containerWorkingDirectories = [
  "taskWorkingDirectory",
  "containerImageDefault"
] as const

/** Where the process starts inside its container. */
export const ContainerWorkingDirectory = OpenEnum.make(containerWorkingDirectories)

/** Where the process starts inside its container. */
export type ContainerWorkingDirectory = typeof ContainerWorkingDirectory.Type

/** A private container registry. @source ContainerRegistry 2024-02-01.19.0 */
export const ContainerRegistry = Schema.Struct({
  username: Schema.optionalKey(Schema.String),
  password: Schema.optionalKey(Schema.String),
  /** The host of the registry; Docker Hub when absent. */
  registryServer: Schema.optionalKey(Schema.String),
  identityReference: Schema.optionalKey(ComputeNodeIdentityReference)
})

/** A private container registry. */
export interface ContainerRegistry extends Schema.Schema.Type<typeof ContainerRegistry> {}

/** The container a task runs in. @source TaskContainerSettings 2024-02-01.19.0 */
export const TaskContainerSettings = Schema.Struct({
  /** Further options of the container's create command. */
  containerRunOptions: Schema.optionalKey(Schema.String),
  /** The full image reference, `latest` when it has no tag. */
  imageName: Schema.String,
  registry: Schema.optionalKey(ContainerRegistry),
  /** `taskWorkingDirectory` when absent. */
  workingDirectory: Schema.optionalKey(ContainerWorkingDirectory)
})

/** The container a task runs in. */
export interface TaskContainerSettings extends Schema.Schema.Type<typeof TaskContainerSettings> {}
