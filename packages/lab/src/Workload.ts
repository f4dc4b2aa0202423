/**
 * What an experiment runs: a pipeline, a recorded workflow with the run times that were measured, or
 * a generated graph.
 *
 * W1 A node with an estimate (a recorded one has its measured run time) takes that long; all others
 *    take what the scenario draws for them.
 * W2 Generated graphs follow from their options alone.
 */
import * as Definition from "@batchwave/core/Definition"
import * as Plan from "@batchwave/core/Plan"
import * as PlanError from "@batchwave/core/PlanError"
import * as Random from "@batchwave/core/Random"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import * as Workflow from "@batchwave/core/Workflow"

/**
 * A workload.
 *
 * @category models
 */
export interface Workload {
  readonly name: string
  readonly definition: Definition.Definition
  readonly plan: Plan.Plan
  /** Of the nodes that have an estimate, by the ids of their tasks. */
  readonly recordedMs: Readonly<Record<string, number>>
}

/**
 * Makes a workload of a pipeline that was compiled. Throws with every problem of a workflow that has
 * no plan.
 *
 * @category constructors
 */
export const make = (definition: Definition.Definition): Workload => {
  const { workflow } = definition
  const planned = Plan.make(workflow)
  if (planned._tag === "Invalid") {
    throw new Error(
      `the workflow "${workflow.name}" cannot run:\n- ${
        planned.errors.map(PlanError.describe).join("\n- ")
      }`
    )
  }
  const { plan } = planned
  const ids = TaskNaming.firstIdsOf(plan)
  const recordedMs: Record<string, number> = {}
  workflow.nodes.forEach(({ estimateMs }, node) => {
    if (estimateMs !== undefined) recordedMs[ids[node]!] = estimateMs
  })
  return { name: workflow.name, definition, plan, recordedMs }
}

/**
 * `count` nodes, one after the other. Throws when `count` is below 1, as all generators do.
 *
 * @category constructors
 */
export const chain = (count: number): Workload =>
  generated(
    `chain-${count}`,
    range(count, (index) => node(`step-${index}`, index === 0 ? [] : [`step-${index - 1}`]))
  )

/**
 * `stages` times: one node, then `width` side by side, and one more at the end.
 *
 * @category constructors
 */
export const forkJoin = (width: number, stages = 1): Workload =>
  generated(`fork-join-${width}x${stages}`, [
    node("fork-0", []),
    ...range(stages, (stage) => [
      ...range(width, (index) => node(`work-${stage}-${index}`, [`fork-${stage}`])),
      node(`fork-${stage + 1}`, range(width, (index) => `work-${stage}-${index}`))
    ]).flat()
  ])

/**
 * `maps` nodes, each of which all of `reduces` nodes wait for.
 *
 * @category constructors
 */
export const mapReduce = (maps: number, reduces: number): Workload => {
  const mapNames = range(maps, (index) => `map-${index}`)
  return generated(`map-reduce-${maps}x${reduces}`, [
    ...mapNames.map((name) => node(name, [])),
    ...range(reduces, (index) => node(`reduce-${index}`, mapNames))
  ])
}

/**
 * `levels` rows of `width` nodes. Each has one parent in the row above it, and each other node there
 * with the probability `edgeShare`.
 *
 * @category constructors
 */
export const layered = (options: {
  readonly levels: number
  readonly width: number
  /** From 0 to 1. @default 2 / width */
  readonly edgeShare?: number
  /** @default 1 */
  readonly seed?: number
}): Workload => {
  const { levels, seed = 1, width } = options
  const edgeShare = options.edgeShare ?? 2 / width
  const random = Random.make(seed)
  return generated(
    `layered-${levels}x${width}`,
    range(levels, (level) =>
      range(width, (index) => {
        if (level === 0) return node(`node-${level}-${index}`, [])
        const own = Random.nextInt(random, width)
        const parents: Array<string> = []
        // There are `levels * width ** 2` of these, so nothing is made for those that are no parents.
        for (let other = 0; other < width; other++) {
          const isDrawn = Random.nextUnit(random) < edgeShare
          if (isDrawn || other === own) parents.push(`node-${level - 1}-${other}`)
        }
        return node(`node-${level}-${index}`, parents)
      })).flat()
  )
}

const node = (name: string, after: ReadonlyArray<string>): Workflow.WorkflowNode =>
  Workflow.node(name, "true", { after })

const generated = (name: string, nodes: ReadonlyArray<Workflow.WorkflowNode>): Workload =>
  make(Definition.make(Workflow.make(name, nodes)))

const range = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> => {
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(`a generated graph needs a whole number of at least 1, not ${count}`)
  }
  return Array.from({ length: count }, (_, index) => make(index))
}
