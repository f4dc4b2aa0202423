/**
 * A hint on which node a task should run.
 */
import * as Schema from "effect/Schema"

/** The node or task to be near to; only a hint. @source AffinityInformation 2024-02-01.19.0 */
export const AffinityInformation = Schema.Struct({
  /** The `affinityId` of a node, or of a task that ran on it. */
  affinityId: Schema.String
})

/** The node or task to be near to; only a hint. */
export interface AffinityInformation extends Schema.Schema.Type<typeof AffinityInformation> {}
