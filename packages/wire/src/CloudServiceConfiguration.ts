/**
 * The cloud services older pools are made of.
 */
import * as Schema from "effect/Schema"

/** The operating system of a cloud service. @source CloudServiceConfiguration 2024-02-01.19.0 */
export const CloudServiceConfiguration = Schema.Struct({
  /** `2` to `6`, each a release of Windows Server. */
  osFamily: Schema.String,
  /** `*`, the latest, when absent. */
  osVersion: Schema.optionalKey(Schema.String)
})

/** The operating system of a cloud service. */
export interface CloudServiceConfiguration
  extends Schema.Schema.Type<typeof CloudServiceConfiguration>
{}
