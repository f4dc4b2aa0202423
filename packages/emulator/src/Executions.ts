/**
 * The two translations around a run: from the account's instruction to what the executor runs, and
 * from how that ended to what the account is told.
 *
 * @internal
 */
import * as StorageUrl from "@batchwave/client/StorageUrl"
import type { StartChore, StartTask } from "@batchwave/sim/Instruction"
import type { Job } from "@batchwave/sim/Job"
import type { Node } from "@batchwave/sim/Pool"
import * as RunFault from "@batchwave/sim/RunFault"
import type { TaskFailure } from "@batchwave/sim/Task"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as Decode from "@batchwave/wire/Decode"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import { type OutputFile, outputFileUploadConditions } from "@batchwave/wire/OutputFile"
import type { ResourceFile } from "@batchwave/wire/ResourceFile"
import type { CloudTask } from "@batchwave/wire/Task"
import * as Result from "effect/Result"
import * as Path from "node:path"
import type { StartRun } from "./Executor.ts"
import type {
  CodedProblem,
  Execution,
  ExecutionEnd,
  ExecutionOutputFile,
  ExecutionResource,
  SharedFiles
} from "./executor/Execution.ts"
import * as InstanceEnvironment from "./InstanceEnvironment.ts"
import * as NodeLayout from "./NodeLayout.ts"
import { recordOf, type State, taskRecordOf } from "./State.ts"
import * as TaskEnvironment from "./TaskEnvironment.ts"
import * as TaskFragment from "./TaskFragment.ts"
import * as TaskToken from "./TaskToken.ts"

/** What to run for an instruction; nothing when its task is gone. */
export const make = (state: State, start: StartRun): Execution | undefined => {
  const program = start._tag === "StartChore" ? ofChore(state, start) : ofTask(state, start)
  if (program === undefined) return undefined
  const { job, node, task } = program
  const { dataDirectory } = state.settings
  const taskDirectory = directoryOf(state, start)
  const preparation = job.preparation?.id
  const environment = TaskEnvironment.make(
    {
      account: state.settings.account,
      accountUrl: state.endpoint,
      poolId: node.pool.id,
      nodeId: node.id,
      nodeRoot: NodeLayout.nodeRoot(dataDirectory, node.id),
      isDedicated: node.isDedicated,
      jobId: job.id,
      taskId: start.taskId,
      taskDirectory,
      ...(preparation === undefined ? {} : {
        preparationDirectory: NodeLayout.taskDirectory(
          dataDirectory,
          node.id,
          job.id,
          preparation
        )
      })
    },
    recordOf(state, job).members.commonEnvironmentSettings ?? [],
    task.environmentSettings ?? [],
    program.variables
  )
  return {
    id: String(start.generation),
    commandLine: program.commandLine,
    environment,
    taskDirectory,
    isEmptied: state.settings.workingDirectories === "emptied",
    resourceFiles: program.resourceFiles.map((file) => resourceOf(state, file)),
    outputFiles: program.outputFiles.map(outputOf),
    shared: program.shared,
    keepsOutputs: program.keepsOutputs,
    wallClockMs: undefined
  }
}

/**
 * Why a run cannot even begin, if so. The account has no application packages, so a task that refers to
 * one fails as on the service when a package cannot be had.
 */
export const problemOf = (
  state: State,
  start: StartRun
): Extract<TaskEnd, { readonly _tag: "SetupFailed" }> | undefined => {
  if (start._tag === "StartChore") return undefined
  const record = taskRecordOf(state, start.taskIndex)
  // Most tasks need no reading to know.
  if (!record.rest.includes("applicationPackageReferences")) return undefined
  const missing = readTask(state, start.taskIndex).applicationPackageReferences?.[0]
  return missing === undefined ? undefined : {
    _tag: "SetupFailed",
    failure: failureOf({
      code: "ApplicationPackageError",
      message: `The account has no application package ${missing.applicationId}`
    })
  }
}

/** The directory an instruction's run works in: a subtask's is in that of its task. */
export const directoryOf = (state: State, start: StartRun): string => {
  const directory = turnOf(state, start)
  const isSubtask = start._tag === "StartTask" && start.subtaskId > 0
  return isSubtask
    ? Path.join(
      directory,
      NodeLayout.subtaskName(state.settings.subtaskDirectories, start.subtaskId)
    )
    : directory
}

/** The directory on which runs and removals of a task on a node follow each other. */
export const turnOf = (state: State, { jobId, nodeId, taskId }: StartRun): string =>
  NodeLayout.taskDirectory(state.settings.dataDirectory, nodeId, jobId, taskId)

