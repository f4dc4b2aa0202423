/**
 * Goal P4: how much does planning cost beyond the textbook algorithm, from indexes and from names?
 */
import * as Plan from "@batchwave/core/Plan"
import * as TaskGraph from "@batchwave/core/TaskGraph"
import * as Workflow from "@batchwave/core/Workflow"
import * as Graph from "effect/Graph"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as GraphShape from "./GraphShape.ts"
import * as Harness from "./Harness.ts"
import { mapPlanner, plainKahn } from "./PlainPlanner.ts"

const parentsPerNode = 5

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "5" },
      shapes: { type: "string", default: "random,layered,shuffled" },
      part: { type: "string", default: "indexes,names,memory" },
      effect: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      out: { type: "string" }
    }
  })
  const nodeCount = Number(values.nodes)
  const rounds = Number(values.rounds)
  const seed = Number(values.seed)
  const parts = values.part.split(",")
  const report = BenchReport.open({
    question: `what does a plan of ${nodeCount} nodes with ${parentsPerNode} parents each cost?`,
    measured:
      "levels, children rows, order, critical path, cycle witness; from names also every check",
    notMeasured: "making the input; file parsing"
  })
  for (const name of values.shapes.split(",").filter(isShapeName)) {
    const shape = GraphShape.make(name, nodeCount, parentsPerNode, seed)
    if (parts.includes("indexes")) await fromIndexes(report, name, shape, rounds)
    if (parts.includes("names")) await fromNames(report, name, shape, rounds)
    if (parts.includes("memory")) memory(report, name, shape)
  }
  const effectNodeCount = Number(values.effect)
  if (effectNodeCount > 0) await againstEffect(report, effectNodeCount, seed)
  BenchReport.close(report, values.out)
}

const isShapeName = (name: string): name is GraphShape.ShapeName =>
  name === "random" || name === "layered" || name === "shuffled"

const fromIndexes = async (
  report: BenchReport.BenchReport,
  name: string,
  shape: GraphShape.GraphShape,
  rounds: number
): Promise<void> => {
  const { nodeCount, parentOffsets, parents } = shape
  const levelCount = plainKahn(nodeCount, parentOffsets, parents).levelCount
  const cyclic = GraphShape.withCycle(shape)
  const weights = Float64Array.from({ length: nodeCount }, (_, node) => 1 + (node * 7919) % 1000)
  const planOrdered = (estimates?: Float64Array): number => {
    const planned = Plan.planGraph(TaskGraph.make(nodeCount, parentOffsets, parents), estimates)
    if (planned._tag === "Cyclic") throw new Error("found a cycle in an acyclic graph")
    if (planned.levelCount !== levelCount) throw new Error("the level counts differ")
    return nodeCount
  }
  const measurements = await Harness.measure([
    {
      name: "plain Kahn",
      run: () => {
        if (plainKahn(nodeCount, parentOffsets, parents).levelCount !== levelCount) {
          throw new Error()
        }
        return nodeCount
      }
    },
    { name: "planGraph", run: () => planOrdered() },
    { name: "planGraph, weighted critical path", run: () => planOrdered(weights) },
    {
      name: "plain Kahn, cyclic",
      run: () => {
        const plain = plainKahn(nodeCount, cyclic.parentOffsets, cyclic.parents)
        if (plain.levelCount !== -1) throw new Error("missed the cycle")
        return nodeCount
      }
    },
    {
      name: "planGraph, cyclic with witness",
      run: () => {
        const graph = TaskGraph.make(nodeCount, cyclic.parentOffsets, cyclic.parents)
        if (Plan.planGraph(graph)._tag !== "Cyclic") throw new Error("missed the cycle")
        return nodeCount
      }
    }
  ], { rounds, warmUps: 2 })
  BenchReport.table(report, `${name}, from indexes`, measurements, "plain Kahn")
  for (
    const [ours, theirs] of [
      ["planGraph", "plain Kahn"],
      ["planGraph, weighted critical path", "plain Kahn"],
      ["planGraph, cyclic with witness", "plain Kahn"]
    ] as const
  ) {
    const ratio = Harness.pairedRatio(measurements, ours, theirs)
    BenchReport.goal(report, `${name}: ${ours} / ${theirs}, CPU`, ratio, { atMost: 1.15 })
  }
}

