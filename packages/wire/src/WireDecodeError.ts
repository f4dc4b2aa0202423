/**
 * The failure of reading a body that does not have the shape of its model.
 */
import * as Schema from "effect/Schema"

/** One thing wrong with a body. */
export const WireProblem = Schema.Struct({
  /** Where, as keys and indexes joined by dots, such as `value.3.executionInfo`; empty for the body. */
  path: Schema.String,
  /** What was expected there. Never the value itself: it may hold a secret. */
  message: Schema.String
})

/** One thing wrong with a body. */
export interface WireProblem extends Schema.Schema.Type<typeof WireProblem> {}

/** A body does not have the shape of its model; carries up to `problemsMax` problems. */
export class WireDecodeError extends Schema.TaggedError<WireDecodeError>()(
  "@batchwave/wire/WireDecodeError/WireDecodeError",
  {
    /** The name of the model, such as `CloudTask`. */
    model: Schema.String,
    problems: Schema.Array(WireProblem)
  }
) {
  override get message(): string {
    const lines = this.problems.map(({ path, message }) =>
      `${path === "" ? "the body" : path}: ${message}`
    )
    return `Expected a ${this.model}: ${lines.join("; ")}.`
  }
}

/** The most problems one error carries. */
export const problemsMax = 20
