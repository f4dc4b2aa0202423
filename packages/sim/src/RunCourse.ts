/**
 * How one run goes in a scenario: how long it takes, how it ends, what it writes.
 *
 * @see ScenarioModel for what the answers depend on.
 */
import * as Random from "@batchwave/core/Random"
import * as RunSubject from "./RunSubject.ts"
import type { CodedFailure, ExitFailure, RecordedRun } from "./Scenario.ts"
import * as ScenarioModel from "./ScenarioModel.ts"
import type { TaskFailure } from "./Task.ts"
import type { TaskEnd } from "./TaskEnd.ts"

/**
 * A run that is asked about.
 *
 * @category models
 */
export interface ScenarioRun {
  readonly taskId: string
  /** Runs of the task up to this one, counted from 1. */
  readonly attempt: number
  readonly nodeId: string
  readonly requiredSlots: number
  /** Whose rules bind the run and in whose name it draws. @default the task itself */
  readonly subject?: RunSubject.RunSubject | undefined
}

/**
 * How a run goes when nobody ends it before. Milliseconds.
 *
 * @category models
 */
export interface RunCourse {
  readonly setupMs: number
  /** `Infinity` for a run that is stuck; 0 for one that never got to its process. */
  readonly processMs: number
  readonly uploadMs: number
  /** All of it, at least 1. */
  readonly totalMs: number
  readonly end: TaskEnd
}

/**
 * Tells how a run goes; about a microsecond, whatever came before.
 *
 * @category operations
 */
export const make = (model: ScenarioModel.ScenarioModel, run: ScenarioRun): RunCourse => {
  const { attempt, taskId } = run.subject ?? run
  const recorded = recordedRun(model, run)
  if (recorded !== undefined) return courseOfRecorded(recorded)
  const taskKey = taskId.toLowerCase()
  const units = ScenarioModel.units(model, taskKey, attempt)
  const conduct = ScenarioModel.taskConduct(model, taskId, attempt)
  const node = ScenarioModel.nodeConduct(model, run.nodeId)
  const { failures, setupFailure, straggler, stuckProbability = 0, uploadFailure } = conduct.rule
  const setupMs = Math.round(conduct.setup?.(units[unitOf.setup]!) ?? 0)
  if (strikes(setupFailure, units[unitOf.setupFailure]!)) {
    const failure = failureOf(setupFailure, "BlobDownloadMiscError", setupFailed)
    return courseOf(setupMs, 0, 0, { _tag: "SetupFailed", failure })
  }
  if (units[unitOf.stuck]! < stuckProbability) {
    return courseOf(setupMs, Infinity, 0, { _tag: "Killed" })
  }
  const uploadMs = Math.round(conduct.upload?.(units[unitOf.upload]!) ?? 0)
  const plainMs = recordedMs(model, taskKey) ?? conduct.duration?.(units[unitOf.duration]!) ?? 0
  const straggling = strikes(straggler, units[unitOf.straggler]!) ? straggler?.factor ?? 1 : 1
  const wholeMs = plainMs * straggling * node.slowness
  const failure = outOfMemory(model, conduct, run, taskKey) ??
    pick(failures, units[unitOf.failure]!) ?? pick(node.failures, units[unitOf.nodeFailure]!)
  if (failure !== undefined) {
    const { exitCode, part = 1 } = failure
    return courseOf(setupMs, Math.round(wholeMs * part), uploadMs, { _tag: "Exited", exitCode })
  }
  return courseOf(
    setupMs,
    Math.round(wholeMs),
    uploadMs,
    strikes(uploadFailure, units[unitOf.uploadFailure]!)
      ? {
        _tag: "Exited",
        exitCode: 0,
        uploadFailure: failureOf(uploadFailure, "FileUploadMiscError", uploadFailed)
      }
      : exitedWell
  )
}

/** The place of each quantity among the draws of a run (M2). */
const unitOf = {
  duration: 0,
  setup: 1,
  upload: 2,
  failure: 3,
  nodeFailure: 4,
  stuck: 5,
  straggler: 6,
  setupFailure: 7,
  uploadFailure: 8
} as const

/** How nearly every run ends. */
const exitedWell: TaskEnd = { _tag: "Exited", exitCode: 0 }

/**
 * The run that was recorded in the place of this one; `undefined` when how it goes is drawn.
 *
 * @category queries
 */
