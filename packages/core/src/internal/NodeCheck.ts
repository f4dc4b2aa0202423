/**
 * The rules one node must keep: its own settings, and the outputs it reads.
 */
import * as Suggestion from "../Suggestion.ts"
import {
  type OutputReference,
  type OutputSpec,
  references,
  type Workflow,
  type WorkflowNode
} from "../Workflow.ts"
import * as ErrorList from "./ErrorList.ts"
import type { NameIndex } from "./NameIndex.ts"
import * as PathCheck from "./PathCheck.ts"
import * as ScheduleCheck from "./ScheduleCheck.ts"
import * as SettingCheck from "./SettingCheck.ts"
import * as TextCheck from "./TextCheck.ts"

/**
 * What the rules need to know of the other nodes.
 */
export interface NodeCheck {
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly names: ReadonlyArray<string>
  readonly pools: Workflow["pools"]
  readonly hasFinalizers: boolean
  readonly indexOf: (name: string) => number | undefined
  /** The names that lead to more than one node, so that nobody knows whose outputs are meant. */
  readonly repeatedNames: ReadonlySet<string>
  /** The outputs by name of the nodes that declare many and were asked for one. */
  readonly outputsByNode: Map<WorkflowNode, ReadonlyMap<string, OutputSpec>>
  readonly errors: ErrorList.ErrorList
  readonly suggestions: Suggestion.SuggestionBudget
}

/**
 * Makes what the rules need, with a new budget for suggestions.
 */
export const make = (
  { nodes, pools }: Workflow,
  names: ReadonlyArray<string>,
  index: NameIndex,
  errors: ErrorList.ErrorList
): NodeCheck => ({
  nodes,
  names,
  pools,
  hasFinalizers: nodes.some((node) => node.finalizer === true),
  indexOf: index.indexOf,
  repeatedNames: new Set(index.repeated.map((place) => names[place] ?? "")),
  outputsByNode: new Map(),
  errors,
  suggestions: Suggestion.makeBudget()
})

/**
 * Adds every problem of one node, its dependencies excepted.
 */
export const check = (context: NodeCheck, node: WorkflowNode): void => {
  checkNumbers(context, node)
  if (node.watch !== undefined) checkWatch(context, node)
  checkCommandText(context, node)
  if (node.files.length > 0) checkFiles(context, node)
  if (node.outputs.length > 0) checkOutputs(context, node)
  checkEnvironment(context, node)
  ScheduleCheck.check(context, node)
  if (readsAnything(node)) {
    checkCommandFiles(context, node)
    checkReferences(context, node)
  }
}

const checkNumbers = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  const { estimateMs, name, runTimeMsMax, slots } = node
  if (!Number.isSafeInteger(slots) || slots < 1) {
    ErrorList.add(errors, { _tag: "InvalidSlots", node: name, slots })
  }
  if (runTimeMsMax !== undefined && !(runTimeMsMax > 0 && runTimeMsMax < Infinity)) {
    ErrorList.add(errors, {
      _tag: "InvalidTime",
      node: name,
      setting: "runTimeMsMax",
      valueMs: runTimeMsMax
    })
  }
  if (estimateMs !== undefined && !(estimateMs >= 0 && estimateMs < Infinity)) {
    ErrorList.add(errors, {
      _tag: "InvalidTime",
      node: name,
      setting: "estimateMs",
      valueMs: estimateMs
    })
  }
}

const checkWatch = ({ errors }: NodeCheck, { name, watch }: WorkflowNode): void => {
  for (const setting of ["queueMsMax", "runMsMax", "silenceMsMax"] as const) {
    const valueMs = watch?.[setting]
    if (valueMs === undefined || (valueMs > 0 && valueMs < Infinity)) continue
    ErrorList.add(errors, { _tag: "InvalidTime", node: name, setting, valueMs })
  }
  const requeuesMax = watch?.requeuesMax
  const why = requeuesMax === undefined
    ? undefined
    : SettingCheck.whole("requeuesMax", requeuesMax, 0)
  if (why !== undefined) {
    ErrorList.add(errors, {
      _tag: "InvalidScheduling",
      node: name,
      why: `has a limit that makes no sense: ${why}`
    })
  }
}

const checkCommandText = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  for (const part of node.command) {
    const why = part._tag === "Text" ? TextCheck.problem(part.text) : undefined
    if (why === undefined) continue
    ErrorList.add(errors, { _tag: "InvalidText", node: node.name, place: "command", why })
    return
  }
}

const checkFiles = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  const paths = new Set<string>()
  for (const file of node.files) {
    const why = PathCheck.relativeProblem(file.path)
    if (why !== undefined) {
      ErrorList.add(errors, { _tag: "InvalidFilePath", node: node.name, path: file.path, why })
    } else if (paths.has(file.path)) {
      ErrorList.add(errors, { _tag: "DuplicateStagedPath", node: node.name, path: file.path })
    }
    paths.add(file.path)
    if (file.source._tag !== "Local") continue
    const whyNotLocal = PathCheck.localProblem(file.source.path)
    if (whyNotLocal !== undefined) {
      ErrorList.add(errors, {
        _tag: "InvalidFilePath",
        node: node.name,
        path: file.source.path,
        why: whyNotLocal
      })
    }
  }
}