const fromNames = async (
  report: BenchReport.BenchReport,
  name: string,
  shape: GraphShape.GraphShape,
  rounds: number
): Promise<void> => {
  const workflow = toWorkflow(shape)
  const measurements = await Harness.measure([
    {
      name: "Map + plain Kahn",
      run: () => {
        if (mapPlanner(workflow.nodes).levelCount < 1) throw new Error("found a cycle")
        return shape.nodeCount
      }
    },
    { name: "Plan.make", run: () => planned(workflow).graph.nodeCount }
  ], { rounds, warmUps: 1 })
  BenchReport.table(report, `${name}, from names`, measurements, "Map + plain Kahn")
  const ratio = Harness.pairedRatio(measurements, "Plan.make", "Map + plain Kahn")
  BenchReport.goal(report, `${name}: Plan.make / Map + plain Kahn, CPU`, ratio, { atMost: 1.1 })
}

/** Every name in `after` is its own string, as a parsed file gives them. */
const toWorkflow = (shape: GraphShape.GraphShape): Workflow.Workflow => {
  const nodes: Array<Workflow.WorkflowNode> = []
  for (let node = 0; node < shape.nodeCount; node++) {
    const row = shape.parents.subarray(shape.parentOffsets[node], shape.parentOffsets[node + 1])
    const after = Array.from(row, nameOf)
    nodes.push(Workflow.node(nameOf(node), "true", { after }))
  }
  return Workflow.make("bench", nodes)
}

const nameOf = (node: number): string => `task-${node}`

const planned = (workflow: Workflow.Workflow): Plan.Plan => {
  const result = Plan.make(workflow)
  if (result._tag === "Invalid") throw new Error(`invalid: ${result.errors[0]?._tag}`)
  return result.plan
}

const memory = (
  report: BenchReport.BenchReport,
  name: string,
  shape: GraphShape.GraphShape
): void => {
  if (globalThis.gc === undefined) {
    BenchReport.say(report, "memory: not measured, start Node with --expose-gc")
    return
  }
  const workflow = toWorkflow(shape)
  Harness.collectGarbage()
  const before = process.memoryUsage()
  const plan = planned(workflow)
  Harness.collectGarbage()
  const after = process.memoryUsage()
  const { edgeCount, nodeCount } = plan.graph
  const arrays = after.arrayBuffers - before.arrayBuffers
  const heap = after.heapUsed - before.heapUsed
  const perNode = (arrays - 8 * edgeCount) / nodeCount
  BenchReport.say(
    report,
    "",
    `${name}, kept by Plan.make: ${(arrays / 1e6).toFixed(1)} MB of typed arrays, ${
      (heap / 1e6).toFixed(1)
    } MB of heap (the array of names)`
  )
  BenchReport.goal(report, `${name}: bytes a node beside 4 an edge and direction`, perNode, {
    atMost: 24
  })
}

const againstEffect = async (
  report: BenchReport.BenchReport,
  nodeCount: number,
  seed: number
): Promise<void> => {
  const { parentOffsets, parents } = GraphShape.make("random", nodeCount, parentsPerNode, seed)
  const measurements = await Harness.measure([
    {
      name: "effect/Graph topo",
      run: () => {
        const graph = Graph.directed<number, number>((mutable) => {
          for (let node = 0; node < nodeCount; node++) Graph.addNode(mutable, node)
          for (let node = 0; node < nodeCount; node++) {
            for (let edge = parentOffsets[node]!; edge < parentOffsets[node + 1]!; edge++) {
              Graph.addEdge(mutable, parents[edge]!, node, 0)
            }
          }
        })
        let count = 0
        for (const _index of Graph.indices(Graph.topo(graph))) count++
        if (count !== nodeCount) throw new Error("effect/Graph lost nodes")
        return nodeCount
      }
    },
    {
      name: "planGraph",
      run: () => {
        const planned = Plan.planGraph(TaskGraph.make(nodeCount, parentOffsets, parents))
        if (planned._tag === "Cyclic") throw new Error("found a cycle in an acyclic graph")
        return nodeCount
      }
    }
  ], { rounds: nodeCount > 300_000 ? 1 : 5, warmUps: nodeCount > 300_000 ? 0 : 1 })
  BenchReport.table(
    report,
    `random, ${nodeCount} nodes, graph built and sorted`,
    measurements,
    "planGraph"
  )
  const ratio = Harness.pairedRatio(measurements, "effect/Graph topo", "planGraph")
  BenchReport.goal(report, "effect/Graph / planGraph, CPU", ratio, { atLeast: 30 })
}
