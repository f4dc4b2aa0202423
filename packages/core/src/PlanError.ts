/**
 * Why a workflow cannot be planned: one value per problem, each naming the place.
 */
import { quote, quoteList } from "./internal/QuotedName.ts"
import type { OutputReference } from "./Workflow.ts"

/**
 * One problem of a workflow. `suggestion` is a name that exists and is spelt almost like the one
 * that does not.
 *
 * - `Cycle`: the nodes wait for each other; each is a parent of the next, the last of the first.
 * - `EmptyName`: `index` is the place in `nodes`.
 * - `InvalidText`: the text cannot reach a process as it is written; `why` goes on after "that".
 * - `DuplicateName`: `indexes` are the places in `nodes` that carry the same name.
 * - `CaseConflict`: names that the service cannot tell apart, since its ids ignore case.
 * - `MissingEdge`: the node reads an output of `producer` but is not placed after it.
 * - `WrongOutputKind`: a value is taken from a `File` output, or a file from a `Json` output.
 * - `UnstagedFile`: the command uses a path that is not among the node's `files`.
 * - `InvalidTrigger`: the node's rule, or its being a finalizer, makes no sense; `why` says it.
 * - `InvalidScheduling`: a priority, pool or mutex of the node makes no sense.
 * - `InvalidPool`: a concurrency pool of the workflow has an impossible size.
 * - `MoreErrors`: the list was cut; `count` problems are not shown.
 *
 * @category models
 */
export type PlanError =
  | { readonly _tag: "EmptyWorkflow"; readonly workflow: string }
  | { readonly _tag: "InvalidWorkflowName"; readonly name: string; readonly why: string }
  | { readonly _tag: "EmptyName"; readonly index: number }
  | {
    readonly _tag: "InvalidText"
    readonly node: string
    readonly place: "name" | "command"
    readonly why: string
  }
  | {
    readonly _tag: "DuplicateName"
    readonly name: string
    readonly indexes: ReadonlyArray<number>
  }
  | { readonly _tag: "CaseConflict"; readonly names: ReadonlyArray<string> }
  | { readonly _tag: "Cycle"; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "SelfDependency"; readonly node: string }
  | {
    readonly _tag: "UnknownDependency"
    readonly node: string
    readonly dependency: string
    readonly suggestion?: string
  }
  | { readonly _tag: "MissingEdge"; readonly node: string; readonly producer: string }
  | {
    readonly _tag: "UnknownOutput"
    readonly node: string
    readonly from: OutputReference
    readonly suggestion?: string
  }
  | {
    readonly _tag: "WrongOutputKind"
    readonly node: string
    readonly from: OutputReference
    readonly wanted: "Json" | "File"
  }
  | { readonly _tag: "UnstagedFile"; readonly node: string; readonly path: string }
  | { readonly _tag: "InvalidSlots"; readonly node: string; readonly slots: number }
  | {
    readonly _tag: "InvalidTime"
    readonly node: string
    readonly setting: "runTimeMsMax" | "estimateMs" | "queueMsMax" | "runMsMax" | "silenceMsMax"
    readonly valueMs: number
  }
  | {
    readonly _tag: "InvalidFilePath"
    readonly node: string
    readonly path: string
    readonly why: string
  }
  | { readonly _tag: "DuplicateStagedPath"; readonly node: string; readonly path: string }
  | { readonly _tag: "DuplicateOutput"; readonly node: string; readonly output: string }
  | { readonly _tag: "DuplicateOutputPath"; readonly node: string; readonly path: string }
  | { readonly _tag: "InvalidEnvironmentName"; readonly node: string; readonly name: string }
  | {
    readonly _tag: "InvalidEnvironmentValue"
    readonly node: string
    readonly name: string
    readonly why: string
  }
  | { readonly _tag: "InvalidTrigger"; readonly node: string; readonly why: string }
  | { readonly _tag: "InvalidScheduling"; readonly node: string; readonly why: string }
  | { readonly _tag: "InvalidPool"; readonly pool: string; readonly size: number }
  | { readonly _tag: "MoreErrors"; readonly count: number }

/**
 * Says a problem in one sentence: the place, what is wrong, and what to do.
 *
 * @category rendering
 */
