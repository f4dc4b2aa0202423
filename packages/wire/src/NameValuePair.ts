/**
 * A named detail of a failure.
 */
import * as Schema from "effect/Schema"

/** A named detail of a failure; error documents use keys instead. @source NameValuePair 2024-02-01.19.0 */
export const NameValuePair = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  value: Schema.optionalKey(Schema.String)
})

/** A named detail of a failure. */
export interface NameValuePair extends Schema.Schema.Type<typeof NameValuePair> {}
