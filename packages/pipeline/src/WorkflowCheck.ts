/**
 * The rules every workflow keeps whatever it was made from: names, references, paths, settings.
 *
 * W1 Node names are unique, also when case is ignored.
 * W2 `after` names every parent once, those reached through data included.
 * W3 A reference leads to a declared output of the right kind.
 * W4 Paths stay inside the working directory, and no two files or outputs share one.
 *
 * Cycles are found by the plan.
 */
import {
  type OutputReference,
  type OutputSpec,
  references,
  type Workflow,
  type WorkflowNode
} from "@batchwave/core/Workflow"
import { suggestion } from "./internal/Spelling.ts"

/**
 * Lists what is wrong with a workflow, in node order. `O(nodes + references)`. References are looked
 * at only when names are unique, since otherwise they lead to several nodes.
 *
 * @category queries
 */
export const check = (workflow: Workflow, options?: {
  /** Whether nodes were left out because their names were taken. @default false */
  readonly isIncomplete?: boolean
}): ReadonlyArray<string> => {
  const problems: Array<string> = []
  if (workflow.name === "") problems.push("the name of the pipeline is empty; give it one")
  const areNamesUnique = checkNames(workflow, problems)
  if (areNamesUnique && options?.isIncomplete !== true) checkEdges(workflow, problems)
  for (const node of workflow.nodes) {
    checkPaths(node, problems)
    checkSettings(node, problems)
  }
  return problems
}

/** Answers whether names can be relied on to find nodes. */
const checkNames = (workflow: Workflow, problems: Array<string>): boolean => {
  const seen = new Map<string, string>()
  const countBefore = problems.length
  for (const { name } of workflow.nodes) {
    if (name === "" || name.includes("\0")) {
      problems.push(`the task name ${JSON.stringify(name)} is empty or has a NUL character`)
      continue
    }
    const taken = seen.get(name.toLowerCase())
    if (taken === undefined) seen.set(name.toLowerCase(), name)
    else if (taken === name) problems.push(`task "${name}" is declared twice; rename one`)
    else {
      problems.push(
        `task "${name}" differs from "${taken}" only in letter case; rename one`
      )
    }
  }
  return problems.length === countBefore
}

const checkEdges = (workflow: Workflow, problems: Array<string>): void => {
  const outputsByNode = new Map(
    workflow.nodes.map((node) => [
      node.name,
      new Map(node.outputs.map((output) => [output.name, output]))
    ])
  )
  const names = () => [...outputsByNode.keys()]
  for (const node of workflow.nodes) {
    const after = new Set(node.after)
    if (after.size < node.after.length) problems.push(`task "${node.name}" names a parent twice`)
    for (const parent of after) {
      if (parent === node.name) problems.push(`task "${node.name}" waits for itself`)
      else if (!outputsByNode.has(parent)) {
        problems.push(
          `task "${node.name}" waits for "${parent}", which is not a task of this pipeline`
            + suggestion(parent, names())
        )
      }
    }
    const files = new Set(
      node.files.flatMap(({ source }) => source._tag === "Output" ? [source.from] : [])
    )
    for (const reference of references(node)) {
      const kind = files.has(reference) ? "File" : "Json"
      const problem = referenceProblem(reference, kind, outputsByNode)
      if (problem !== undefined) problems.push(`task "${node.name}" ${problem}`)
      else if (!after.has(reference.node)) {
        problems.push(
          `task "${node.name}" reads an output of "${reference.node}" but does not name it in after`
        )
      }
    }
  }
}

const referenceProblem = (
  reference: OutputReference,
  kind: OutputSpec["_tag"],
  outputsByNode: ReadonlyMap<string, ReadonlyMap<string, OutputSpec>>
): string | undefined => {
  const outputs = outputsByNode.get(reference.node)
  if (outputs === undefined) {
    return `reads an output of "${reference.node}", which is not a task of this pipeline`
  }
  const output = outputs.get(reference.output)
  if (output === undefined) {
    return `reads the output "${reference.output}" of "${reference.node}", which declares no such`
      + ` output${suggestion(reference.output, [...outputs.keys()])}`
  }
  return output._tag === kind
    ? undefined
    : `takes the output "${reference.output}" of "${reference.node}" for a ${
      kind === "File" ? "file, but it is JSON" : "JSON value, but it is a file"
    }`
}

const checkPaths = (node: WorkflowNode, problems: Array<string>): void => {
  const staged = new Set<string>()
  for (const { path, source } of node.files) {
    checkPath(node, "stages a file at", path, staged, problems)
    if (source._tag === "Local" && source.path === "") {
      problems.push(`task "${node.name}" stages a local file without a path`)
    }
  }
  for (const part of node.command) {
    if (part._tag === "File" && !staged.has(part.path)) {
      problems.push(`task "${node.name}" names the file "${part.path}" but does not stage it`)
    }
  }
  const names = new Set<string>()
  const written = new Set<string>()
  for (const output of node.outputs) {
    if (names.has(output.name)) {
      problems.push(`task "${node.name}" declares the output "${output.name}" twice; rename one`)
    }
    names.add(output.name)
    checkPath(node, "declares an output at", output.path, written, problems)
  }
}

const checkPath = (
  node: WorkflowNode,
  claim: string,
  path: string,
  taken: Set<string>,
  problems: Array<string>
): void => {
  if (!isInside(path)) {
    problems.push(
      `task "${node.name}" ${claim} ${JSON.stringify(path)}; `
        + "give a relative path with / and without . or .. steps"
    )
  } else if (taken.has(path)) {
    problems.push(`task "${node.name}" ${claim} "${path}" twice; give one of them another path`)
  }
  taken.add(path)
}

const isInside = (path: string): boolean =>
  !path.includes("\0") && !path.includes("\\")
  && path.split("/").every((step) => step !== "" && step !== "." && step !== "..")

const checkSettings = (node: WorkflowNode, problems: Array<string>): void => {
  if (!Number.isSafeInteger(node.slots) || node.slots < 1) {
    problems.push(`task "${node.name}" asks for ${node.slots} slots; give a whole number from 1`)
  }
  for (const [name, value] of Object.entries(node.environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      problems.push(
        `task "${node.name}" sets the environment name ${JSON.stringify(name)}; `
          + "use letters, digits and underscores"
      )
    }
    if (typeof value !== "string" || value.includes("\0")) {
      problems.push(`task "${node.name}" sets "${name}" to something that is not plain text`)
    }
  }
  for (
    const [setting, ms] of [
      ["run time limit", node.runTimeMsMax],
      ["estimate", node.estimateMs]
    ] as const
  ) {
    if (ms !== undefined && !(ms > 0)) {
      problems.push(`task "${node.name}" has a ${setting} of ${ms} ms; give a positive number`)
    }
  }
}
