/**
 * Two runs side by side: what was asked for and what it came to, in the whole and node by node.
 */
import * as Plan from "@batchwave/core/Plan"
import type { NodeReport } from "@batchwave/core/Report"
import type { Recorded } from "../run/RunJournal.ts"
import * as RunReport from "./RunReport.ts"

/**
 * One thing in both runs; absent where a run does not have it.
 *
 * @category models
 */
export interface Difference {
  readonly name: string
  readonly before?: string
  readonly after?: string
}

/**
 * What became of a node in one run.
 *
 * @category models
 */
export type NodeEnd = Pick<NodeReport, "outcome" | "attempts" | "runTimeMs" | "failure">

/**
 * One node; in one run only when it is new or gone.
 *
 * @category models
 */
export interface NodeComparison {
  readonly node: string
  readonly before?: NodeEnd
  readonly after?: NodeEnd
  /** Whether the two runs were to do different things for it. */
  readonly isChanged: boolean
}

/**
 * The comparison. Slot time is run time times task slots, in milliseconds like every time.
 *
 * @category models
 */
export interface RunComparison {
  readonly before: RunFacts
  readonly after: RunFacts
  /** Settings and parameters that differ. */
  readonly differences: ReadonlyArray<Difference>
  /** All nodes, in the order of the later run, then those that are gone. */
  readonly nodes: ReadonlyArray<NodeComparison>
}

/**
 * A run in the whole.
 *
 * @category models
 */
export type RunFacts = Pick<
  RunReport.RunReport,
  | "run"
  | "pipeline"
  | "outcome"
  | "startedAtMs"
  | "lengthMs"
  | "counts"
  | "retries"
  | "cached"
  | "slotMs"
  | "wastedSlotMs"
>

/**
 * Compares. `O(events)`.
 *
 * @category constructors
 */
export const make = (before: Recorded, after: Recorded): RunComparison => {
  const [one, other] = [RunReport.make(before), RunReport.make(after)]
  return {
    before: factsOf(one),
    after: factsOf(other),
    differences: differing(settingsOf(before, one), settingsOf(after, other)),
    nodes: nodesOf({ recorded: before, report: one }, { recorded: after, report: other })
  }
}

const factsOf = (report: RunReport.RunReport): RunFacts => ({
  run: report.run,
  pipeline: report.pipeline,
  outcome: report.outcome,
  startedAtMs: report.startedAtMs,
  lengthMs: report.lengthMs,
  counts: report.counts,
  retries: report.retries,
  cached: report.cached,
  slotMs: report.slotMs,
  wastedSlotMs: report.wastedSlotMs
})

const settingsOf = (
  { header }: Recorded,
  { endpoint, failureMode, mode, pipeline, pool }: RunReport.RunReport
): ReadonlyMap<string, string> =>
  new Map([
    ["pipeline", pipeline],
    ["mode", mode],
    ["on failure", failureMode],
    ["pool", pool],
    // The embedded emulator has another port each time.
    ["endpoint", endpoint.replace(/^(http:\/\/127\.0\.0\.1):\d+$/, "$1")],
    ...Object.entries(header.parameters).map(([name, value]) => [`--param ${name}`, value] as const)
  ])

const differing = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>
): ReadonlyArray<Difference> =>
  [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)]
    return one === other ? [] : [{
      name,
      ...(one === undefined ? {} : { before: one }),
      ...(other === undefined ? {} : { after: other })
    }]
  })

interface Side {
  readonly recorded: Recorded
  readonly report: RunReport.RunReport
}

const nodesOf = (before: Side, after: Side): ReadonlyArray<NodeComparison> => {
  const ends = new Map(before.report.nodes.map((node) => [node.node, endOf(node)]))
  const prints = new Map(
    before.recorded.plan.workflow.nodes.map((node) => [node.name, Plan.nodeFingerprint(node)])
  )
  const nodes: Array<NodeComparison> = []
  after.report.nodes.forEach((node, index) => {
    const own = ends.get(node.node)
    ends.delete(node.node)
    const authored = after.recorded.plan.workflow.nodes[index]
    nodes.push({
      node: node.node,
      ...(own === undefined ? {} : { before: own }),
      after: endOf(node),
      isChanged: own !== undefined && authored !== undefined
        && prints.get(node.node) !== Plan.nodeFingerprint(authored)
    })
  })
  for (const [node, own] of ends) nodes.push({ node, before: own, isChanged: false })
  return nodes
}

const endOf = ({ attempts, failure, outcome, runTimeMs }: NodeReport): NodeEnd => ({
  outcome,
  attempts,
  runTimeMs,
  ...(failure === undefined ? {} : { failure })
})

/**
 * Whether somebody who compares should look at a node whatever time it took: it ended in another way,
 * took other attempts, does something else, or is in one run only.
 *
 * @category guards
 */
export const isNotable = ({ after, before, isChanged }: NodeComparison): boolean =>
  isChanged || before?.outcome !== after?.outcome || before?.attempts !== after?.attempts

/**
 * By how much longer the later run worked on a node, in milliseconds; 0 unless both have run it.
 *
 * @category queries
 */
export const longerMs = ({ after, before }: NodeComparison): number =>
  before === undefined || after === undefined || before.attempts === 0 || after.attempts === 0
    ? 0
    : after.runTimeMs - before.runTimeMs
