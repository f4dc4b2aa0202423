/**
 * The two translations around a run: from the account's instruction to what the executor runs, and
 * from how that ended to what the account is told.
 *
 * @internal
 */
import type { StartTask } from "@batchwave/sim/Instruction"
import * as RunFault from "@batchwave/sim/RunFault"
import type { TaskFailure } from "@batchwave/sim/Task"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as Decode from "@batchwave/wire/Decode"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import { type OutputFile, outputFileUploadConditions } from "@batchwave/wire/OutputFile"
import type { ResourceFile } from "@batchwave/wire/ResourceFile"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Result from "effect/Result"
import type {
  CodedProblem,
  Execution,
  ExecutionEnd,
  ExecutionOutputFile,
  ExecutionResourceFile
} from "./executor/Execution.ts"
import * as NodeLayout from "./NodeLayout.ts"
import { recordOf, type State, taskRecordOf } from "./State.ts"
import * as TaskDocument from "./TaskDocument.ts"
import * as TaskEnvironment from "./TaskEnvironment.ts"

/** What to run for an instruction; nothing when its task is gone. */
export const make = (state: State, start: StartTask): Execution | undefined => {
  const placement = state.account.placements.get(start.generation)
  if (placement === undefined || placement.task.phase === "deleted") return undefined
  const { job } = placement
  const task = readTask(state, start.taskIndex)
  const { dataDirectory } = state.settings
  const taskDirectory = directoryOf(state, start)
  const environment = TaskEnvironment.make(
    {
      account: state.settings.account,
      accountUrl: state.endpoint,
      poolId: placement.node.pool.id,
      nodeId: start.nodeId,
      nodeRoot: NodeLayout.nodeRoot(dataDirectory, start.nodeId),
      jobId: start.jobId,
      taskId: start.taskId,
      taskDirectory
    },
    recordOf(state, job).members.commonEnvironmentSettings ?? [],
    task.environmentSettings ?? []
  )
  return {
    id: String(start.generation),
    commandLine: task.commandLine ?? "",
    environment,
    taskDirectory,
    resourceFiles: (task.resourceFiles ?? []).map(resourceOf),
    outputFiles: (task.outputFiles ?? []).map(outputOf),
    wallClockMs: undefined
  }
}

/** The directory an instruction's run works in. */
export const directoryOf = (state: State, start: StartTask): string =>
  NodeLayout.taskDirectory(
    state.settings.dataDirectory,
    start.nodeId,
    start.jobId,
    start.taskId
  )

/** What the account is told about the end of a run. */
export const endOf = (end: ExecutionEnd): TaskEnd => {
  switch (end._tag) {
    case "Exited":
      return end.uploadFailure === undefined
        ? { _tag: "Exited", exitCode: end.exitCode }
        : { _tag: "Exited", exitCode: end.exitCode, uploadFailure: failureOf(end.uploadFailure) }
    case "SetupFailed":
      return { _tag: "SetupFailed", failure: failureOf(end) }
    case "Killed":
      return { _tag: "Killed", exitCode: end.exitCode }
    default:
      return end satisfies never
  }
}

/** The failure of a run that the executor did not bring to an end. */
export const executorFailed: TaskEnd = {
  _tag: "SetupFailed",
  failure: {
    category: "servererror",
    code: "Unknown",
    message: "The executor failed to run the task",
    details: []
  }
}

const failureOf = ({ code, message }: CodedProblem): TaskFailure =>
  RunFault.failureOf(code, message)

const readTask = (state: State, taskIndex: number): CloudTask => {
  const fixed = TaskDocument.parseFragment(taskRecordOf(state, taskIndex))
  const decoded = Decode.decodeTask(fixed)
  if (Result.isFailure(decoded)) throw decoded.failure
  return decoded.success
}

const resourceOf = (file: ResourceFile): ExecutionResourceFile => {
  const { fileMode, filePath = "", httpUrl = "" } = file
  return fileMode === undefined ? { httpUrl, filePath } : { httpUrl, filePath, fileMode }
}

const outputOf = (file: OutputFile): ExecutionOutputFile => {
  const { uploadCondition } = file.uploadOptions
  const path = file.destination.container?.path
  return {
    filePattern: file.filePattern,
    containerUrl: file.destination.container?.containerUrl ?? "",
    ...(path === undefined ? {} : { path }),
    condition: OpenEnum.isKnown(outputFileUploadConditions, uploadCondition)
      ? uploadCondition
      : "taskcompletion"
  }
}
