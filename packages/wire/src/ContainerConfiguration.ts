/**
 * The container runtime of a pool and the images it brings to its nodes.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { ContainerRegistry } from "./TaskContainerSettings.ts"

/** The known container technologies. @source ContainerConfiguration.type 2024-02-01.19.0 */
export const containerTypes = ["dockerCompatible", "criCompatible"] as const

/** The container technology of a pool. */
export const ContainerType = OpenEnum.make(containerTypes)

/** The container technology of a pool. */
export type ContainerType = typeof ContainerType.Type

/**
 * The containers of a pool: every task of such a pool may have container settings.
 *
 * @source ContainerConfiguration 2024-02-01.19.0
 */
export const ContainerConfiguration = Schema.Struct({
  type: ContainerType,
  /** Full image references to bring to each node in advance. */
  containerImageNames: Schema.optionalKey(Schema.Array(Schema.String)),
  /** The private registries images come from. */
  containerRegistries: Schema.optionalKey(Schema.Array(ContainerRegistry))
})

/** The containers of a pool: every task of such a pool may have container settings. */
export interface ContainerConfiguration extends Schema.Schema.Type<typeof ContainerConfiguration> {}
