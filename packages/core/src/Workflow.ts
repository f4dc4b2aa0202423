/**
 * The authored graph in its canonical form: plain JSON that every front end compiles to and every
 * back end starts from. Typed builders, object graphs and imported traces all become a `Workflow`.
 *
 * A workflow says what to run and what depends on what. What cannot be data (retry policies, output
 * checks) travels beside it in a `Definition`.
 */

import type { TriggerRule } from "./TriggerRule.ts"

/**
 * A JSON value.
 *
 * @category models
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<Json>
  | { readonly [key: string]: Json }

/**
 * One piece of a command. Pieces are joined without separators and handed to `/bin/sh -c`.
 *
 * - `Text`: shell source, already quoted by whoever wrote it.
 * - `Value`: the JSON output of another node, shell-quoted when the command is made; `path` walks
 *   into it, and a string is inserted as itself while anything else is inserted as JSON.
 * - `File`: the staged path, shell-quoted, of an entry of the node's `files`.
 *
 * @category models
 */
export type CommandPart =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Value"; readonly from: OutputReference; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "File"; readonly path: string }

/**
 * Names one declared output of one node.
 *
 * @category models
 */
export interface OutputReference {
  readonly node: string
  readonly output: string
}

/**
 * Where a JSON input comes from: a fixed value, one output (with a path into it), or a list or
 * record of further inputs.
 *
 * @category models
 */
export type InputSource =
  | { readonly _tag: "Literal"; readonly value: Json }
  | { readonly _tag: "Value"; readonly from: OutputReference; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<InputSource> }
  | { readonly _tag: "Struct"; readonly fields: { readonly [name: string]: InputSource } }

/**
 * A file that stands in the working directory before the command starts. `path` is relative to it,
 * with `/` separators and no `..`.
 *
 * - `Local`: a file of the machine that orchestrates, by absolute path.
 * - `Output`: a file output of another node.
 *
 * @category models
 */
export interface StagedFile {
  readonly path: string
  readonly source:
    | { readonly _tag: "Local"; readonly path: string }
    | { readonly _tag: "Output"; readonly from: OutputReference }
}

/**
 * What a node leaves behind, by name. `Json` is read back and checked when the task ends; `File` is
 * kept in the artifact store. `path` is relative to the working directory.
 *
 * @category models
 */
export interface OutputSpec {
  readonly _tag: "Json" | "File"
  readonly name: string
  readonly path: string
}

/**
 * The path where a task writes its JSON output unless the author chose another.
 *
 * @category constants
 */
export const defaultJsonPath = "output.json"

/**
 * A vertex of the graph. `after` names every parent, those reached through data included.
 *
 * @category models
 */
export interface WorkflowNode {
  /** Any text without NUL or half a surrogate pair; unique in the workflow, case ignored. */
  readonly name: string
  /** The names of the parents, each once. */
  readonly after: ReadonlyArray<string>
  readonly command: ReadonlyArray<CommandPart>
  /** Delivered as one JSON object in the file named by `BATCHWAVE_INPUTS_FILE`. */
  readonly inputs: { readonly [name: string]: InputSource }
  readonly files: ReadonlyArray<StagedFile>
  readonly outputs: ReadonlyArray<OutputSpec>
  readonly environment: { readonly [name: string]: string }
  /** Task slots it occupies on its compute node, at least 1. */
  readonly slots: number
  /** Longest run of one attempt; the service ends it after that. Absent means no limit. */
  readonly runTimeMsMax?: number
  /** The fan-out this node is an item of. */
  readonly group?: string
  /** What the planner takes as its run time when it looks for the critical path. Absent means 1. */
  readonly estimateMs?: number
  /**
   * When it may run, by how its parents ended. With any rule but `allSucceeded` the values it reads
   * may be missing: its inputs are options, `{ "_tag": "Some", "value" }` or `{ "_tag": "None" }`,
   * and files that do not exist are not staged. Absent means `allSucceeded`, for a finalizer
   * `allDone`.
   */
  readonly when?: TriggerRule
  /**
   * Runs after every other node has settled, whatever happened, also when the run fails fast or is
   * cancelled. Only finalizers may come after it.
   */
  readonly finalizer?: boolean
  /** Of the nodes that could go, one of higher priority goes first. Absent means 0. */
  readonly priority?: number
  /** The concurrency pools of the workflow it takes one place in while the service holds it. */
  readonly pools?: ReadonlyArray<string>
  /** Of the nodes that name the same mutex, the service holds at most one at a time. */
  readonly mutex?: string
  /**
   * Its result is kept, and taken from where it is kept when everything that makes it is the same.
   * Never of a finalizer. Absent means that it always runs.
   */
  readonly cache?: CacheSpec
  /** What the run's watchdogs allow its tasks. Absent means what they allow any. */
  readonly watch?: WatchSpec
}

