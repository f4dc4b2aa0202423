/**
 * Goal P5: the reactor beside p-graph, which runs promises in the order of a graph, in one process and on
 * the same graphs of nodes that do nothing.
 */
import * as Plan from "@batchwave/core/Plan"
import { type DependencyList, PGraph, type PGraphNodeMap } from "p-graph"
import * as BenchReport from "./BenchReport.ts"
import type * as GraphShape from "./GraphShape.ts"
import * as Harness from "./Harness.ts"
import * as PeerGraphs from "./PeerGraphs.ts"
import * as reactor from "./reactor.ts"

/**
 * How often a round runs a graph that is ready: one run of 10⁵ nodes takes the reactor less time than
 * compiling it, and sweeping what the collection before the round has found, take on other threads.
 */
const runsInRound = 5

/** Measures one graph, with and without what is done before the first node runs. */
export const measure = async (
  report: BenchReport.BenchReport,
  shape: PeerGraphs.Name,
  nodeCount: number,
  rounds: number
): Promise<void> => {
  const graph = PeerGraphs.make(shape, nodeCount)
  const workflow = PeerGraphs.workflowOf(graph)
  const plan = planOf(workflow)
  const made = pGraphOf(graph)
  const theirs = made.build()
  const measurements = await Harness.measure([
    { name: "reactor", run: repeated(() => reactor.drive(plan, () => 0)) },
    { name: "p-graph", run: repeated(() => made.run(theirs)) },
    { name: "reactor, planned first", run: () => reactor.drive(planOf(workflow), () => 0) },
    { name: "p-graph, built first", run: () => made.run(made.build()) }
  ], { rounds })
  const title = `${shape}, ${nodeCount} nodes`
  BenchReport.table(report, title, measurements, "reactor")
  BenchReport.goal(
    report,
    `${shape}: p-graph's CPU / reactor's`,
    Harness.pairedRatio(measurements, "p-graph", "reactor"),
    { atLeast: 8 }
  )
  const both = Harness.pairedRatio(
    measurements,
    "p-graph, built first",
    "reactor, planned first"
  )
  BenchReport.say(report, `${shape}: the same, with building and planning: ${both.toFixed(2)}`)
}

const repeated = (run: () => number | Promise<number>) => async (): Promise<number> => {
  let nodes = 0
  for (let count = 0; count < runsInRound; count++) nodes += await run()
  return nodes
}

/** The plan of a workflow that has one. */
export const planOf = (workflow: Parameters<typeof Plan.make>[0]): Plan.Plan => {
  const planned = Plan.make(workflow)
  if (planned._tag === "Invalid") throw new Error(JSON.stringify(planned.errors))
  return planned.plan
}

/** A graph for p-graph, and a run of it that fails unless every node ran once and after its parents. */
export const pGraphOf = (graph: GraphShape.GraphShape) => {
  const order = new Int32Array(graph.nodeCount)
  let ran = 0
  const nodes: PGraphNodeMap = new Map()
  const dependencies: DependencyList = []
  PeerGraphs.rowsOf(graph).forEach((parents, node) => {
    const run = () => {
      order[node] = ++ran
    }
    nodes.set(`n${node}`, { run })
    for (const parent of parents) dependencies.push([`n${parent}`, `n${node}`])
  })
  return {
    build: () => new PGraph(nodes, dependencies),
    run: async (built: PGraph): Promise<number> => {
      ran = 0
      await built.run()
      if (ran !== graph.nodeCount) throw new Error(`p-graph ran ${ran} of ${graph.nodeCount} nodes`)
      return ran
    },
    /** At which place each node ran in the last run, from 1. */
    order
  }
}
