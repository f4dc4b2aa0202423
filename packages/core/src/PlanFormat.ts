/**
 * A plan as text: for people, for programs, and for the two graph languages that documents draw.
 *
 * Names may hold anything, so each form escapes them: no name can break a line, a label or a
 * statement.
 */
import { quoteIfNeeded } from "./internal/QuotedName.ts"
import { lengthText } from "./LengthText.ts"
import * as NativePlan from "./NativePlan.ts"
import * as Plan from "./Plan.ts"
import type { Policy } from "./Policy.ts"

/**
 * What the text form shows beside the graph, and how much of it.
 *
 * @category models
 */
export interface TextOptions {
  /** The policies by node name; nodes without one are not listed. */
  readonly policies?: ReadonlyMap<string, Policy>
  /** The policy of every node that `policies` does not name. */
  readonly runPolicy?: Policy
  /** Names shown in a row before the rest is counted. @default 12 */
  readonly namesMax?: number
  /** Waves shown before the rest is counted. @default 100 */
  readonly wavesMax?: number
  /** Says how many edges the service itself can hold, and why not the others. @default false */
  readonly showNative?: boolean
}

/**
 * A plan for programs: counts, the names of each wave, the names of the critical path. Finalizers are in
 * no wave, since they run after all.
 *
 * @category models
 */
export interface PlanDocument {
  readonly nodes: number
  readonly edges: number
  readonly levels: ReadonlyArray<ReadonlyArray<string>>
  readonly criticalPath: ReadonlyArray<string>
  /** Absent when there are none. */
  readonly finalizers?: ReadonlyArray<string>
  /** With `showNative`: how many edges the service can hold, and the others, each with the reason. */
  readonly native?: {
    readonly heldEdges: number
    readonly otherEdges: ReadonlyArray<{
      readonly parent: string
      readonly child: string
      readonly reason: NativePlan.WaitReason
    }>
  }
}

/**
 * Shows counts, waves, the critical path and the policies, for a terminal. Ends with a line break.
 *
 * @category rendering
 */
export const text = (plan: Plan.Plan, options: TextOptions = {}): string => {
  const namesMax = options.namesMax ?? 12
  const { edgeCount, nodeCount } = plan.graph
  const waves = wavesOf(plan)
  const lines = [
    `${quoteIfNeeded(plan.workflow.name)}: ${counted(nodeCount, "node")}, ${
      counted(edgeCount, "edge")
    }, ${counted(waves.length, "wave")}`,
    "",
    ...waveLines(waves, namesMax, options.wavesMax ?? 100),
    ...finalizerLines(plan, namesMax),
    "",
    ...criticalPathLines(plan, namesMax),
    ...(options.showNative === true ? nativeLines(plan) : []),
    ...policyLines(options, namesMax)
  ]
  return `${lines.join("\n")}\n`
}

/**
 * Prints a `PlanDocument` on one line. Ends with a line break.
 *
 * @category rendering
 */
export const json = (
  plan: Plan.Plan,
  { showNative = false }: Pick<TextOptions, "showNative"> = {}
): string =>
  `${
    JSON.stringify(
      {
        nodes: plan.graph.nodeCount,
        edges: plan.graph.edgeCount,
        levels: wavesOf(plan),
        criticalPath: Plan.criticalPath(plan).names,
        ...(plan.traits.finalizers === undefined ? {} : { finalizers: finalizersOf(plan) }),
        ...(showNative ? { native: nativeOf(plan) } : {})
      } satisfies PlanDocument
    )
  }\n`

const nativeOf = (plan: Plan.Plan): NonNullable<PlanDocument["native"]> => {
  const edges = NativePlan.clientEdges(plan, NativePlan.make(plan))
  return {
    heldEdges: plan.graph.edgeCount - edges.length,
    otherEdges: edges.map(({ child, parent, reason }) => ({
      parent: plan.names[parent] ?? "",
      child: plan.names[child] ?? "",
      reason
    }))
  }
}

/**
 * Draws the plan as a Mermaid flowchart. Nodes are called `n0`, `n1`, … by index, so that only
 * labels carry names, and in a label only letters, digits and what stands between two of them is
 * written as itself; the rest is character codes.
 *
 * @source mermaid.js.org, Flowcharts: entity codes to escape characters
 * @category rendering
 */
export const mermaid = (plan: Plan.Plan): string => {
  const lines = ["flowchart TD"]
  forEachNode(plan, (index, name) => lines.push(`  n${index}["${mermaidLabel(name)}"]`))
  forEachEdge(plan, (parent, child) => lines.push(`  n${parent} --> n${child}`))
  return `${lines.join("\n")}\n`
}

/**
 * Draws the plan in Graphviz DOT, with names as quoted labels.
 *
 * @source graphviz.org, DOT language and escString
 * @category rendering
 */
export const dot = (plan: Plan.Plan): string => {
  const lines = [`digraph "${dotLabel(plan.workflow.name)}" {`]
  forEachNode(plan, (index, name) => lines.push(`  n${index} [label="${dotLabel(name)}"]`))
  forEachEdge(plan, (parent, child) => lines.push(`  n${parent} -> n${child}`))
  return `${lines.join("\n")}\n}\n`
}

const finalizersOf = ({ names, traits }: Plan.Plan): ReadonlyArray<string> =>
  names.filter((_, node) => traits.finalizers?.[node] === 1)

