/**
 * One page of a listing of tasks.
 */
import * as Schema from "effect/Schema"
import { CloudTask } from "./Task.ts"

/**
 * One page of tasks. A page may be short or empty and still have a next link: only a missing link
 * ends a listing.
 *
 * @source CloudTaskListResult 2024-02-01.19.0
 */
export const CloudTaskListResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(CloudTask)),
  /** The absolute URL of the next page, to be used as it is and signed anew. */
  "odata.nextLink": Schema.optionalKey(Schema.String)
})

/** One page of tasks. */
export interface CloudTaskListResult extends Schema.Schema.Type<typeof CloudTaskListResult> {}