/** What a run is made of, whatever it is a run of. */
interface Program {
  readonly job: Job
  readonly node: Node
  readonly task: Pick<CloudTask, "environmentSettings">
  readonly commandLine: string
  readonly resourceFiles: ReadonlyArray<ResourceFile>
  readonly outputFiles: ReadonlyArray<OutputFile>
  readonly shared: SharedFiles | undefined
  /** Whether the run goes on with the outputs of the one before. */
  readonly keepsOutputs: boolean
  readonly variables: Readonly<Record<string, string>>
}

const ofChore = (state: State, { generation, kind }: StartChore): Program | undefined => {
  const chore = state.account.chores.get(generation)
  if (chore === undefined) return undefined
  const { job, node } = chore
  const { jobPreparationTask, jobReleaseTask } = recordOf(state, job).members
  const task = kind === "preparation" ? jobPreparationTask : jobReleaseTask
  if (task === undefined) throw new Error(`job ${job.id} has no ${kind}`)
  return {
    job,
    node,
    task,
    commandLine: task.commandLine,
    resourceFiles: task.resourceFiles ?? [],
    outputFiles: [],
    shared: undefined,
    keepsOutputs: false,
    variables: {}
  }
}

const ofTask = (state: State, start: StartTask): Program | undefined => {
  const placement = state.account.placements.get(start.generation)
  if (placement === undefined || placement.task.phase === "deleted") return undefined
  const { job, node } = placement
  const task = readTask(state, start.taskIndex)
  const { authenticationTokenSettings, multiInstanceSettings } = task
  const isCoordination = start.part === "coordination"
  return {
    job,
    node,
    task,
    commandLine: (isCoordination ? multiInstanceSettings?.coordinationCommandLine : undefined) ??
      task.commandLine ?? "",
    resourceFiles: isCoordination && start.subtaskId > 0 ? [] : task.resourceFiles ?? [],
    outputFiles: isCoordination ? [] : task.outputFiles ?? [],
    shared: multiInstanceSettings === undefined ? undefined : {
      directory: turnOf(state, start),
      resourceFiles: isCoordination
        ? (multiInstanceSettings.commonResourceFiles ?? []).map((file) => resourceOf(state, file))
        : []
    },
    keepsOutputs: multiInstanceSettings !== undefined && !isCoordination,
    variables: {
      ...(multiInstanceSettings === undefined
        ? {}
        : InstanceEnvironment.make(state, placement, turnOf(state, start))),
      ...((authenticationTokenSettings?.access ?? []).length === 0
        ? {}
        : { AZ_BATCH_AUTHENTICATION_TOKEN: TaskToken.make(state, job, placement.task) })
    }
  }
}

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
  const fixed = TaskFragment.parse(taskRecordOf(state, taskIndex))
  const decoded = Decode.decodeTask(fixed)
  if (Result.isFailure(decoded)) throw decoded.failure
  return decoded.success
}

/** A container of the account's own storage is one like any other by the time it is used. */
const resourceOf = (
  { settings: { autoStorage } }: State,
  file: ResourceFile
): ExecutionResource => {
  const mode = file.fileMode === undefined ? {} : { fileMode: file.fileMode }
  const { autoStorageContainerName, blobPrefix, filePath, httpUrl = "" } = file
  const storageContainerUrl = file.storageContainerUrl
    ?? (autoStorageContainerName === undefined || autoStorage === undefined
      ? undefined
      : StorageUrl.ofContainer(autoStorage, autoStorageContainerName))
  if (storageContainerUrl === undefined) return { httpUrl, filePath: filePath ?? "", ...mode }
  return {
    storageContainerUrl,
    ...(blobPrefix === undefined ? {} : { blobPrefix }),
    ...(filePath === undefined || filePath === "" ? {} : { directory: filePath }),
    ...mode
  }
}

const outputOf = (file: OutputFile): ExecutionOutputFile => {
  const { uploadCondition } = file.uploadOptions
  const { path, uploadHeaders = [] } = file.destination.container ?? {}
  return {
    filePattern: file.filePattern,
    containerUrl: file.destination.container?.containerUrl ?? "",
    ...(path === undefined ? {} : { path }),
    uploadHeaders: uploadHeaders.map(({ name, value = "" }) => [name, value] as const),
    condition: OpenEnum.isKnown(outputFileUploadConditions, uploadCondition)
      ? uploadCondition
      : "taskcompletion"
  }
}
