/**
 * An environment variable of a task or of all tasks of a job.
 */
import * as Schema from "effect/Schema"

/** An environment variable. A task's setting wins over its job's. @source EnvironmentSetting 2024-02-01.19.0 */
export const EnvironmentSetting = Schema.Struct({
  name: Schema.String,
  value: Schema.optionalKey(Schema.String)
})

/** An environment variable. */
export interface EnvironmentSetting extends Schema.Schema.Type<typeof EnvironmentSetting> {}
