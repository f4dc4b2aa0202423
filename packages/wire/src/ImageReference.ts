/**
 * The image the virtual machines of a pool start from.
 */
import * as Schema from "effect/Schema"

/**
 * An image of the marketplace by its four names, or an own one by its resource id.
 *
 * @source ImageReference 2024-02-01.19.0
 */
export const ImageReference = Schema.Struct({
  publisher: Schema.optionalKey(Schema.String),
  offer: Schema.optionalKey(Schema.String),
  sku: Schema.optionalKey(Schema.String),
  /** `latest` when absent. */
  version: Schema.optionalKey(Schema.String),
  /** Excludes every other member. */
  virtualMachineImageId: Schema.optionalKey(Schema.String),
  /** Read-only: the version a node was really made from. */
  exactVersion: Schema.optionalKey(Schema.String)
})

/** An image of the marketplace by its four names, or an own one by its resource id. */
export interface ImageReference extends Schema.Schema.Type<typeof ImageReference> {}
