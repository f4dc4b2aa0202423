/**
 * A task as a client sends it, turned into what the model takes and what the wire gives back.
 *
 * @internal
 */
import type * as SimExit from "@batchwave/sim/ExitConditions"
import type { TaskConstraintsSpec, TaskSpec } from "@batchwave/sim/Task"
import * as Decode from "@batchwave/wire/Decode"
import {
  dependencyActions,
  type ExitConditions,
  type ExitOptions,
  jobActions
} from "@batchwave/wire/ExitConditions"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import { TaskAddParameter } from "@batchwave/wire/Task"
import type { TaskConstraints } from "@batchwave/wire/TaskConstraints"
import * as Result from "effect/Result"
import * as FileInput from "./FileInput.ts"
import * as NodePlace from "./NodePlace.ts"
import * as Problem from "./Problem.ts"
import * as ProgramInput from "./ProgramInput.ts"

/** A task that may be offered to the account. */
export interface TaskInput {
  readonly spec: TaskSpec
  /** The members nobody can change, as JSON without the braces. */
  readonly fragment: string
}

/** The members whose values need a look beyond their shape. */
const checkedMembers = [
  "constraints",
  "requiredSlots",
  "exitConditions",
  "dependsOn",
  "userIdentity",
  "outputFiles",
  "multiInstanceSettings",
  "authenticationTokenSettings"
] as const

/** The members told back as they came; those with defaults or other rules are written apart. */
const echoedMembers = [
  "displayName",
  "exitConditions",
  "resourceFiles",
  "outputFiles",
  "environmentSettings",
  "affinityInfo",
  "dependsOn",
  "applicationPackageReferences",
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
): TaskInput | Problem.Problem =>
  check(task, isAutoStorage) ?? { spec: specOf(task), fragment: fragmentOf(task) }

/** The constraints of the model; durations that are none were refused before. */
export const constraintsOf = (constraints: TaskConstraints): TaskConstraintsSpec => ({
  ...(constraints.maxWallClockTime === undefined
    ? {}
    : { maxWallClockMs: Iso8601Duration.durationToMs(constraints.maxWallClockTime) ?? Infinity }),
  ...(constraints.retentionTime === undefined
    ? {}
    : { retentionMs: Iso8601Duration.durationToMs(constraints.retentionTime) ?? 0 }),
  ...(constraints.maxTaskRetryCount === undefined
    ? {}
    : { maxTaskRetryCount: constraints.maxTaskRetryCount })
})

const check = (task: TaskAddParameter, isAutoStorage: boolean): Problem.Problem | undefined => {
  for (const name of checkedMembers) {
    const value = task[name]
    if (value === undefined) continue
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

const specOf = (task: TaskAddParameter): TaskSpec => ({
  id: task.id,
  requiredSlots: task.requiredSlots ?? 1,
  ...(task.constraints === undefined ? {} : { constraints: constraintsOf(task.constraints) }),
  ...(task.dependsOn === undefined ? {} : { dependsOn: task.dependsOn }),
  ...(task.exitConditions === undefined ? {} : { exitConditions: exitsOf(task.exitConditions) }),
  ...placingOf(task)
})

const placingOf = (
  { affinityInfo, multiInstanceSettings }: TaskAddParameter
): Pick<TaskSpec, "placing"> => {
  const preferredNodeId = NodePlace.nodeIdOf(affinityInfo?.affinityId ?? "")
  if (multiInstanceSettings === undefined && preferredNodeId === undefined) return {}
  return {
    placing: {
      ...(multiInstanceSettings === undefined
        ? {}
        : { instancesCount: multiInstanceSettings.numberOfInstances ?? 1 }),
      ...(preferredNodeId === undefined ? {} : { preferredNodeId })
    }
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

/** Joined once, so that the text is kept as one piece. */
const fragmentOf = (task: TaskAddParameter): string => {
  const pieces = [`"commandLine":`, JSON.stringify(task.commandLine)]
  for (const name of echoedMembers) {
    const value = task[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    pieces.push(`,"`, name, `":`, JSON.stringify(value))
  }
  const { multiInstanceSettings } = task
  if (multiInstanceSettings !== undefined) {
    const filled = { numberOfInstances: 1, ...multiInstanceSettings }
    pieces.push(`,"multiInstanceSettings":`, JSON.stringify(filled))
  }
  pieces.push(
    `,"userIdentity":`,
    JSON.stringify(ProgramInput.userOf(task)),
    `,"requiredSlots":`,
    String(task.requiredSlots ?? 1)
  )
  return pieces.join("")
}
