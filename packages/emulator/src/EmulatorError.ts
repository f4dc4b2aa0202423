/**
 * Why an emulator could not start.
 */
import * as Schema from "effect/Schema"

/**
 * The emulator did not start: its options are wrong, its port is taken or its directory cannot be
 * used. `message` says what to change.
 *
 * @category errors
 */
export class EmulatorError extends Schema.TaggedError<EmulatorError>()(
  "@batchwave/emulator/EmulatorError/EmulatorError",
  {
    reason: Schema.Literals(["InvalidOptions", "NotListening", "DirectoryUnusable"]),
    message: Schema.String,
    cause: Schema.optionalKey(Schema.Unknown)
  }
) {}
