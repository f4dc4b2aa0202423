/**
 * What the service does when a task exits in a certain way: an action on the job and whether
 * dependent tasks may start.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { Int32 } from "./Scalar.ts"

/** The known actions on the job. @source ExitOptions.jobAction 2024-02-01.19.0 */
export const jobActions = ["none", "disable", "terminate"] as const

/** An action on the job when a task ends. */
export const JobAction = OpenEnum.make(jobActions)

/** An action on the job when a task ends; acts only if the job performs exit option actions. */
export type JobAction = typeof JobAction.Type

/** The known effects on dependents. @source ExitOptions.dependencyAction 2024-02-01.19.0 */
export const dependencyActions = ["satisfy", "block"] as const

/** Whether tasks that depend on this one may start. */
export const DependencyAction = OpenEnum.make(dependencyActions)

/** Whether tasks that depend on this one may start. */
export type DependencyAction = typeof DependencyAction.Type

/** The reaction to one way of exiting. @source ExitOptions 2024-02-01.19.0 */
export const ExitOptions = Schema.Struct({
  /** The action on the job: `none` for exit code 0 and `terminate` for the rest when absent. */
  jobAction: Schema.optionalKey(JobAction),
  /** The effect on dependents: `satisfy` for exit code 0 and `block` for the rest when absent. */
  dependencyAction: Schema.optionalKey(DependencyAction)
})

/** The reaction to one way of exiting. */
export interface ExitOptions extends Schema.Schema.Type<typeof ExitOptions> {}

/** The reaction to one exit code. @source ExitCodeMapping 2024-02-01.19.0 */
export const ExitCodeMapping = Schema.Struct({
  /** The exit code of the process. */
  code: Int32,
  exitOptions: ExitOptions
})

/** The reaction to one exit code. */
export interface ExitCodeMapping extends Schema.Schema.Type<typeof ExitCodeMapping> {}

/** The reaction to a range of exit codes. @source ExitCodeRangeMapping 2024-02-01.19.0 */
export const ExitCodeRangeMapping = Schema.Struct({
  /** The first exit code of the range. */
  start: Int32,
  /** The last exit code of the range, inclusive. */
  end: Int32,
  exitOptions: ExitOptions
})

/** The reaction to a range of exit codes. */
export interface ExitCodeRangeMapping extends Schema.Schema.Type<typeof ExitCodeRangeMapping> {}

/**
 * The reactions to all ways of exiting. An exact code wins over a range, and both over the rest;
 * `default` never covers exit code 0.
 *
 * @source ExitConditions 2024-02-01.19.0
 */
export const ExitConditions = Schema.Struct({
  exitCodes: Schema.optionalKey(Schema.Array(ExitCodeMapping)),
  exitCodeRanges: Schema.optionalKey(Schema.Array(ExitCodeRangeMapping)),
  /** When the task failed before its process started. */
  preProcessingError: Schema.optionalKey(ExitOptions),
  /** When an output file could not be uploaded and no exit code entry matches. */
  fileUploadError: Schema.optionalKey(ExitOptions),
  /** For every nonzero exit and error without an entry of its own. */
  default: Schema.optionalKey(ExitOptions)
})

/** The reactions to all ways of exiting. */
export interface ExitConditions extends Schema.Schema.Type<typeof ExitConditions> {}
