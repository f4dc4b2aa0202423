/**
 * Goal P5: what does the reactor cost a node, when the world answers at once?
 */
import * as Backoff from "@batchwave/core/Backoff"
import type { Command } from "@batchwave/core/Command"
import * as Plan from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import * as Reactor from "@batchwave/core/Reactor"
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { RunLimits } from "@batchwave/core/RunMode"
import * as RunState from "@batchwave/core/RunState"
import * as Workflow from "@batchwave/core/Workflow"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: "string", default: "1000000" },
      width: { type: "string", default: "1000" },
      rounds: { type: "string", default: "5" },
      out: { type: "string" }
    }
  })
  const nodeCount = Number(values.nodes)
  const width = Number(values.width)
  const plan = planOf(nodeCount, width)
  const ruled = planOf(nodeCount, width, () => ({ when: "noneFailed" }))
  const ranked = planOf(nodeCount, width, (index) => ({
    priority: index % 7,
    ...(index % 10 === 0 ? { pools: ["licenses"] } : {})
  }))
  const report = BenchReport.open({
    question: `what does the reactor cost for ${nodeCount} nodes in waves of ${values.width}?`,
    measured: "every event of every node: planned, accepted, ended, succeeded; in one process",
    notMeasured: "planning; the journal; requests"
  })
  const measurements = await Harness.measure([
    { name: "typed-array loop", run: () => Promise.resolve(loopOnly(plan)) },
    { name: "reactor", run: () => Promise.resolve(drive(plan, () => 0)) },
    {
      name: "reactor, 1 in 10 fails once",
      run: () => Promise.resolve(drive(plan, (node, attempt) => node % 10 === 0 ? 2 - attempt : 0))
    },
    { name: "reactor, every node has a rule", run: () => Promise.resolve(drive(ruled, () => 0)) },
    {
      name: "reactor, limits, priorities and a pool",
      run: () => Promise.resolve(drive(ranked, () => 0, { activeSlotsMax: 2_000 }))
    }
  ], { rounds: Number(values.rounds) })
  BenchReport.table(report, `${nodeCount} nodes`, measurements, "typed-array loop")
  const micros = (name: string) =>
    measurements.find((one) => one.name === name)?.cpuMicrosPerItem.median ?? Number.NaN
  BenchReport.goal(report, "reactor, CPU µs a node", micros("reactor"), { atMost: 1 })
  BenchReport.goal(
    report,
    "reactor with retries, CPU µs a node",
    micros("reactor, 1 in 10 fails once"),
    { atMost: 2 }
  )
  for (const name of ["every node has a rule", "limits, priorities and a pool"]) {
    BenchReport.goal(report, `${name}, CPU µs a node`, micros(`reactor, ${name}`), { atMost: 2 })
  }
  BenchReport.close(report, values.out)
}

/** Every node waits for the one `width` places before it. */
const planOf = (
  nodeCount: number,
  width: number,
  rest: (index: number) => Partial<Workflow.WorkflowNode> = () => ({})
): Plan.Plan => {
  const nodes = Array.from(
    { length: nodeCount },
    (_, index) =>
      Workflow.node(`n${index}`, "true", {
        after: index < width ? [] : [`n${index - width}`],
        ...rest(index)
      })
  )
  const result = Plan.make(Workflow.make("bench", nodes, { licenses: 50 }))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

const policies: Reactor.Policies = {
  policyOf: () => Policy.retry({ max: 1, backoff: Backoff.constant(0) })
}

/** The least a scheduler can do: count parents down and queue what is ready. */
const loopOnly = ({ graph }: Plan.Plan): number => {
  const missing = new Int32Array(graph.nodeCount)
  const queue = new Int32Array(graph.nodeCount)
  let last = 0
  for (let node = 0; node < graph.nodeCount; node++) {
    missing[node] = graph.parentOffsets[node + 1]! - graph.parentOffsets[node]!
    if (missing[node] === 0) queue[last++] = node
  }
  for (let first = 0; first < last; first++) {
    const node = queue[first]!
    for (let edge = graph.childOffsets[node]!; edge < graph.childOffsets[node + 1]!; edge++) {
      const child = graph.children[edge]!
      missing[child] = missing[child]! - 1
      if (missing[child] === 0) queue[last++] = child
    }
  }
  return last
}

/**
 * Runs a plan in a world that accepts at once and ends at once, and returns the number of its nodes;
 * `exitCode` says how the n-th attempt ends.
 */
export const drive = (
  plan: Plan.Plan,
  exitCode: (node: number, attempt: number) => number,
  limits: RunLimits = {}
): number => {
  const state = RunState.make(plan)
  let nowMs = 0
  let events: Array<ExternalEvent> = [
    { _tag: "LimitsChanged", limits },
    { _tag: "RunStarted", seed: 1, dependencyMode: "eager", failureMode: "keepGoing" }
  ]
  for (;;) {
    const { commands } = Reactor.react(state, events, ++nowMs, policies)
    if (state.outcome !== undefined) break
    const tasks = tasksOf(commands)
    if (tasks.length === 0) throw new Error("the run stands still")
    events = [{ _tag: "TasksAccepted", tasks }]
    for (const task of tasks) {
      const attempt = state.executions[task.node]!
      events.push(endOf(task, attempt, exitCode(task.node, attempt)))
    }
  }
  if (state.outcome !== "succeeded") throw new Error(`the run ${state.outcome}`)
  return plan.graph.nodeCount
}

const tasksOf = (commands: ReadonlyArray<Command>): ReadonlyArray<TaskReference> => {
  const [first] = commands
  if (commands.length === 1 && first?._tag === "Submit") return first.tasks
  const tasks: Array<TaskReference> = []
  for (const command of commands) {
    if (command._tag === "Reactivate") tasks.push(command.task)
    else if (command._tag === "Submit") {
      for (const task of command.tasks) tasks.push(task)
    }
  }
  return tasks
}

const endOf = (task: TaskReference, attempt: number, exitCode: number): ExternalEvent => ({
  _tag: "TaskEnded",
  task,
  end: {
    transition: String(attempt),
    exitCode,
    result: exitCode === 0 ? "success" : "failure",
    runTimeMs: 1
  }
})
