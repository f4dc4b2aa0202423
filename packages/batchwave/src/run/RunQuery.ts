/**
 * Answers questions about a run from its state, whether the run goes on or only its journal is left.
 */
import type { Plan } from "@batchwave/core/Plan"
import type { RunState } from "@batchwave/core/RunState"
import * as Suggestion from "@batchwave/core/Suggestion"
import * as Result from "effect/Result"
import { listed } from "../screen/Words.ts"
import * as ControlChannel from "./ControlChannel.ts"
import * as RunStatus from "./RunStatus.ts"

/**
 * A request that changes nothing.
 *
 * @category models
 */
export type Query = Extract<ControlChannel.Request, { readonly _tag: "Status" | "Explain" }>

/**
 * Tells questions from wishes.
 *
 * @category guards
 */
export const isQuery = (request: ControlChannel.Request): request is Query =>
  request._tag === "Status" || request._tag === "Explain"

/**
 * Answers. `isLive` says whether a process works on the run. `O(nodes)`.
 *
 * @category queries
 */
export const answer = (
  query: Query,
  run: { readonly runId: string; readonly state: RunState; readonly isLive: boolean },
  nowMs: number
): ControlChannel.Reply => {
  const { isLive, runId, state } = run
  if (query._tag === "Status") {
    const status = RunStatus.make(runId, state, isLive)
    return {
      _tag: "Done",
      text: RunStatus.text(status),
      value: { ...status, counts: { ...status.counts } }
    }
  }
  const nodes = nodesNamed(state.plan, query.nodes)
  if (Result.isFailure(nodes)) return ControlChannel.refused(nodes.failure)
  const explained = RunStatus.explain(state, nodes.success, nowMs)
  return {
    _tag: "Done",
    text: explained.length === 0
      ? "every node has settled"
      : explained.map(({ node, text }) => `${node}: ${text}`).join("\n"),
    value: explained.map(({ node, reason, text }) => ({ node, reason, text }))
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
  for (const name of names) {
    const node = plan.indexOf(name)
    if (node !== undefined) nodes.add(node)
    else {
      const before = nodes.size
      plan.workflow.nodes.forEach(({ group }, index) => {
        if (group === name) nodes.add(index)
      })
      if (nodes.size === before) {
        unknown.push(`"${name}" (${Suggestion.advice(name, plan.names)})`)
      }
    }
  }
  return unknown.length === 0
    ? Result.succeed([...nodes])
    : Result.fail(`the run has no node or group ${listed(unknown, namesMax)}`)
}
