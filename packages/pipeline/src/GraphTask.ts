/**
 * The object form of a task, for graphs written as plain records: a fixed command and the names of
 * the tasks it needs.
 */
import type { Policy } from "@batchwave/core/Policy"
import type { TriggerRule } from "@batchwave/core/TriggerRule"
import type { WorkflowNode } from "@batchwave/core/Workflow"
import type * as Duration from "effect/Duration"
import type { LocalFile } from "./File.ts"
import { makeNode, withDefaults } from "./internal/NodeDraft.ts"
import type { Report } from "./Ref.ts"
import { sh } from "./Shell.ts"
import type { Cache, TaskDefaults, Watchdog } from "./Task.ts"

/**
 * One task of a graph whose tasks are called `Names`.
 *
 * @category models
 */
export interface GraphTask<Names extends string> {
  /** Shell source, run by `/bin/sh -c` in the task's own working directory. */
  readonly run: string
  /** The tasks that must succeed before, or end as `when` says. */
  readonly needs?: ReadonlyArray<Names>
  /** Local files to stage, by path relative to the working directory. */
  readonly files?: { readonly [path: string]: LocalFile }
  /** Environment settings of the process. */
  readonly env?: { readonly [name: string]: string }
  /** Task slots it occupies on its compute node. @default 1 */
  readonly slots?: number
  /** Longest run of one attempt. @default no limit */
  readonly timeout?: Duration.Input
  /** What happens after a failed attempt. @default the graph's policy, else the run's */
  readonly policy?: Policy
  /** The expected run time, for the critical path of a plan. */
  readonly estimate?: Duration.Input
  /** When it may run, by how the tasks it needs ended. @default "allSucceeded" */
  readonly when?: TriggerRule
  /** Runs when every other task has settled, whatever happened. @default false */
  readonly finalizer?: boolean
  /** Of the tasks that could go, one of higher priority goes first. @default 0 */
  readonly priority?: number
  /** Takes one place in each of these concurrency pools of the graph. */
  readonly pools?: ReadonlyArray<string>
  /** At most one task of a mutex is in the service at a time. */
  readonly mutex?: string
  /** Whether its result is kept across runs. Not for finalizers. @default the pipeline's, else no */
  readonly cache?: Cache
  /** When it counts as stuck. @default the pipeline's limits, else the run's */
  readonly watchdog?: Watchdog
}

/**
 * Makes the nodes of a record of tasks, in the record's order, with their policies and what is wrong
 * with them.
 *
 * @category operations
 */
export const toNodes = (
  tasks: { readonly [name: string]: GraphTask<string> },
  graphPolicy: Policy | undefined,
  defaults: TaskDefaults
): {
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly policies: ReadonlyMap<string, Policy>
  readonly problems: ReadonlyArray<string>
} => {
  const policies = new Map<string, Policy>()
  const problems: Array<string> = []
  const nodes = Object.entries(tasks).map(([name, task]) => {
    const policy = task.policy ?? graphPolicy
    if (policy !== undefined) policies.set(name, policy)
    return toNode(name, withDefaults(task, defaults), (problem) => problems.push(problem))
  })
  return { nodes, policies, problems }
}

const toNode = (name: string, task: GraphTask<string>, report: Report): WorkflowNode => {
  const { needs, run, ...rest } = task
  return { ...makeNode(name, { ...rest, run: sh.raw(run) }, undefined, report), after: needs ?? [] }
}
