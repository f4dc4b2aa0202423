/**
 * The node a task runs or ran on.
 */
import * as Schema from "effect/Schema"

/**
 * The node a task runs or ran on; empty for a task that was ended before it ever ran.
 *
 * @source ComputeNodeInformation 2024-02-01.19.0
 */
export const ComputeNodeInformation = Schema.Struct({
  affinityId: Schema.optionalKey(Schema.String),
  nodeUrl: Schema.optionalKey(Schema.String),
  poolId: Schema.optionalKey(Schema.String),
  nodeId: Schema.optionalKey(Schema.String),
  taskRootDirectory: Schema.optionalKey(Schema.String),
  taskRootDirectoryUrl: Schema.optionalKey(Schema.String)
})

/** The node a task runs or ran on. */
export interface ComputeNodeInformation extends Schema.Schema.Type<typeof ComputeNodeInformation> {}
