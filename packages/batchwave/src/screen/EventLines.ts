/**
 * What happened in a run, as lines for a log: one an event, and one for many nodes that moved
 * together.
 */
import * as Failure from "@batchwave/core/Failure"
import * as Hindrances from "@batchwave/core/Hindrances"
import type { RunEvent } from "@batchwave/core/RunEvent"
import type { RunState } from "@batchwave/core/RunState"
import { cleanLine } from "./CleanText.ts"
import type { Style } from "./Style.ts"
import { counted, duration, listed } from "./Words.ts"

/**
 * A line, and whether it is worth showing beside a moving picture of the run.
 *
 * @category models
 */
export interface EventLine {
  readonly text: string
  readonly isNotable: boolean
}

/** Names one line lists. */
const namesMax = 8

/** Successes of one batch that get a line each. */
const successesMax = 5

/**
 * Tells one journaled batch. `state` is the state after it.
 *
 * @category rendering
 */
export const make = (
  events: ReadonlyArray<RunEvent>,
  state: RunState,
  style: Style
): ReadonlyArray<EventLine> => {
  const lines: Array<EventLine> = []
  const succeeded: Array<number> = []
  for (const event of events) {
    if (event._tag === "NodeSucceeded") succeeded.push(event.node)
    else {
      const line = lineOf(event, state, style)
      if (line !== undefined) lines.push(line)
    }
  }
  return [...successes(succeeded, state, style), ...lines]
}

const successes = (
  nodes: ReadonlyArray<number>,
  state: RunState,
  style: Style
): ReadonlyArray<EventLine> => {
  const word = style.good("succeeded")
  if (nodes.length > successesMax) {
    const names = nodes.map((node) => nameOf(state, node))
    return [quiet(`${counted(nodes.length, "node")} ${word}: ${listed(names, namesMax)}`)]
  }
  return nodes.map((node) => {
    const executions = state.executions[node] ?? 1
    const again = executions > 1 ? `, attempt ${executions}` : ""
    return quiet(
      `${nameOf(state, node)} ${word} (${duration(state.runTimesMs[node] ?? 0)}${again})`
    )
  })
}

const lineOf = (event: RunEvent, state: RunState, style: Style): EventLine | undefined => {
  switch (event._tag) {
    case "RunStarted":
      return quiet(
        `run started: ${counted(state.nodeStates.length, "node")}, ${event.dependencyMode}, `
          + `${event.failureMode}, seed ${event.seed}`
      )
    case "TasksAccepted":
      return quiet(acceptedText(event, state))
    case "RetryDecided":
      return notable(retryText(event, state, style))
    case "ReactivationRefused":
      return quiet(
        `${nameOf(state, event.task.node)} cannot be reactivated (${cleanLine(event.code)}); `
          + "it is added as a new task"
      )
    case "NodeFailed":
      return notable(
        `${nameOf(state, event.node)} ${style.bad("failed for good")}: ${
          cleanLine(Failure.describe(event.failure))
        } (${cleanLine(event.reason)})`
      )
    case "NodesBlocked": {
      const names = event.nodes.map((node) => nameOf(state, node))
      return notable(`${counted(names.length, "node")} blocked: ${listed(names, namesMax)}`)
    }
    case "NodesCancelled": {
      const names = event.nodes.map((node) => nameOf(state, node))
      return quiet(`${counted(names.length, "node")} cancelled: ${listed(names, namesMax)}`)
    }
    case "NodesSkipped": {
      const names = event.nodes.map((node) => nameOf(state, node))
      return notable(
        `${counted(names.length, "node")} skipped: ${listed(names, namesMax)} (${
          cleanLine(event.reason)
        })`
      )
    }
    case "NodeSubstituted":
      return notable(`${nameOf(state, event.node)} got a substitute: ${cleanLine(event.reason)}`)
    case "NodesReopened":
      return notable(
        `${counted(event.nodes.length, "node")} run again: ${
          listed(event.nodes.map((node) => nameOf(state, node)), namesMax)
        }`
      )
    default:
      return runLineOf(event)
  }
}

const runLineOf = (event: RunEvent): EventLine | undefined => {
  switch (event._tag) {
    case "PauseRequested":
      return notable("paused: nothing new is submitted")
    case "ResumeRequested":
      return notable("going on")
    case "RunHindered":
      return notable(`waiting: ${Hindrances.titleOf(event.cause)}: ${cleanLine(event.message)}`)
    case "RunUnhindered":
      return notable(`no longer: ${Hindrances.titleOf(event.cause)}`)
    case "SubmissionHeld":
      return notable(`nothing is submitted for a while: ${cleanLine(event.reason)}`)
    case "FailureModeChanged":
      return notable(`failure mode is now ${event.failureMode}`)
    case "RunStopping":
      return notable(`stopping: ${stoppingText(event.why)}`)
    case "RunFinished":
      return quiet(`run ${event.outcome}`)
    default:
      return undefined
  }
}

/** A task that has failed before is back by reactivation: a new one has a number of its own. */
const acceptedText = (
  { tasks }: RunEvent & { readonly _tag: "TasksAccepted" },
  state: RunState
): string => {
  const isAgain = tasks.every(({ node, submission }) =>
    state.attempts.get(node)?.some((attempt) =>
      attempt.submission === submission && attempt.number < state.executions[node]!
    )
  )
  const names = tasks.map(({ node }) => {
    const executions = state.executions[node] ?? 1
    return executions > 1 ? `${nameOf(state, node)} (attempt ${executions})` : nameOf(state, node)
  })
  const verb = isAgain ? "reactivated" : "submitted"
  return `${verb} ${counted(names.length, "task")}: ${listed(names, namesMax)}`
}

const retryText = (
  { decision, node, via }: RunEvent & { readonly _tag: "RetryDecided" },
  state: RunState,
  style: Style
): string => {
  const wait = decision.afterMs === 0 ? "now" : `in ${duration(decision.afterMs)}`
  const isVanished = state.attempts.get(node)?.at(-1)?.failure._tag === "Vanished"
  const what = isVanished ? "is run again" : style.warn("failed")
  return `${nameOf(state, node)} ${what}: ${cleanLine(decision.reason)} ${wait} (${via})`
}

const stoppingText = (why: "cancel" | "drain" | "failFast"): string => {
  switch (why) {
    case "cancel":
      return "cancelled; tasks in the service are terminated"
    case "drain":
      return "a node failed; nothing new is submitted"
    case "failFast":
      return "a node failed; tasks in the service are terminated"
  }
}

const nameOf = (state: RunState, node: number): string => cleanLine(state.plan.names[node] ?? "")
const quiet = (text: string): EventLine => ({ text, isNotable: false })
const notable = (text: string): EventLine => ({ text, isNotable: true })