const wavesOf = (plan: Plan.Plan): ReadonlyArray<ReadonlyArray<string>> => {
  const levels = Plan.levelsOf(plan)
  if (plan.traits.finalizers === undefined) return levels
  const finalizers = new Set(finalizersOf(plan))
  return levels.map((names) => names.filter((name) => !finalizers.has(name)))
    .filter((names) => names.length > 0)
}

const waveLines = (
  waves: ReadonlyArray<ReadonlyArray<string>>,
  namesMax: number,
  wavesMax: number
): ReadonlyArray<string> => [
  ...waves.slice(0, wavesMax).map((names, wave) =>
    `wave ${wave + 1} (${names.length}): ${namesText(names.slice(0, namesMax), names.length)}`
  ),
  ...(waves.length > wavesMax ? [`… and ${counted(waves.length - wavesMax, "more wave")}`] : [])
]

const finalizerLines = (plan: Plan.Plan, namesMax: number): ReadonlyArray<string> => {
  const names = finalizersOf(plan)
  return names.length === 0
    ? []
    : [`after all (${names.length}): ${namesText(names.slice(0, namesMax), names.length)}`]
}

const criticalPathLines = (plan: Plan.Plan, namesMax: number): ReadonlyArray<string> => {
  const { lengthMs, names } = Plan.criticalPath(plan)
  const isEstimated = plan.workflow.nodes.some((node) => node.estimateMs !== undefined)
  const shown = names.slice(0, namesMax).map(quoteIfNeeded).join(" → ")
  const more = names.length > namesMax ? ` → … and ${names.length - namesMax} more` : ""
  const length = isEstimated ? `, estimated ${lengthText(lengthMs)}` : ""
  return [`critical path (${counted(names.length, "node")}${length}): ${shown}${more}`]
}

/** Edges named for a reason. */
const edgesMax = 3

const edgeText = ({ names }: Plan.Plan, parent: number, child: number): string =>
  `${quoteIfNeeded(names[parent] ?? "")} → ${quoteIfNeeded(names[child] ?? "")}`

const nativeLines = (plan: Plan.Plan): ReadonlyArray<string> => {
  const byReason = new Map<NativePlan.WaitReason, Array<string>>()
  const edges = NativePlan.clientEdges(plan, NativePlan.make(plan))
  for (const { child, parent, reason } of edges) {
    const known = byReason.get(reason)
    const edge = edgeText(plan, parent, child)
    if (known === undefined) byReason.set(reason, [edge])
    else known.push(edge)
  }
  const { edgeCount } = plan.graph
  return [
    "",
    `native mode: the service holds ${edgeCount - edges.length} of ${counted(edgeCount, "edge")}`,
    ...[...byReason].map(([reason, found]) =>
      `  ${counted(found.length, "edge")} left to the engine, because of each child: ${
        NativePlan.describe(reason)
      } (${found.slice(0, edgesMax).join(", ")}${found.length > edgesMax ? ", …" : ""})`
    )
  ]
}

const policyLines = (options: TextOptions, namesMax: number): ReadonlyArray<string> => {
  const nodesByPolicy = new Map<string, Array<string>>()
  for (const [node, policy] of options.policies ?? []) {
    const nodes = nodesByPolicy.get(policy.description)
    if (nodes === undefined) nodesByPolicy.set(policy.description, [node])
    else nodes.push(node)
  }
  const lines = [...nodesByPolicy].map(([description, nodes]) =>
    `policy of ${namesText(nodes.slice(0, namesMax), nodes.length)}: ${description}`
  )
  const { runPolicy } = options
  if (runPolicy !== undefined) {
    lines.push(
      `policy of ${lines.length > 0 ? "all others" : "every node"}: ${runPolicy.description}`
    )
  }
  return lines.length > 0 ? ["", ...lines] : lines
}

const namesText = (shown: ReadonlyArray<string>, count: number): string => {
  const names = shown.map(quoteIfNeeded).join(", ")
  return count > shown.length ? `${names}, … and ${count - shown.length} more` : names
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const forEachNode = (plan: Plan.Plan, visit: (index: number, name: string) => void): void => {
  for (let index = 0; index < plan.names.length; index++) visit(index, plan.names[index] ?? "")
}

const forEachEdge = (plan: Plan.Plan, visit: (parent: number, child: number) => void): void => {
  const { nodeCount, parentOffsets, parents } = plan.graph
  for (let child = 0; child < nodeCount; child++) {
    const end = parentOffsets[child + 1]!
    for (let edge = parentOffsets[child]!; edge < end; edge++) visit(parents[edge]!, child)
  }
}

/**
 * Also dots, hyphens, underscores and spaces where Markdown could read them as a list or emphasis:
 * Mermaid renders labels through it.
 */
const mermaidSpecial = /(?<![\p{L}\p{N}])[._-]|[._-](?![\p{L}\p{N}])|^ |[^\p{L}\p{N} ._-]/gu

const mermaidLabel = (name: string): string =>
  name.replace(mermaidSpecial, (found) => `#${found.codePointAt(0) ?? 0};`)

/** Graphviz reads backslash escapes and HTML entities in labels, and cannot hold NUL. */
const dotLabel = (name: string): string =>
  name
    .replace(/\\/g, "\\\\")
    .replace(/"/g, "\\\"")
    .replace(/&/g, "&amp;")
    .replace(/\r\n|\r|\n/g, "\\n")
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, "\u{FFFD}")
