/**
 * A task that runs on several nodes at once.
 */
import * as Schema from "effect/Schema"
import { ResourceFile } from "./ResourceFile.ts"
import { Int32 } from "./Scalar.ts"

/** The instances of a multi-instance task. @source MultiInstanceSettings 2024-02-01.19.0 */
export const MultiInstanceSettings = Schema.Struct({
  /** How many nodes the task takes; 1 when absent. */
  numberOfInstances: Schema.optionalKey(Int32),
  /** Runs on every instance and must return before the command line runs on the primary. */
  coordinationCommandLine: Schema.String,
  /** Files brought to every instance, into the task directory. */
  commonResourceFiles: Schema.optionalKey(Schema.Array(ResourceFile))
})

/** The instances of a multi-instance task. */
export interface MultiInstanceSettings extends Schema.Schema.Type<typeof MultiInstanceSettings> {}