export const recordedRun = (
  model: ScenarioModel.ScenarioModel,
  run: ScenarioRun
): RecordedRun | undefined => {
  if (model.recordedRuns.size === 0) return undefined
  const { attempt, taskId } = run.subject ?? run
  const recorded = model.recordedRuns.get(taskId.toLowerCase())?.[attempt - 1]
  const isEscaped = recorded?.exitCode === outOfMemoryCode
    && run.requiredSlots > (recorded.slots ?? run.requiredSlots)
  return isEscaped ? undefined : recorded
}

const courseOfRecorded = (recorded: RecordedRun): RunCourse => {
  const { durationMs, exitCode = 0, setupFailure, uploadFailure } = recorded
  if (setupFailure !== undefined) {
    const failure = failureOf({ probability: 1, code: setupFailure }, setupFailure, setupFailed)
    return courseOf(durationMs, 0, 0, { _tag: "SetupFailed", failure })
  }
  return courseOf(
    0,
    durationMs,
    0,
    uploadFailure === undefined
      ? { _tag: "Exited", exitCode }
      : {
        _tag: "Exited",
        exitCode,
        uploadFailure: failureOf({ probability: 1, code: uploadFailure }, "", uploadFailed)
      }
  )
}

const setupFailed = "The set-up of the run failed"
const uploadFailed = "The upload of files failed"

/** What a process tells that was ended for want of memory. */
const outOfMemoryCode = 137

/**
 * What a run writes.
 *
 * @category models
 */
export interface RunOutput {
  readonly stdout: string
  readonly stderr: string
  /** By relative path in the working directory; only of a run that exits with 0. */
  readonly files: ReadonlyMap<string, string>
}

/**
 * What a run writes, all of it as soon as its process begins.
 *
 * @category operations
 */
export const outputOf = (model: ScenarioModel.ScenarioModel, run: ScenarioRun): RunOutput => {
  const subject = run.subject ?? run
  const { files = {}, stderr = "", stdout = "" } =
    ScenarioModel.taskConduct(model, subject.taskId, subject.attempt).rule
  const fill = (text: string): string =>
    text.replaceAll("{task}", run.taskId).replaceAll("{attempt}", String(run.attempt))
      .replaceAll("{node}", run.nodeId)
  return {
    stdout: fill(stdout),
    stderr: fill(stderr),
    files: new Map(Object.entries(files).map(([path, text]) => [path, fill(text)]))
  }
}

const recordedMs = (model: ScenarioModel.ScenarioModel, taskKey: string): number | undefined => {
  if (model.recordedMs.size === 0) return undefined
  const own = model.recordedMs.get(taskKey)
  if (own !== undefined) return own
  const first = RunSubject.firstIdOf(taskKey)
  return first === undefined ? undefined : model.recordedMs.get(first)
}

/** A run uses its memory up evenly, so it ends when the part it has is used up. */
const outOfMemory = (
  model: ScenarioModel.ScenarioModel,
  { needMiB, rule: { memory } }: ScenarioModel.TaskConduct,
  { requiredSlots }: ScenarioRun,
  taskKey: string
): ExitFailure | undefined => {
  if (memory === undefined || needMiB === undefined) return undefined
  const first = RunSubject.firstIdOf(taskKey) ?? taskKey
  const wantedMiB = needMiB(Random.nextUnit(ScenarioModel.stream(model, first, 0)))
  const givenMiB = memory.perSlotMiB * requiredSlots
  if (wantedMiB <= givenMiB) return undefined
  return {
    exitCode: memory.exitCode ?? outOfMemoryCode,
    probability: 1,
    part: givenMiB / wantedMiB
  }
}

const strikes = (chance: { readonly probability: number } | undefined, unit: number): boolean =>
  chance !== undefined && unit < chance.probability

/** The failure whose share of `[0, 1)` the number is in. */
const pick = (
  failures: ReadonlyArray<ExitFailure> | undefined,
  unit: number
): ExitFailure | undefined => {
  let rest = unit
  for (const failure of failures ?? []) {
    if (rest < failure.probability) return failure
    rest -= failure.probability
  }
  return undefined
}

const courseOf = (
  setupMs: number,
  processMs: number,
  uploadMs: number,
  end: TaskEnd
): RunCourse => ({
  setupMs,
  processMs,
  uploadMs,
  totalMs: Math.max(1, setupMs + processMs + uploadMs),
  end
})

const failureOf = (
  failure: CodedFailure | undefined,
  codeDefault: string,
  message: string
): TaskFailure => ({
  category: "servererror",
  code: failure?.code ?? codeDefault,
  message: `${message}, as the scenario has it`,
  details: []
})
