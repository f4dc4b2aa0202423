/**
 * The rules one node must keep: its own settings, and the outputs it reads.
 */
import { references, type WorkflowNode } from "../Workflow.ts"
import * as ErrorList from "./ErrorList.ts"
import * as Suggestion from "./Suggestion.ts"

/**
 * What the rules need to know of the other nodes.
 */
export interface NodeCheck {
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly names: ReadonlyArray<string>
  readonly indexOf: (name: string) => number | undefined
  readonly errors: ErrorList.ErrorList
  readonly suggestions: Suggestion.SuggestionBudget
}

/**
 * Adds every problem of one node, its dependencies excepted.
 */
export const check = (context: NodeCheck, node: WorkflowNode): void => {
  checkNumbers(context, node)
  if (node.files.length > 0) checkFiles(context, node)
  if (node.outputs.length > 0) checkOutputs(context, node)
  checkEnvironment(context, node)
  if (readsAnything(node)) {
    checkCommandFiles(context, node)
    checkReferences(context, node)
  }
}

const checkNumbers = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  const { estimateMs, name, runTimeMsMax, slots } = node
  if (!Number.isInteger(slots) || slots < 1) {
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

const checkFiles = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  const paths = new Set<string>()
  for (const file of node.files) {
    const why = relativePathProblem(file.path)
    if (why !== undefined) {
      ErrorList.add(errors, { _tag: "InvalidFilePath", node: node.name, path: file.path, why })
    }
    if (paths.has(file.path)) {
      ErrorList.add(errors, { _tag: "DuplicateStagedPath", node: node.name, path: file.path })
    }
    paths.add(file.path)
    if (file.source._tag !== "Local") continue
    const whyNotLocal = localPathProblem(file.source.path)
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
  for (const output of node.outputs) {
    const why = relativePathProblem(output.path)
    if (why !== undefined) {
      ErrorList.add(errors, { _tag: "InvalidFilePath", node: node.name, path: output.path, why })
    }
    if (names.has(output.name)) {
      ErrorList.add(errors, { _tag: "DuplicateOutput", node: node.name, output: output.name })
    }
    names.add(output.name)
  }
}

const checkEnvironment = ({ errors }: NodeCheck, node: WorkflowNode): void => {
  for (const name in node.environment) {
    if (name === "" || name.includes("=") || name.includes("\0")) {
      ErrorList.add(errors, { _tag: "InvalidEnvironmentName", node: node.name, name })
    }
  }
}

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
  const files = new Set(
    node.files.flatMap(({ source }) => source._tag === "Output" ? [source.from] : [])
  )
  const parents = new Set(node.after)
  const reported = new Set<string>()
  for (const from of references(node)) {
    const wanted = files.has(from) ? "File" : "Json"
    const key = JSON.stringify([from.node, from.output, wanted])
    if (reported.has(key)) continue
    reported.add(key)
    checkReference(context, node, { from, wanted, parents })
    parents.add(from.node)
  }
}

const checkReference = (
  context: NodeCheck,
  node: WorkflowNode,
  { from, parents, wanted }: {
    readonly from: { readonly node: string; readonly output: string }
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
  const output = producer.outputs.find((output) => output.name === from.output)
  if (output === undefined) {
    const names = producer.outputs.map((output) => output.name)
    const suggestion = Suggestion.nearest(from.output, names, context.suggestions)
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

const relativePathProblem = (path: string): string | undefined => {
  if (path === "") return "is empty; name a file"
  if (path.includes("\0")) return "contains NUL; remove it"
  if (path.includes("\\")) return "contains a backslash; separate with /"
  if (path.startsWith("/")) return "is absolute; make it relative to the working directory"
  for (const segment of path.split("/")) {
    if (segment === "..") return "leaves the working directory with \"..\"; keep inside it"
    if (segment === "" || segment === ".") return "has an empty or \".\" segment; write it plainly"
  }
  return undefined
}

/** Absolute on POSIX (`/a`) or Windows (`C:\a`, `\\server\share`): the orchestrating machine's. */
const localPathProblem = (path: string): string | undefined => {
  if (path === "") return "is empty; name a file of this machine"
  if (path.includes("\0")) return "contains NUL; remove it"
  if (/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return undefined
  return "is relative; give the absolute path of the file on this machine"
}