export const describe = (error: PlanError): string => {
  switch (error._tag) {
    case "EmptyWorkflow":
      return `workflow ${quote(error.workflow)} has no nodes; add at least one`
    case "InvalidWorkflowName":
      return `workflow ${quote(error.name)} has a name that ${error.why}`
    case "EmptyName":
      return `node at index ${error.index} has an empty name; give it one`
    case "DuplicateName":
      return `node name ${quote(error.name)} is used ${error.indexes.length} times, at indexes ${
        numberList(error.indexes)
      }; rename all but one`
    case "CaseConflict":
      return `node names ${
        quoteList(error.names, 5)
      } differ only in case, which the service ignores; rename all but one`
    case "Cycle":
      return `nodes wait for each other in a cycle: ${
        cycleText(error.path)
      }; remove one of these dependencies`
    case "InvalidPool":
      return `pool ${quote(error.pool)} has size ${error.size}; give a whole number of at least 1`
    case "MoreErrors":
      return `${error.count} more problems are not shown; fix these first`
    default:
      return `node ${quote(error.node)} ${describeOfNode(error)}`
  }
}

const describeOfNode = (error: Extract<PlanError, { readonly node: string }>): string => {
  switch (error._tag) {
    case "InvalidText":
      return `has a ${error.place} that ${error.why}`
    case "SelfDependency":
      return "depends on itself; remove its own name from its dependencies"
    case "UnknownDependency":
      return `depends on ${quote(error.dependency)}, which does not exist; ${
        adviceFor(error.suggestion, "add that node or remove the dependency")
      }`
    case "MissingEdge":
      return `reads an output of ${
        quote(error.producer)
      } but may start before it; add that name to \`after\``
    case "UnknownOutput":
      return `reads output ${quote(error.from.output)} of ${
        quote(error.from.node)
      }, which declares no such output; ${adviceFor(error.suggestion, "declare it there")}`
    case "WrongOutputKind":
      return error.wanted === "Json"
        ? `uses ${outputText(error.from)} as a value, but it is a file; stage it under \`files\``
        : `stages ${outputText(error.from)} as a file, but it is JSON; use it as an input`
    case "UnstagedFile":
      return `uses file ${quote(error.path)} in its command; add that path to its \`files\``
    case "InvalidSlots":
      return `asks for ${error.slots} slots; give a whole number of at least 1`
    case "InvalidTime":
      return `has ${error.setting} ${error.valueMs}; give ${
        error.setting === "estimateMs"
          ? "milliseconds, 0 or more"
          : "a number of milliseconds above 0"
      }`
    case "InvalidFilePath":
      return `has the file path ${quote(error.path)}, which ${error.why}`
    case "DuplicateStagedPath":
      return `stages two files at ${quote(error.path)}; give each its own path`
    case "DuplicateOutput":
      return `declares output ${quote(error.output)} twice; give each its own name`
    case "DuplicateOutputPath":
      return `declares two outputs at ${quote(error.path)}; give each its own path`
    case "InvalidEnvironmentName":
      return `sets the environment variable ${
        quote(error.name)
      }; use letters, digits and underscores, no digit first`
    case "InvalidTrigger":
    case "InvalidScheduling":
      return error.why
    case "InvalidEnvironmentValue":
      return `sets the environment variable ${quote(error.name)} to a value that ${error.why}`
  }
}

const outputText = (from: OutputReference): string =>
  `output ${quote(from.output)} of ${quote(from.node)}`

const adviceFor = (suggestion: string | undefined, otherwise: string): string =>
  suggestion === undefined ? otherwise : `did you mean ${quote(suggestion)}?`

/** Longest cycle that is shown node by node. */
const cycleShownMax = 12

const cycleText = (path: ReadonlyArray<string>): string => {
  const closed = path.slice(0, 1).map(quote)
  if (path.length <= cycleShownMax) return [...path.map(quote), ...closed].join(" → ")
  const head = path.slice(0, cycleShownMax - 2).map(quote)
  const tail = path.slice(-1).map(quote)
  return [...head, `… ${path.length - head.length - 1} more …`, ...tail, ...closed].join(" → ")
}

const numberList = (numbers: ReadonlyArray<number>): string =>
  numbers.length <= 5
    ? numbers.join(", ")
    : `${numbers.slice(0, 5).join(", ")} and ${numbers.length - 5} more`
