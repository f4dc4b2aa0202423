/**
 * Why a command ends without its result: one message for the user and the exit code that goes with
 * it. Every expected error of the packages below becomes one of these at the edge.
 */
import type { EngineError } from "@batchwave/engine/EngineError"
import type { PipelineError } from "@batchwave/pipeline/PipelineError"
import * as Schema from "effect/Schema"
import { ExitCode } from "./ExitCode.ts"

/**
 * A command that could not do what it was asked. `message` says what is wrong, with which thing, and
 * what to do.
 *
 * @category errors
 */
export class CommandError extends Schema.TaggedError<CommandError>()(
  "batchwave/command/CommandError",
  {
    exitCode: Schema.Number,
    message: Schema.String,
    cause: Schema.optionalKey(Schema.Defect())
  }
) {}

/**
 * A command that said everything on its own and only has an exit code left to give.
 *
 * @category errors
 */
export class CommandEnded extends Schema.TaggedError<CommandEnded>()(
  "batchwave/command/CommandError/CommandEnded",
  { exitCode: Schema.Number }
) {}

/**
 * An error of what the user wrote: the command line, the pipeline, the settings.
 *
 * @category constructors
 */
export const usage = (message: string, cause?: unknown): CommandError =>
  new CommandError({
    exitCode: ExitCode.usage,
    message,
    ...(cause === undefined ? {} : { cause })
  })

/**
 * An error of the way to the service.
 *
 * @category constructors
 */
export const unreachable = (message: string, cause?: unknown): CommandError =>
  new CommandError({
    exitCode: ExitCode.unreachable,
    message,
    ...(cause === undefined ? {} : { cause })
  })

/**
 * An error of a file this command keeps.
 *
 * @category constructors
 */
export const storage = (message: string, cause?: unknown): CommandError =>
  new CommandError({
    exitCode: ExitCode.storage,
    message,
    ...(cause === undefined ? {} : { cause })
  })

/**
 * The problems of a pipeline, each on its own line unless there is only one.
 *
 * @category conversions
 */
export const ofPipeline = (error: PipelineError): CommandError => {
  const { pipeline, problems } = error
  const [only] = problems
  return usage(
    problems.length === 1 && only !== undefined
      ? `pipeline "${pipeline}": ${only}`
      : error.message,
    error
  )
}

/**
 * An error of the engine, told for a user who can resume the run `runId`.
 *
 * @category conversions
 */
export const ofEngine = (error: EngineError, runId: string, endpoint: string): CommandError => {
  switch (error._tag) {
    case "BackendFailed":
      return new CommandError({
        exitCode: error.connection ? ExitCode.unreachable : ExitCode.usage,
        message: `run ${runId} had to stop, since the service at ${endpoint} ${
          error.connection ? "could not be used any more" : "refused a request"
        }: ${error.message}`,
        cause: error
      })
    case "JournalFailed":
      return storage(
        `${error.message}\ncheck the disk and the rights of the file, then resume; `
          + `\`batchwave doctor ${runId}\` tells whether the journal is sound`,
        error
      )
    case "ArtifactFailed":
      return storage(`${error.message}\ncheck the disk and the rights of the directory`, error)
    case "JournalLocked":
    case "RunTaken":
      return new CommandError({ exitCode: ExitCode.locked, message: error.message, cause: error })
    case "PlanChanged":
    case "SettingsRefused":
      return usage(error.message, error)
  }
}
