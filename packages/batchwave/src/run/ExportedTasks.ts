/**
 * The tasks of a run as the requests that add them: those that were sent, and those that would be.
 *
 * X1 What a request contains and is not known yet is not guessed at; its task is left out, and why.
 * X2 A file output that is not there yet is known all the same: its place follows from its task.
 */
import { isSettled } from "@batchwave/core/NodeState"
import type { Plan } from "@batchwave/core/Plan"
import type { RunState } from "@batchwave/core/RunState"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import * as TriggerRule from "@batchwave/core/TriggerRule"
import { references, ruleOf } from "@batchwave/core/Workflow"
import type { ArtifactStoreShape } from "@batchwave/engine/ArtifactStore"
import type { JobPlace } from "@batchwave/engine/JobPlace"
import * as OutputValue from "@batchwave/engine/OutputValue"
import * as RunConfig from "@batchwave/engine/RunConfig"
import * as ToWire from "@batchwave/engine/ToWire"
import type { TaskAddParameter } from "@batchwave/wire/Task"
import * as Effect from "effect/Effect"

/**
 * The run.
 *
 * @category models
 */
export interface ExportedRun {
  readonly runId: string
  readonly plan: Plan
  /** As far as it is; changed in place, so that it is of no other use. */
  readonly state: RunState
  readonly job: JobPlace
  readonly store: ArtifactStoreShape
}

/**
 * The requests, parents before children.
 *
 * @category models
 */
export interface ExportedTasks {
  readonly tasks: ReadonlyArray<TaskAddParameter>
  /** Nodes that have settled without a task: blocked, cancelled, or with a kept result. */
  readonly without: ReadonlyArray<string>
  /** Nodes whose task is not known. */
  readonly left: ReadonlyArray<{ readonly node: string; readonly reason: string }>
}

/**
 * Makes the newest task of each of the nodes, by index; of one that has none yet, the first.
 *
 * @category constructors
 */
export const make: (
  run: ExportedRun,
  nodes: ReadonlySet<number>
) => Effect.Effect<ExportedTasks> = Effect.fn("ExportedTasks.make")(function*(run, nodes) {
  const { plan, state } = run
  const naming = TaskNaming.make(plan)
  const context: ToWire.ToWireContext = {
    ...run,
    naming,
    inlineInputBytesMax: RunConfig.defaults.inlineInputBytesMax,
    localKeys: new Map()
  }
  foresee(run, naming)
  const tasks: Array<TaskAddParameter> = []
  const left: Array<{ readonly node: string; readonly reason: string }> = []
  const without: Array<string> = []
  for (const index of plan.order) {
    if (!nodes.has(index)) continue
    const node = plan.names[index]!
    if (state.submissions[index] === 0) {
      without.push(node)
      continue
    }
    const reason = unknownOf(run, index)
    if (reason !== undefined) {
      left.push({ node, reason })
      continue
    }
    yield* ToWire.make(context, { node: index, submission: state.submissions[index]! }).pipe(
      Effect.match({
        onFailure: ({ message }) => void left.push({ node, reason: message }),
        onSuccess: (parameter) => void tasks.push(parameter)
      })
    )
  }
  return { tasks, without, left }
})

/** Gives every node that has not settled its first task, and the places of its files (X2). */
const foresee = ({ plan, state }: ExportedRun, naming: TaskNaming.TaskNaming): void => {
  plan.workflow.nodes.forEach(({ outputs }, node) => {
    if (isSettled(state.nodeStates[node]!)) return
    state.submissions[node] = Math.max(1, state.submissions[node]!)
    const taskId = naming.idOf({ node, submission: state.submissions[node] })
    const files = outputs.filter(({ _tag }) => _tag === "File").map(({ name, path }) =>
      [name, OutputValue.file(ToWire.outputKey(taskId, path))] as const
    )
    if (files.length > 0) {
      state.outputs.set(node, { ...Object.fromEntries(files), ...state.outputs.get(node) })
    }
  })
}

const unknownOf = ({ plan, state }: ExportedRun, index: number): string | undefined => {
  const node = plan.workflow.nodes[index]!
  if (TriggerRule.isTolerant(ruleOf(node))) {
    const open = node.after.find((name) => !isSettled(state.nodeStates[plan.indexOf(name)!]!))
    return open === undefined || references(node).length === 0
      ? undefined
      : `what it reads depends on how ${JSON.stringify(open)} ends`
  }
  const missing = references(node).find(({ node: from, output }) =>
    state.outputs.get(plan.indexOf(from) ?? -1)?.[output] === undefined
  )
  return missing === undefined
    ? undefined
    : `it reads the output ${JSON.stringify(missing.output)} of ${
      JSON.stringify(missing.node)
    }, which is not there`
}
