/**
 * A chosen part of a run wanted once more: which nodes that means, told before anything happens.
 */
import type { RunState } from "@batchwave/core/RunState"
import * as SelectedNodes from "@batchwave/core/SelectedNodes"
import type { Wish } from "@batchwave/engine/Engine"
import * as Result from "effect/Result"
import { counted, listed } from "../screen/Words.ts"

/**
 * What to run again. Texts are those of `core/Selection`.
 *
 * @category models
 */
export interface RerunRequest {
  readonly select: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  /** Task slots of every chosen node from now on. @default those it has */
  readonly slots?: number
}

/**
 * What the request means for a run as it stands.
 *
 * @category models
 */
export interface Rerun {
  readonly wish: Extract<Wish, { readonly _tag: "RerunRequested" }>
  /** For people. */
  readonly text: string
  /** For programs, nodes by name. */
  readonly value: {
    readonly run: string
    readonly again: ReadonlyArray<string>
    readonly decidedAnew: ReadonlyArray<string>
    readonly unsettled: ReadonlyArray<string>
  }
}

/** Names a line lists. */
const namesMax = 10

/**
 * Finds the nodes. Fails with every problem of the texts, or because nothing would run.
 *
 * @category queries
 */
export const make = (
  runId: string,
  state: RunState,
  request: RerunRequest
): Result.Result<Rerun, string> => {
  const selected = SelectedNodes.select(state, request.select, request.exclude)
  if (selected._tag === "Invalid") return Result.fail(selected.problems.join("\n"))
  const { brought, chosen, unsettled } = SelectedNodes.rerunOf(state, selected.nodes)
  if (chosen.length === 0) {
    return Result.fail(
      selected.nodes.length === 0
        ? `the selection holds no node of run ${runId}; \`batchwave status ${runId}\` tells how its nodes ended`
        : `none of the selected nodes of run ${runId} has settled: ${
          listed(namesOf(state, unsettled), namesMax)
        }; they go on as they are`
    )
  }
  const value = {
    run: runId,
    again: namesOf(state, chosen),
    decidedAnew: namesOf(state, brought),
    unsettled: namesOf(state, unsettled)
  }
  const { slots } = request
  return Result.succeed({
    wish: { _tag: "RerunRequested", nodes: chosen, ...(slots === undefined ? {} : { slots }) },
    text: textOf(value, slots),
    value
  })
}

const namesOf = ({ plan }: RunState, nodes: ReadonlyArray<number>): ReadonlyArray<string> =>
  nodes.map((node) => plan.names[node] ?? String(node))

const textOf = (
  { again, decidedAnew, run, unsettled }: Rerun["value"],
  slots: number | undefined
): string => {
  const line = (names: ReadonlyArray<string>, meaning: string): ReadonlyArray<string> =>
    names.length === 0
      ? []
      : [`  ${counted(names.length, "node")} ${meaning}: ${listed(names, namesMax)}`]
  return [
    `again in run ${run}${
      slots === undefined ? "" : `, with ${counted(slots, "task slot")} each`
    }:`,
    ...line(again, "chosen"),
    ...line(decidedAnew, "kept from running until now, or finalizers, decided anew"),
    ...line(unsettled, "chosen that has not settled and goes on as it is")
  ].join("\n")
}
