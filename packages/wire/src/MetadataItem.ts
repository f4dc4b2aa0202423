/**
 * A named text of the caller's on a job or a pool.
 */
import * as Schema from "effect/Schema"

/** A named text of the caller's; the service gives it no meaning. @source MetadataItem 2024-02-01.19.0 */
export const MetadataItem = Schema.Struct({
  name: Schema.String,
  value: Schema.String
})

/** A named text of the caller's; the service gives it no meaning. */
export interface MetadataItem extends Schema.Schema.Type<typeof MetadataItem> {}