/**
 * Limits after which the run ends a task as stuck; an absent one is that of the run.
 *
 * @category models
 */
export interface WatchSpec {
  /** In the queue of the service. */
  readonly queueMsMax?: number
  /** From the start of its process. */
  readonly runMsMax?: number
  /** Without a byte written to `stdout.txt` or `stderr.txt`. */
  readonly silenceMsMax?: number
  /** Times the service itself puts it back in its queue, since its compute node was preempted or lost. */
  readonly requeuesMax?: number
}

/**
 * How the result of a node is kept across runs.
 *
 * @category models
 */
export interface CacheSpec {
  /** Changed by the author when what the command does has changed and its text has not. */
  readonly version?: string
}

/**
 * A named graph of nodes, in the order of authorship.
 *
 * @category models
 */
export interface Workflow {
  readonly version: 1
  readonly name: string
  readonly nodes: ReadonlyArray<WorkflowNode>
  /** How many nodes of each concurrency pool the service may hold at a time, by its name. */
  readonly pools?: { readonly [name: string]: number }
}

/**
 * Makes a node from its name and command, with every other part at its default: no parents, inputs,
 * files or outputs, one slot, no limits.
 *
 * @category constructors
 */
export const node = (
  name: string,
  command: string,
  rest: Partial<Omit<WorkflowNode, "name" | "command">> = {}
): WorkflowNode => ({
  name,
  command: [{ _tag: "Text", text: command }],
  after: [],
  inputs: {},
  files: [],
  outputs: [],
  environment: {},
  slots: 1,
  ...rest
})

/**
 * Makes a workflow from its nodes.
 *
 * @category constructors
 */
export const make = (
  name: string,
  nodes: ReadonlyArray<WorkflowNode>,
  pools?: Workflow["pools"]
): Workflow => ({
  version: 1,
  name,
  nodes,
  ...(pools === undefined ? {} : { pools })
})

/**
 * The rule of a node, its default included.
 *
 * @category queries
 */
export const ruleOf = (node: Pick<WorkflowNode, "when" | "finalizer">): TriggerRule =>
  node.when ?? (node.finalizer === true ? "allDone" : "allSucceeded")

/**
 * Lists every output a node reads, through its command, inputs or files, with repetition.
 *
 * @category queries
 */
export const references = (node: WorkflowNode): ReadonlyArray<OutputReference> => {
  const found: Array<OutputReference> = []
  for (const part of node.command) if (part._tag === "Value") found.push(part.from)
  for (const name of Object.keys(node.inputs)) collect(node.inputs[name], found)
  for (const file of node.files) if (file.source._tag === "Output") found.push(file.source.from)
  return found
}

const collect = (input: InputSource | undefined, found: Array<OutputReference>): void => {
  if (input === undefined) return
  switch (input._tag) {
    case "Literal":
      return
    case "Value":
      found.push(input.from)
      return
    case "List":
      for (const item of input.items) collect(item, found)
      return
    case "Struct":
      for (const name of Object.keys(input.fields)) collect(input.fields[name], found)
      return
  }
}
