/**
 * What is wrong with a pipeline, all of it at once: parameters, names, references, quoting, files.
 */
import * as Schema from "effect/Schema"

/**
 * A pipeline could not be compiled. Each problem is one sentence that names the task or the
 * parameter and says what to change.
 *
 * @category errors
 */
export class PipelineError extends Schema.TaggedError<PipelineError>()("PipelineError", {
  /** The name of the pipeline. */
  pipeline: Schema.String,
  /** Never empty, in the order of authorship. */
  problems: Schema.Array(Schema.String),
  /** What the author's own code threw, when that is the problem. */
  cause: Schema.optionalKey(Schema.Unknown)
}) {
  /** The problems as a list under the pipeline's name. */
  override get message(): string {
    const count = this.problems.length
    return `pipeline "${this.pipeline}" has ${count} problem${count === 1 ? "" : "s"}:\n`
      + this.problems.map((problem) => `- ${problem}`).join("\n")
  }
}