const checkOutputs = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const output of node.outputs) {
    const why = PathCheck.relativeProblem(output.path)
    if (why !== undefined) {
      ErrorList.add(errors, { _tag: "InvalidFilePath", node: node.name, path: output.path, why })
    }
    if (names.has(output.name)) {
      ErrorList.add(errors, { _tag: "DuplicateOutput", node: node.name, output: output.name })
    } else if (why === undefined && paths.has(output.path)) {
      ErrorList.add(errors, { _tag: "DuplicateOutputPath", node: node.name, path: output.path })
    }
    names.add(output.name)
    paths.add(output.path)
  }
}

const checkEnvironment = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  for (const name in node.environment) {
    if (!environmentName.test(name)) {
      ErrorList.add(errors, { _tag: "InvalidEnvironmentName", node: node.name, name })
    }
    const why = environmentValueProblem(node.environment[name])
    if (why !== undefined) {
      ErrorList.add(errors, { _tag: "InvalidEnvironmentValue", node: node.name, name, why })
    }
  }
}

/**
 * A name the shell can read; it may drop a variable of any other name.
 *
 * @source POSIX.1-2024, Base Definitions, 8.1 Environment Variable Definition
 */
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Values of builders written without types may be anything. */
const environmentValueProblem = (value: unknown): string | undefined =>
  typeof value === "string"
    ? TextCheck.problem(value)
    : `is not text but ${value === null ? "null" : `of type ${typeof value}`}; write it as text`

/** Whether anything in the node can refer elsewhere; most nodes of a big graph are plain text. */
const readsAnything = (node: WorkflowNode): boolean => {
  if (node.files.length > 0) return true
  for (const part of node.command) if (part._tag !== "Text") return true
  for (const _name in node.inputs) return true
  return false
}

const checkCommandFiles = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  const staged = new Set(node.files.map((file) => file.path))
  for (const part of node.command) {
    if (part._tag !== "File" || staged.has(part.path)) continue
    ErrorList.add(errors, { _tag: "UnstagedFile", node: node.name, path: part.path })
    staged.add(part.path)
  }
}

const checkReferences = (context: NodeCheck, node: WorkflowNode): void => {
  const parents = new Set(node.after)
  const checked = new Set<string>()
  const read = references(node)
  // Those of the files come last.
  const firstOfFiles = read.length
    - node.files.filter((file) => file.source._tag === "Output").length
  for (let place = 0; place < read.length; place++) {
    const from = read[place]!
    const wanted = place < firstOfFiles ? "Json" : "File"
    const key = JSON.stringify([from.node, from.output, wanted])
    if (checked.has(key)) continue
    checked.add(key)
    checkReference(context, node, { from, wanted, parents })
    parents.add(from.node)
  }
}

const checkReference = (
  context: NodeCheck,
  node: WorkflowNode,
  { from, parents, wanted }: {
    readonly from: OutputReference
    readonly wanted: "Json" | "File"
    readonly parents: ReadonlySet<string>
  }
): void => {
  const { errors } = context
  const producer = context.nodes[context.indexOf(from.node) ?? -1]
  if (producer === undefined) {
    // A name in `after` that does not exist is reported where dependencies are resolved.
    if (!parents.has(from.node)) addUnknownDependency(context, node.name, from.node)
    return
  }
  if (!parents.has(from.node)) {
    ErrorList.add(errors, { _tag: "MissingEdge", node: node.name, producer: from.node })
  }
  if (context.repeatedNames.has(from.node)) return
  const output = outputOf(context, producer, from.output)
  if (output === undefined) {
    const suggestion = ErrorList.hasRoom(errors)
      ? Suggestion.nearest(
        from.output,
        producer.outputs.map((output) => output.name),
        context.suggestions
      )
      : undefined
    ErrorList.add(errors, {
      _tag: "UnknownOutput",
      node: node.name,
      from,
      ...(suggestion === undefined ? {} : { suggestion })
    })
  } else if (output._tag !== wanted) {
    ErrorList.add(errors, { _tag: "WrongOutputKind", node: node.name, from, wanted })
  }
}

/** A node with more outputs than this gets a map of them once one is asked for. */
const outputsSearchedMax = 16

const outputOf = (
  { outputsByNode }: NodeCheck,
  producer: WorkflowNode,
  name: string
): OutputSpec | undefined => {
  if (producer.outputs.length <= outputsSearchedMax) {
    return producer.outputs.find((output) => output.name === name)
  }
  let outputs = outputsByNode.get(producer)
  if (outputs === undefined) {
    outputs = new Map(producer.outputs.map((output) => [output.name, output]))
    outputsByNode.set(producer, outputs)
  }
  return outputs.get(name)
}

/**
 * Adds the problem that a dependency does not exist, with the name that was probably meant.
 */
export const addUnknownDependency = (
  { errors, names, suggestions }: NodeCheck,
  node: string,
  dependency: string
): void => {
  const suggestion = ErrorList.hasRoom(errors)
    ? Suggestion.nearest(dependency, names, suggestions)
    : undefined
  ErrorList.add(errors, {
    _tag: "UnknownDependency",
    node,
    dependency,
    ...(suggestion === undefined ? {} : { suggestion })
  })
}
