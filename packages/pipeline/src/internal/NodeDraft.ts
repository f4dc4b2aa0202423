/**
 * Turns one task specification into a workflow node, and reports what is wrong with it.
 *
 * @internal
 */
import * as RuleProblem from "@batchwave/core/RuleProblem"
import { parentsOf } from "@batchwave/core/TriggerRule"
import {
  type CommandPart,
  type InputSource,
  type OutputSpec,
  references,
  type WorkflowNode
} from "@batchwave/core/Workflow"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Output, Outputs } from "../Output.ts"
import { isOutput, singleName } from "../Output.ts"
import type { RefSource, Report } from "../Ref.ts"
import * as Shell from "../Shell.ts"
import { type Cache, isHandle, type TaskDefaults, type TaskSpec, type Watchdog } from "../Task.ts"
import { inputSources } from "./InputTree.ts"
import * as Staging from "./Staging.ts"

/**
 * Makes the node of a task. Problems go to `report` and open with the task's name.
 *
 * @internal
 */
export const makeNode = (
  name: string,
  spec: TaskSpec<Outputs | undefined>,
  group: string | undefined,
  reportAll: Report
): WorkflowNode => {
  const report: Report = (problem) => reportAll(`task "${name}": ${problem}`)
  if (hasForeignOutputs(spec.output)) {
    report("output is not an output or a record of them; write Output.json(schema)")
  }
  const staging = Staging.make(spec.files ?? {}, report)
  const command = commandParts(spec.run, staging, report)
  const inputs = inputSources(spec.inputs ?? {}, staging, report)
  const runTimeMsMax = durationMs("timeout", spec.timeout, report)
  const estimateMs = durationMs("estimate", spec.estimate, report)
  const node: WorkflowNode = {
    name,
    after: [],
    command,
    inputs,
    files: staging.files,
    outputs: namedOutputs(spec.output).flatMap(([outputName, output]) =>
      outputSpecs(outputName, output)
    ),
    environment: spec.env ?? {},
    slots: spec.slots ?? 1,
    ...(runTimeMsMax === undefined ? {} : { runTimeMsMax }),
    ...(group === undefined ? {} : { group }),
    ...(estimateMs === undefined ? {} : { estimateMs }),
    ...scheduling(spec),
    ...cacheOf(spec, report),
    ...watchOf(spec, report)
  }
  return { ...node, after: parents(node, spec.after ?? [], report) }
}

/**
 * A task with what holds where it says nothing; each limit of its watchdog by itself.
 *
 * @internal
 */
export const withDefaults = <
  Spec extends {
    readonly cache?: Cache
    readonly finalizer?: boolean
    readonly watchdog?: Watchdog
  }
>(
  spec: Spec,
  { cache, watchdog }: TaskDefaults
): Spec => ({
  ...spec,
  ...(cache === undefined || spec.cache !== undefined || spec.finalizer === true ? {} : { cache }),
  ...(watchdog === undefined ? {} : { watchdog: { ...watchdog, ...spec.watchdog } })
})

const cacheOf = (
  { cache, finalizer }: TaskSpec<Outputs | undefined>,
  report: Report
): Pick<WorkflowNode, "cache"> => {
  if (cache === undefined || cache === false) return {}
  if (finalizer === true) report("a finalizer runs every time, so it takes no cache")
  return { cache: cache === true ? {} : { version: cache.version } }
}

const watchOf = (
  { watchdog }: TaskSpec<Outputs | undefined>,
  report: Report
): Pick<WorkflowNode, "watch"> => {
  if (watchdog === undefined) return {}
  const msOf = (
    setting: Exclude<keyof Watchdog, "requeues">,
    input: Duration.Input | undefined
  ): number | undefined => {
    if (input === undefined) return undefined
    const given = Option.map(Duration.fromInput(input), Duration.toMillis)
    return Option.contains(given, Infinity)
      ? neverMs
      : durationMs(`watchdog.${setting}`, input, report)
  }
  const queueMsMax = msOf("queueWait", watchdog.queueWait)
  const runMsMax = msOf("runTime", watchdog.runTime)
  const silenceMsMax = msOf("noOutput", watchdog.noOutput)
  const watch = {
    ...(queueMsMax === undefined ? {} : { queueMsMax }),
    ...(runMsMax === undefined ? {} : { runMsMax }),
    ...(silenceMsMax === undefined ? {} : { silenceMsMax }),
    ...(watchdog.requeues === undefined
      ? {}
      : { requeuesMax: watchdog.requeues === Infinity ? neverMs : watchdog.requeues })
  }
  return Object.keys(watch).length === 0 ? {} : { watch }
}

