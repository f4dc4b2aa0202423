/**
 * The executor of scenarios: nothing runs, and everything takes its time. All runs and nodes share one
 * heap of events, so a run costs one entry and no fiber, whatever it lasts.
 *
 * S1 a run takes as long as its course says, in the account's time, from the time of its start.
 * S2 what a run writes is made when somebody looks for it, and dated with the end of the run; a file
 *    that was deleted stays deleted.
 * S3 output files are not uploaded and resource files not brought: courses tell how that goes, too.
 *
 * @internal
 */
import * as EventHeap from "@batchwave/core/EventHeap"
import * as Account from "@batchwave/sim/Account"
import * as Job from "@batchwave/sim/Job"
import * as NodeCourse from "@batchwave/sim/NodeCourse"
import * as RunCourse from "@batchwave/sim/RunCourse"
import * as RunFault from "@batchwave/sim/RunFault"
import * as RunSubject from "@batchwave/sim/RunSubject"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as ScenarioModel from "@batchwave/sim/ScenarioModel"
import * as ScriptedFaults from "@batchwave/sim/ScriptedFaults"
import type { Task } from "@batchwave/sim/Task"
import type { TaskEnd } from "@batchwave/sim/TaskEnd"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import { mkdirSync, utimesSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { Executor, type ExecutorShape, type Report, type StartRun } from "./Executor.ts"
import { attemptSync } from "./executor/FileFault.ts"
import * as Inputs from "./Inputs.ts"
import * as NodeLayout from "./NodeLayout.ts"
import * as RemovedDirectory from "./RemovedDirectory.ts"
import type { State } from "./State.ts"

/** One run that has not ended. */
interface SimulatedRun {
  readonly report: Report
  end: TaskEnd
  endAtMs: number
}

/** Where a node is in its life. */
interface SimulatedNode {
  readonly round: number
  readonly course: NodeCourse.NodeCourse
  phase: "booting" | "up" | "away"
}

interface Stage {
  readonly state: State
  readonly model: ScenarioModel.ScenarioModel
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  /** Generations of runs, and `-1 - index` of nodes, by when something happens to them. */
  readonly events: EventHeap.EventHeap
  readonly runs: Map<number, SimulatedRun>
  /** By index. */
  readonly nodes: Array<SimulatedNode>
  /** Twice the attempt whose files are on the disk, and one more once it has ended. */
  readonly provided: WeakMap<Task, number>
  readonly directories: Set<string>
  /** What a fault has the latest run of a task write, in place of what the scenario says. */
  readonly written: WeakMap<Task, { readonly stdout?: string; readonly stderr?: string }>
}

/** The executor of a scenario that has no problems. */
export const layer = (state: State, scenario: Scenario): Layer.Layer<Executor> =>
  Layer.effect(
    Executor,
    Effect.gen(function*() {
      return make({
        state,
        model: ScenarioModel.make(scenario),
        fork: yield* FiberSet.makeRuntime<never, void, never>(),
        events: EventHeap.make(),
        runs: new Map(),
        nodes: [],
        provided: new WeakMap(),
        directories: new Set(),
        written: new WeakMap()
      })
    })
  )

const make = (stage: Stage): ExecutorShape => ({
  start: (start, report) => begin(stage, start, report),
  kill: (generation) => {
    const run = stage.runs.get(generation)
    if (run === undefined) return
    run.end = { _tag: "Killed", exitCode: killedCode }
    setEnd(stage, generation, run, stage.state.account.nowMs)
  },
  removeDirectory: (directory, onGone) => {
    if (!stage.directories.delete(directory)) return onGone()
    stage.fork(Effect.andThen(RemovedDirectory.remove(directory), Effect.sync(onGone)))
  },
  follow: (nowMs) => {
    const { account } = stage.state
    while (stage.nodes.length < account.nodes.length) boot(stage, stage.nodes.length, 1, nowMs)
  },
  nextEventMs: () => nextEventMs(stage),
  advance: (nowMs) => {
    while (nextEventMs(stage) <= nowMs) happen(stage)
  },
  isIdle: () => isIdle(stage),
  provideFiles: (job, task) => provideFiles(stage, job, task)
})

/** What a killed process tells. */
const killedCode = 137

const begin = (stage: Stage, start: StartRun, report: Report): void => {
  const { nowMs } = stage.state.account
  const own = courseOf(stage, start)
  const fault = start._tag === "StartTask" ? start.fault : undefined
  const { durationMs, end } = RunFault.bend(fault, { durationMs: own.totalMs, end: own.end })
  const task = start._tag === "StartTask"
    ? stage.state.account.tasks[start.taskIndex]
    : undefined
  if (task !== undefined && fault?._tag === "Exit") stage.written.set(task, fault)
  else if (task !== undefined) stage.written.delete(task)
  const run = { report, end, endAtMs: Infinity }
  stage.runs.set(start.generation, run)
  setEnd(stage, start.generation, run, nowMs + Math.max(1, durationMs))
}

const coordinated: RunCourse.RunCourse = {
  setupMs: 0,
  processMs: 1,
  uploadMs: 0,
  totalMs: 1,
  end: { _tag: "Exited", exitCode: 0 }
}

/** Scenarios tell of commands; a coordination is over at once, and a preparation is a task of one slot. */
const courseOf = (stage: Stage, start: StartRun): RunCourse.RunCourse => {
  if (start._tag === "StartChore") {
    return RunCourse.make(stage.model, { ...start, requiredSlots: 1 })
  }
  if (start.part !== "command") return coordinated
  const job = Account.findJob(stage.state.account, start.jobId)
  return RunCourse.make(stage.model, { ...start, subject: RunSubject.of(job, start) })
}

const setEnd = (stage: Stage, generation: number, run: SimulatedRun, atMs: number): void => {
  run.endAtMs = atMs
  if (atMs < Infinity) EventHeap.push(stage.events, atMs, generation)
}

/** Ends that were superseded by a kill are thrown away on the way. */
const nextEventMs = ({ events, runs }: Stage): number => {
  for (;;) {
    const atMs = EventHeap.peekAtMs(events)
    if (atMs === undefined) return Infinity
    const item = EventHeap.peek(events)!
    if (item < 0 || runs.get(item)?.endAtMs === atMs) return atMs
    EventHeap.pop(events)
  }
}

const happen = (stage: Stage): void => {
  const atMs = EventHeap.peekAtMs(stage.events)!
  const item = EventHeap.pop(stage.events)!
  if (item < 0) return turnNode(stage, -1 - item, atMs)
  const run = stage.runs.get(item)
  stage.runs.delete(item)
  run?.report(item, run.end, atMs)
}

/** Begins a round of a node's life; it takes nothing until it has booted. */
const boot = (stage: Stage, index: number, round: number, nowMs: number): void => {
  const { account } = stage.state
  const course = NodeCourse.make(stage.model, account.nodes[index]!.id, round)
  const node: SimulatedNode = { round, course, phase: "booting" }
  stage.nodes[index] = node
  if (course.bootMs === 0) return setUp(stage, index, node, nowMs)
  if (round === 1) Inputs.nodeMoved(stage.state, index, "starting", nowMs)
  EventHeap.push(stage.events, nowMs + course.bootMs, -1 - index)
}

const setUp = (stage: Stage, index: number, node: SimulatedNode, nowMs: number): void => {
  node.phase = "up"
  Inputs.nodeMoved(stage.state, index, undefined, nowMs)
  setTurn(stage, index, nowMs + node.course.lifeMs)
}

const setTurn = (stage: Stage, index: number, atMs: number): void => {
  if (atMs < Infinity) EventHeap.push(stage.events, atMs, -1 - index)
}

const turnNode = (stage: Stage, index: number, nowMs: number): void => {
  const { account } = stage.state
  const node = stage.nodes[index]!
  if (account.nodes[index]!.isLeaving) return
  switch (node.phase) {
    case "booting":
      return setUp(stage, index, node, nowMs)
    case "up":
      node.phase = "away"
      Inputs.nodeMoved(stage.state, index, "unknown", nowMs)
      return setTurn(stage, index, nowMs + node.course.awayMs)
    case "away":
      return boot(stage, index, node.round + 1, nowMs)
    default:
      return node.phase satisfies never
  }
}

/** Nodes come and go for ever; only runs, and tasks that could run, are worth waiting for. */
const isIdle = ({ runs, state: { account } }: Stage): boolean => {
  if (runs.size > 0) return false
  if (account.faults !== undefined && ScriptedFaults.isReleasing(account.faults)) return false
  for (const job of account.jobs.values()) {
    if (job.state === "active" && Job.hasReady(job)) return false
  }
  return true
}

/** Makes the directory of a task's latest run, once (S2). */
const provideFiles = Effect.fnUntraced(function*(stage: Stage, job: Job.Job, task: Task) {
  const node = stage.state.account.nodes[task.nodeIndex]
  // A run that is looked at while it goes on is looked at again when it has ended.
  const look = 2 * task.runsCount + (task.execution.exitCode === undefined ? 0 : 1)
  if (node === undefined || stage.provided.get(task) === look) return
  stage.provided.set(task, look)
  const { dataDirectory } = stage.state.settings
  const directory = NodeLayout.taskDirectory(dataDirectory, node.id, job.id, task.id)
  stage.directories.add(directory)
  const run = { taskId: task.id, attempt: task.runsCount }
  const own = RunCourse.outputOf(stage.model, {
    ...run,
    nodeId: node.id,
    requiredSlots: task.requiredSlots,
    subject: RunSubject.of(job, run)
  })
  const bent = stage.written.get(task)
  const { stderr = "", stdout = "" } = bent ?? own
  const written = [["stdout.txt", stdout], ["stderr.txt", stderr]]
  if (bent === undefined && task.execution.exitCode === 0) {
    for (const [path, text] of own.files) written.push([`wd/${path}`, text])
  }
  const seconds = (task.execution.endAtMs ?? stage.state.account.nowMs) / 1000
  yield* attemptSync(directory, () => {
    mkdirSync(Path.join(directory, "wd"), { recursive: true, mode: 0o700 })
    for (const [name = "", text = ""] of written) {
      const path = Path.join(directory, name)
      mkdirSync(Path.dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, text, { mode: 0o600 })
      utimesSync(path, seconds, seconds)
    }
  }).pipe(
    Effect.catch((fault) => Effect.logWarning("The files of a task were not made", fault))
  )
})
