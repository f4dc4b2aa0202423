/**
 * What the end of a task means for the tasks behind it and for its job.
 *
 * The most exact entry wins: a listed exit code, then a listed range, then the entry for the kind of
 * error, then the default. An exit code of zero is never covered by the default entry.
 *
 * @source ExitConditions 2024-02-01.19.0
 */

/**
 * What one entry asks for; an absent member keeps the default of the exit it covers.
 *
 * @category models
 */
export interface ExitOptions {
  readonly jobAction?: "none" | "disable" | "terminate"
  readonly dependencyAction?: "satisfy" | "block"
}

/**
 * The entries of one task.
 *
 * @category models
 */
export interface ExitConditions {
  readonly exitCodes?: ReadonlyArray<{ readonly code: number; readonly exitOptions: ExitOptions }>
  readonly exitCodeRanges?: ReadonlyArray<
    { readonly start: number; readonly end: number; readonly exitOptions: ExitOptions }
  >
  readonly preProcessingError?: ExitOptions
  readonly fileUploadError?: ExitOptions
  readonly default?: ExitOptions
}

/**
 * How a task came to its end, as far as exit conditions look at it.
 *
 * @category models
 */
export type ExitKind = "exited" | "preProcessingError" | "fileUploadError"

/**
 * The resolved actions: nothing is left to a default.
 *
 * @category models
 */
export interface ExitActions {
  readonly jobAction: "none" | "disable" | "terminate"
  readonly dependencyAction: "satisfy" | "block"
}

const afterSuccess: ExitActions = { jobAction: "none", dependencyAction: "satisfy" }
const afterFailure: ExitActions = { jobAction: "terminate", dependencyAction: "block" }

/**
 * Resolves what follows from an end; costs one pass over the entries. Where an exact code and a range
 * overlap the code holds, or the range if that goes first.
 *
 * @category operations
 */
export const resolve = (
  conditions: ExitConditions | undefined,
  kind: ExitKind,
  exitCode: number | undefined,
  isRangeFirst = false
): ExitActions => {
  const isSuccess = kind === "exited" && exitCode === 0
  const base = isSuccess ? afterSuccess : afterFailure
  if (conditions === undefined) return base
  const options = matching(conditions, kind, exitCode, isRangeFirst) ??
    (isSuccess ? undefined : conditions.default)
  if (options === undefined) return base
  return {
    jobAction: options.jobAction ?? base.jobAction,
    dependencyAction: options.dependencyAction ?? base.dependencyAction
  }
}

/**
 * Lists every entry of the conditions, to check which actions they use.
 *
 * @category operations
 */
export const entries = (conditions: ExitConditions): Array<ExitOptions> => {
  const found: Array<ExitOptions> = []
  for (const entry of conditions.exitCodes ?? []) found.push(entry.exitOptions)
  for (const entry of conditions.exitCodeRanges ?? []) found.push(entry.exitOptions)
  if (conditions.preProcessingError !== undefined) found.push(conditions.preProcessingError)
  if (conditions.fileUploadError !== undefined) found.push(conditions.fileUploadError)
  if (conditions.default !== undefined) found.push(conditions.default)
  return found
}

const matching = (
  conditions: ExitConditions,
  kind: ExitKind,
  exitCode: number | undefined,
  isRangeFirst: boolean
): ExitOptions | undefined => {
  if (exitCode !== undefined) {
    const ofCode = conditions.exitCodes?.find(({ code }) => code === exitCode)
    const ofRange = conditions.exitCodeRanges?.find(({ end, start }) =>
      start <= exitCode && exitCode <= end
    )
    const found = isRangeFirst ? ofRange ?? ofCode : ofCode ?? ofRange
    if (found !== undefined) return found.exitOptions
  }
  if (kind === "preProcessingError") return conditions.preProcessingError
  if (kind === "fileUploadError") return conditions.fileUploadError
  return undefined
}
