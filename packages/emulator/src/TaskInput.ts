/**
 * A task as a client sends it, turned into what the model takes and what the wire gives back.
 *
 * @internal
 */
import type * as SimExit from "@batchwave/sim/ExitConditions"
import type { TaskSpec } from "@batchwave/sim/Task"
import * as Decode from "@batchwave/wire/Decode"
import {
  dependencyActions,
  type ExitConditions,
  type ExitOptions,
  jobActions
} from "@batchwave/wire/ExitConditions"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import { TaskAddParameter } from "@batchwave/wire/Task"
import * as Result from "effect/Result"
import * as FileInput from "./FileInput.ts"
import * as NodePlace from "./NodePlace.ts"
import * as Problem from "./Problem.ts"
import * as ProgramInput from "./ProgramInput.ts"
import * as TaskFragment from "./TaskFragment.ts"
import * as TaskLimits from "./TaskLimits.ts"

/** A task that may be offered to the account. */
export interface TaskInput {
  readonly spec: TaskSpec
  readonly fragment: TaskFragment.TaskFragment
}

/** The members whose values need a look beyond their shape. */
const checkedMembers = [
  "requiredSlots",
  "exitConditions",
  "dependsOn",
  "userIdentity",
  "outputFiles",
  "multiInstanceSettings",
  "authenticationTokenSettings"
] as const

/** Reads one task of a body; `isAutoStorage` says whether the account has storage of its own. */
export const read = (input: unknown, isAutoStorage: boolean): TaskInput | Problem.Problem => {
  const decoded = Decode.decodeTaskAddParameter(input)
  if (Result.isFailure(decoded)) return Problem.ofDecode(decoded.failure, input)
  return ofParameter(decoded.success, isAutoStorage)
}

/** Takes a task that has the right shape. */
export const ofParameter = (
  task: TaskAddParameter,
  isAutoStorage: boolean
): TaskInput | Problem.Problem => {
  const problem = check(task, isAutoStorage)
  if (problem !== undefined) return problem
  const fragment = TaskFragment.make(task)
  return Problem.isProblem(fragment) ? fragment : { spec: specOf(task), fragment }
}

const check = (task: TaskAddParameter, isAutoStorage: boolean): Problem.Problem | undefined => {
  const { constraints } = task
  if (constraints !== undefined && !TaskLimits.isKnown(constraints)) {
    const problem = Problem.ofValues(
      TaskAddParameter.fields.constraints,
      constraints,
      "constraints"
    )
    if (problem !== undefined) return problem
  }
  for (const name of checkedMembers) {
    const value = task[name]
    if (value === undefined || isSmall(value)) continue
    const problem = Problem.ofValues(TaskAddParameter.fields[name], value, name)
    if (problem !== undefined) return problem
  }
  return ProgramInput.check(task, "") ?? checkInstances(task, isAutoStorage) ??
    FileInput.check(task, isAutoStorage)
}

const checkInstances = (
  { multiInstanceSettings: settings }: TaskAddParameter,
  isAutoStorage: boolean
): Problem.Problem | undefined => {
  if (settings === undefined) return undefined
  if (settings.coordinationCommandLine === "") {
    return Problem.ofProperty(
      "InvalidPropertyValue",
      "multiInstanceSettings.coordinationCommandLine",
      "It must not be empty"
    )
  }
  return FileInput.check({ resourceFiles: settings.commonResourceFiles ?? [] }, isAutoStorage)
}

/** A whole number that fits wherever one is wanted, which is not worth a closer look. */
const isSmall = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 65_536

const specOf = (task: TaskAddParameter): TaskSpec => {
  const { constraints, dependsOn, exitConditions, id, requiredSlots = 1 } = task
  const spec: { -readonly [Name in keyof TaskSpec]: TaskSpec[Name] } = { id, requiredSlots }
  if (constraints !== undefined) spec.constraints = TaskLimits.read(constraints)
  if (dependsOn !== undefined) spec.dependsOn = dependsOn
  if (exitConditions !== undefined) spec.exitConditions = exitsOf(exitConditions)
  const placing = placingOf(task)
  if (placing !== undefined) spec.placing = placing
  return spec
}

const placingOf = (
  { affinityInfo, multiInstanceSettings }: TaskAddParameter
): TaskSpec["placing"] => {
  const affinityId = affinityInfo?.affinityId
  const preferredNodeId = affinityId === undefined ? undefined : NodePlace.nodeIdOf(affinityId)
  if (multiInstanceSettings === undefined && preferredNodeId === undefined) return undefined
  return {
    ...(multiInstanceSettings === undefined
      ? {}
      : { instancesCount: multiInstanceSettings.numberOfInstances ?? 1 }),
    ...(preferredNodeId === undefined ? {} : { preferredNodeId })
  }
}

const exitsOf = (conditions: ExitConditions): SimExit.ExitConditions => ({
  exitCodes: (conditions.exitCodes ?? []).map(({ code, exitOptions }) => ({
    code,
    exitOptions: optionsOf(exitOptions)
  })),
  exitCodeRanges: (conditions.exitCodeRanges ?? []).map(({ end, exitOptions, start }) => ({
    start,
    end,
    exitOptions: optionsOf(exitOptions)
  })),
  ...(conditions.preProcessingError === undefined
    ? {}
    : { preProcessingError: optionsOf(conditions.preProcessingError) }),
  ...(conditions.fileUploadError === undefined
    ? {}
    : { fileUploadError: optionsOf(conditions.fileUploadError) }),
  ...(conditions.default === undefined ? {} : { default: optionsOf(conditions.default) })
})

const optionsOf = ({ dependencyAction, jobAction }: ExitOptions): SimExit.ExitOptions => ({
  ...(jobAction !== undefined && OpenEnum.isKnown(jobActions, jobAction) ? { jobAction } : {}),
  ...(dependencyAction !== undefined && OpenEnum.isKnown(dependencyActions, dependencyAction)
    ? { dependencyAction }
    : {})
})