/** Stands for no limit in a form that has no infinity. */
const neverMs = Number.MAX_SAFE_INTEGER

const scheduling = (
  { finalizer, mutex, pools, priority, when }: TaskSpec<Outputs | undefined>
): Partial<WorkflowNode> => ({
  ...(when === undefined ? {} : { when }),
  ...(finalizer === undefined ? {} : { finalizer }),
  ...(priority === undefined ? {} : { priority }),
  ...(pools === undefined ? {} : { pools }),
  ...(mutex === undefined ? {} : { mutex })
})

/**
 * Lists declared outputs by name; one that was declared alone is called `output`.
 *
 * @internal
 */
export const namedOutputs = (
  outputs: Outputs | undefined
): ReadonlyArray<readonly [name: string, output: Output]> => {
  if (outputs === undefined) return []
  if (isOutput(outputs)) return [[singleName, outputs]]
  return Object.entries(outputs).filter(([, output]) => isOutput(output))
}

const hasForeignOutputs = (outputs: unknown): boolean =>
  outputs !== undefined && !isOutput(outputs)
  && !(Predicate.isObject(outputs) && Object.values(outputs).every(isOutput))

/**
 * Names one file of a set of files.
 *
 * @internal
 */
export const fileOutputName = (name: string, path: string): string => `${name}/${path}`

const outputSpecs = (name: string, output: Output): ReadonlyArray<OutputSpec> =>
  output._tag === "Files"
    ? output.paths.map((path) => ({ _tag: "File", name: fileOutputName(name, path), path }))
    : [{ _tag: output._tag, name, path: output.path }]

const parents = (
  node: WorkflowNode,
  after: ReadonlyArray<unknown>,
  report: Report
): ReadonlyArray<string> => {
  const names = new Set(references(node).map((reference) => reference.node))
  const { when } = node
  if (when !== undefined && typeof when !== "string" && RuleProblem.of(when) === undefined) {
    for (const parent of parentsOf(when)) names.add(parent)
  }
  for (const handle of after) {
    if (isHandle(handle)) { for (const parent of handle.nodes) names.add(parent) }
    else report("after takes task and fan-out handles, in a list")
  }
  return [...names]
}

const commandParts = (
  command: unknown,
  staging: Staging.Staging,
  report: Report
): ReadonlyArray<CommandPart> => {
  if (!Shell.isCommand(command)) {
    report("run is not a command; write run: sh`…`")
    return []
  }
  for (const problem of Shell.problems(command)) report(problem)
  const parts: Array<CommandPart> = []
  let text = ""
  const push = (part: CommandPart) => {
    if (text !== "") parts.push({ _tag: "Text", text })
    text = ""
    parts.push(part)
  }
  const pushSource = (source: InputSource) => {
    if (source._tag === "Value") push(source)
    else if (source._tag === "List") {
      source.items.forEach((item, index) => {
        if (index > 0) text += " "
        pushSource(item)
      })
    }
  }
  for (const piece of command.pieces) {
    switch (piece._tag) {
      case "Source":
        text += piece.text
        break
      case "Word":
        text += Shell.quote(piece.text)
        break
      case "Ref":
        pushSource(piece.ref.source satisfies RefSource)
        break
      case "File": {
        const path = staging.pathOf(piece.file)
        if (path !== undefined) push({ _tag: "File", path })
        break
      }
      case "Problem":
        break
    }
  }
  if (text !== "") parts.push({ _tag: "Text", text })
  return parts
}

const durationMs = (
  setting: string,
  input: Duration.Input | undefined,
  report: Report
): number | undefined => {
  if (input === undefined) return undefined
  const ms = Option.match(Duration.fromInput(input), {
    onNone: () => Number.NaN,
    onSome: Duration.toMillis
  })
  if (ms === Infinity) return undefined
  if (ms > 0) return Math.ceil(ms)
  report(`${setting} is not a positive duration; write one like "10 minutes"`)
  return undefined
}
