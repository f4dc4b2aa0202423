/**
 * From a planned task to the request that adds it: command, inputs, files, outputs and limits.
 *
 * W1 The same task of the same run gives the same request, byte for byte but for the signatures of
 *    URLs, so that one found in the service can be told to be ours by the fingerprint it carries.
 * W2 Every declared output is removed before the command starts, so what is found afterwards was
 *    written by this attempt, also when a reactivation finds the old working directory.
 */
import * as NativePlan from "@batchwave/core/NativePlan"
import type { Plan } from "@batchwave/core/Plan"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import type { TaskNaming } from "@batchwave/core/TaskNaming"
import { defaultJsonPath, type WorkflowNode } from "@batchwave/core/Workflow"
import type { EnvironmentSetting } from "@batchwave/wire/EnvironmentSetting"
import { durationOfMs } from "@batchwave/wire/Iso8601Duration"
import type { OutputFile } from "@batchwave/wire/OutputFile"
import type { ResourceFile } from "@batchwave/wire/ResourceFile"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"
import { hash } from "node:crypto"
import type { ArtifactStoreShape } from "./ArtifactStore.ts"
import * as CommandScript from "./CommandScript.ts"
import * as JobPlace from "./JobPlace.ts"
import * as TaskInputs from "./TaskInputs.ts"

/**
 * What stays the same for every task of a run.
 *
 * @category models
 */
export interface ToWireContext {
  readonly runId: string
  readonly plan: Plan
  readonly state: RunState.RunState
  readonly job: JobPlace.JobPlace
  readonly naming: TaskNaming
  readonly store: ArtifactStoreShape
  readonly inlineInputBytesMax: number
  /** Keys of local files that are in the store already, by path. */
  readonly localKeys: Map<string, string>
}

/** The file, relative to the working directory, that holds the inputs of a task. */
const inputsPath = "batchwave-inputs.json"

/**
 * The key under which a task's file output is stored.
 *
 * @category operations
 */
export const outputKey = (taskId: string, path: string): string => `tasks/${taskId}/${path}`

/**
 * Makes the request that adds a task. Fails with `ArtifactFailed` when a file it needs is missing.
 *
 * @category operations
 */
export const make = Effect.fnUntraced(function*(context: ToWireContext, task: TaskReference) {
  const node = context.plan.workflow.nodes[task.node]!
  const inputs = inputsOf(context, node)
  const resourceFiles = yield* stage(context, node)
  if (inputs !== undefined && !inputs.isInline) {
    const key = yield* context.store.putBytes(inputsPath, Buffer.from(inputs.text))
    resourceFiles.push({ httpUrl: context.store.sourceUrl(key), filePath: inputsPath })
  }
  return compose(context, task, node, inputs, resourceFiles)
})

/**
 * The same at once, for a task that needs no files; `undefined` for one that does.
 *
 * @category operations
 */
export const makeNow = (
  context: ToWireContext,
  task: TaskReference
): TaskAddParameter | undefined => {
  const node = context.plan.workflow.nodes[task.node]!
  if (node.files.length > 0) return undefined
  const inputs = inputsOf(context, node)
  return inputs?.isInline === false ? undefined : compose(context, task, node, inputs, [])
}

/** The inputs of a task as text, and whether they travel inside it. */
interface Inputs {
  readonly text: string
  readonly isInline: boolean
}

const inputsOf = (context: ToWireContext, node: WorkflowNode): Inputs | undefined => {
  const inputs = TaskInputs.resolve(context, node)
  if (inputs === undefined) return undefined
  const text = JSON.stringify(inputs)
  return { text, isInline: Buffer.byteLength(text) <= context.inlineInputBytesMax }
}

const compose = (
  context: ToWireContext,
  task: TaskReference,
  node: WorkflowNode,
  inputs: Inputs | undefined,
  resourceFiles: Array<ResourceFile>
): TaskAddParameter => {
  const id = context.naming.idOf(task)
  const script = scriptOf(context, node, inputs?.isInline === true)
  const environment = environmentOf(context, node, inputs)
  if (script.script !== undefined) {
    environment.push({ name: CommandScript.scriptVariable, value: script.script })
  }
  const outputFiles = outputFilesOf(context, node, id)
  const dependsOn = dependenciesOf(context, task.node)
  const parameter: TaskAddParameter = {
    id,
    displayName: node.name.length <= 1024 ? node.name : node.name.slice(0, 1024),
    commandLine: script.commandLine,
    ...(resourceFiles.length === 0 ? {} : { resourceFiles }),
    ...(outputFiles.length === 0 ? {} : { outputFiles }),
    environmentSettings: environment,
    requiredSlots: RunState.slotsOf(context.state, task.node),
    ...(dependsOn === undefined ? {} : { dependsOn }),
    constraints: node.runTimeMsMax === undefined
      ? { maxTaskRetryCount: 0 }
      : { maxTaskRetryCount: 0, maxWallClockTime: durationOfMs(node.runTimeMsMax) }
  }
  environment.push({ name: "BATCHWAVE_FINGERPRINT", value: fingerprintOf(parameter) })
  return parameter
}

