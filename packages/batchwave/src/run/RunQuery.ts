/**
 * Answers questions about a run from its state, whether the run goes on or only its journal is left.
 */
import * as Hindrances from "@batchwave/core/Hindrances"
import { isSettled, NodeState } from "@batchwave/core/NodeState"
import type { Plan } from "@batchwave/core/Plan"
import type { RunState } from "@batchwave/core/RunState"
import * as Suggestion from "@batchwave/core/Suggestion"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import type * as FullDisk from "@batchwave/engine/FullDisk"
import * as Result from "effect/Result"
import { dirname } from "node:path"
import { listed } from "../screen/Words.ts"
import * as ControlChannel from "./ControlChannel.ts"
import * as FreeSpace from "./FreeSpace.ts"
import * as RunId from "./RunId.ts"
import * as RunStatus from "./RunStatus.ts"

/**
 * A request that changes nothing.
 *
 * @category models
 */
export type Query = Extract<
  ControlChannel.Request,
  { readonly _tag: "Status" | "Explain" | "Locate" }
>

/**
 * Tells questions from wishes.
 *
 * @category guards
 */
export const isQuery = (request: ControlChannel.Request): request is Query =>
  request._tag === "Status" || request._tag === "Explain" || request._tag === "Locate"

/**
 * Answers. `isLive` says whether a process works on the run. `O(nodes)`.
 *
 * @category queries
 */
export const answer = (
  query: Query,
  run: {
    readonly runId: string
    readonly state: RunState
    readonly isLive: boolean
    /** The append of the live run that waits for room. */
    readonly waiting?: FullDisk.Wait | undefined
  },
  nowMs: number
): ControlChannel.Reply => {
  const { isLive, runId, state, waiting } = run
  const fullDisk = waiting === undefined ? [] : [`it waits: ${fullDiskText(waiting)}`]
  if (query._tag === "Status") {
    const status = RunStatus.make(runId, state, isLive)
    return {
      _tag: "Done",
      text: [RunStatus.text(status, nowMs), ...fullDisk].join("\n"),
      value: {
        ...status,
        counts: { ...status.counts },
        hindrances: [
          ...status.hindrances.map(({ cause, message, sinceMs, untilMs }) =>
            untilMs === undefined
              ? { cause, message, sinceMs }
              : { cause, message, sinceMs, untilMs }
          ),
          ...(waiting === undefined ? [] : [
            {
              cause: "diskFull" as const,
              message: fullDiskText(waiting),
              sinceMs: waiting.sinceMs
            }
          ])
        ]
      } satisfies RunStatus.StatusDocument
    }
  }
  const nodes = nodesNamed(state.plan, query.nodes)
  if (Result.isFailure(nodes)) return ControlChannel.refused(nodes.failure)
  if (query._tag === "Locate") {
    return query.running === true
      ? locate(runId, state, runningNodes(state), true)
      : locate(runId, state, nodes.success, false)
  }
  const explained = RunStatus.explain(state, nodes.success, nowMs)
  const lines = [
    ...(isLive && state.outcome === undefined
      ? RunStatus.hindranceLines(Hindrances.of(state), nowMs)
      : []),
    ...fullDisk,
    ...explained.map(({ node, text }) => `${node}: ${text}`)
  ]
  return {
    _tag: "Done",
    text: explained.length === 0
      ? "every node has settled"
      : [...(isLive || state.outcome !== undefined ? [] : [leftText(runId)]), ...lines].join("\n"),
    value: explained.map(({ node, reason, text }) => ({ node, reason, text }))
  }
}

/**
 * That the journal has no room, where, and what to do.
 *
 * @category rendering
 */
export const fullDiskText = ({ file }: FullDisk.Wait): string =>
  `the disk of ${dirname(file)} is full${
    FreeSpace.text(dirname(file))
  }; it goes on by itself when there `
  + "is room there"

const leftText = (runId: string): string =>
  `nobody works on run ${runId}; what follows is how it was left (batchwave resume ${runId} goes on)`

/** Failed nodes that are meant when none is named. */
const failedMax = 5

/** Nodes that are meant by all that run. */
const runningMax = 20

const runningNodes = ({ nodeStates }: RunState): ReadonlyArray<number> => {
  const running: Array<number> = []
  for (let node = 0; node < nodeStates.length && running.length < runningMax; node++) {
    if (nodeStates[node] === NodeState.running) running.push(node)
  }
  return running
}

/** In which jobs, the newest first, and as which task the service has the last execution of nodes. */
const locate = (
  runId: string,
  state: RunState,
  nodes: ReadonlyArray<number>,
  isRunning: boolean
): ControlChannel.Reply => {
  const jobs = [RunId.jobIdOf(runId), ...state.jobs.map(({ id }) => id)].toReversed()
  const naming = TaskNaming.make(state.plan)
  const failed = () =>
    [...state.finalFailures.keys()]
      .filter((node) => state.nodeStates[node] === NodeState.failed).slice(0, failedMax)
  const tasks = (isRunning || nodes.length > 0 ? nodes : failed()).map((node) => {
    const submission = state.submissions[node]!
    const name = state.plan.names[node]!
    const settled = isSettled(state.nodeStates[node]!)
    return submission === 0
      ? { node: name, settled }
      : { node: name, settled, task: naming.idOf({ node, submission }) }
  })
  return {
    _tag: "Done",
    text: tasks.map((one) => `${one.node}: ${one.task ?? "no task yet"}`).join("\n"),
    value: { jobs, tasks }
  }
}

/** Unknown names that a message lists. */
const namesMax = 5

/**
 * The indexes of nodes named one by one or by their group. Fails with every unknown name.
 *
 * @category queries
 */
export const nodesNamed = (
  plan: Plan,
  names: ReadonlyArray<string>
): Result.Result<ReadonlyArray<number>, string> => {
  const nodes = new Set<number>()
  const unknown: Array<string> = []
  const known = (): ReadonlyArray<string> => [
    ...new Set([...plan.workflow.nodes.flatMap(({ group }) => group ?? []), ...plan.names])
  ]
  for (const name of names) {
    const node = plan.indexOf(name)
    if (node !== undefined) nodes.add(node)
    else {
      const before = nodes.size
      plan.workflow.nodes.forEach(({ group }, index) => {
        if (group === name) nodes.add(index)
      })
      if (nodes.size === before) {
        unknown.push(`"${name}" (${Suggestion.advice(name, known())})`)
      }
    }
  }
  return unknown.length === 0
    ? Result.succeed([...nodes])
    : Result.fail(`the run has no node or group ${listed(unknown, namesMax)}`)
}
