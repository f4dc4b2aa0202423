/**
 * A reference to a managed identity of the pool, used instead of a signature in a URL.
 */
import * as Schema from "effect/Schema"

/** A managed identity by its resource id. @source ComputeNodeIdentityReference 2024-02-01.19.0 */
export const ComputeNodeIdentityReference = Schema.Struct({
  /** The full resource id of the identity. */
  resourceId: Schema.optionalKey(Schema.String)
})

/** A managed identity by its resource id. */
export interface ComputeNodeIdentityReference
  extends Schema.Schema.Type<typeof ComputeNodeIdentityReference>
{}