/**
 * What the service itself holds the task back for; nothing outside the native mode. A job knows only
 * its own tasks; a parent that a former one holds has ended well, or the node would wait for it here.
 */
const dependenciesOf = (
  { job, naming, state }: ToWireContext,
  node: number
): TaskAddParameter["dependsOn"] => {
  const parents = NativePlan.dependsOn(state, node)
    .filter((parent) => JobPlace.jobOf(job, parent) === job.id)
  return parents.length === 0
    ? undefined
    : { taskIds: parents.map((parent) => naming.idOf(parent)) }
}

/** Signatures of URLs may be renewed between two openings of a run, so their queries do not count. */
const fingerprintOf = (parameter: TaskAddParameter): string => {
  const hasUrls = parameter.resourceFiles !== undefined || parameter.outputFiles !== undefined
  const text = hasUrls ? JSON.stringify(parameter, withoutQuery) : JSON.stringify(parameter)
  return hash("sha256", text).slice(0, 32)
}

const withoutQuery = (name: string, value: unknown): unknown =>
  typeof value === "string" && (name === "httpUrl" || name === "containerUrl")
    ? value.split("?", 1)[0]
    : value

const scriptOf = (
  context: ToWireContext,
  node: WorkflowNode,
  inline: boolean
): CommandScript.CommandScript => {
  const command = CommandScript.render(
    node.command,
    (from, path) => TaskInputs.valueOf(context, from, path)
  )
  if (node.outputs.length === 0 && !inline) return CommandScript.make(command)
  const removal = node.outputs.length === 0
    ? ""
    : `rm -f -- ${node.outputs.map((output) => CommandScript.quote(output.path)).join(" ")}; `
  const delivery = inline ? `printf %s "$BATCHWAVE_INPUTS" > ${inputsPath}; ` : ""
  return CommandScript.make(`${removal}${delivery}${command}`)
}

const environmentOf = (
  { runId }: ToWireContext,
  node: WorkflowNode,
  inputs: Inputs | undefined
): Array<EnvironmentSetting> => {
  const settings: Array<EnvironmentSetting> = [
    { name: "BATCHWAVE_RUN_ID", value: runId },
    { name: "BATCHWAVE_NODE", value: node.name }
  ]
  if (inputs !== undefined) {
    settings.push({ name: "BATCHWAVE_INPUTS_FILE", value: inputsPath })
    if (inputs.isInline) settings.push({ name: "BATCHWAVE_INPUTS", value: inputs.text })
  }
  const json = node.outputs.find((output) => output._tag === "Json")
  settings.push({ name: "BATCHWAVE_OUTPUT_FILE", value: json?.path ?? defaultJsonPath })
  for (const name of Object.keys(node.environment)) {
    settings.push({ name, value: node.environment[name]! })
  }
  return settings
}

const stage = Effect.fnUntraced(function*(
  context: ToWireContext,
  node: WorkflowNode
) {
  const staged: Array<ResourceFile> = []
  for (const file of node.files) {
    if (TaskInputs.isMissing(context, node, file)) continue
    const key = file.source._tag === "Local"
      ? yield* localKey(context, file.source.path)
      : yield* TaskInputs.artifactKey(context, file.source.from)
    staged.push({ httpUrl: context.store.sourceUrl(key), filePath: file.path })
  }
  return staged
})

const localKey = Effect.fnUntraced(function*(context: ToWireContext, path: string) {
  const known = context.localKeys.get(path)
  if (known !== undefined) return known
  const key = yield* context.store.putFile(path)
  context.localKeys.set(path, key)
  return key
})

const outputFilesOf = (
  context: ToWireContext,
  node: WorkflowNode,
  taskId: string
): Array<OutputFile> => {
  const files: Array<OutputFile> = []
  for (const output of node.outputs) {
    if (output._tag !== "File") continue
    files.push({
      filePattern: output.path,
      destination: { container: context.store.destination(outputKey(taskId, output.path)) },
      uploadOptions: { uploadCondition: "tasksuccess" }
    })
  }
  return files
}
