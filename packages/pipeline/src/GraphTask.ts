/**
 * The object form of a task, for graphs written as plain records: a fixed command and the names of
 * the tasks it needs.
 */
import type { Policy } from "@batchwave/core/Policy"
import type { WorkflowNode } from "@batchwave/core/Workflow"
import type { LocalFile } from "./File.ts"
import { makeNode, withDefaults } from "./internal/NodeDraft.ts"
import * as PolicyCheck from "./internal/PolicyCheck.ts"
import * as SettingCheck from "./internal/SettingCheck.ts"
import type { Report } from "./Ref.ts"
import { sh } from "./Shell.ts"
import type { TaskDefaults, TaskSettings } from "./Task.ts"

/**
 * One task of a graph whose tasks are called `Names`.
 *
 * @category models
 */
export interface GraphTask<Names extends string> extends TaskSettings {
  /** Shell source, run by `/bin/sh -c` in the task's own working directory. */
  readonly run: string
  /** The tasks that must succeed before, or end as `when` says. */
  readonly needs?: ReadonlyArray<Names>
  /** Local files to stage, by path relative to the working directory. */
  readonly files?: { readonly [path: string]: LocalFile }
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
  defaults: TaskDefaults,
  hasClassifier = false
): {
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly policies: ReadonlyMap<string, Policy>
  readonly problems: Array<string>
} => {
  const policies = new Map<string, Policy>()
  const problems: Array<string> = []
  const report = (problem: string): void => {
    problems.push(problem)
  }
  PolicyCheck.check("the graph", graphPolicy, hasClassifier, report)
  const nodes = Object.entries(tasks).map(([name, task]) => {
    const policy = task.policy ?? graphPolicy
    if (policy !== undefined) policies.set(name, policy)
    PolicyCheck.check(`task "${name}"`, task.policy, hasClassifier, report)
    SettingCheck.check(`task "${name}"`, "ofGraphTask", task, report)
    return toNode(name, withDefaults(task, defaults), report)
  })
  return { nodes, policies, problems }
}

const toNode = (name: string, task: GraphTask<string>, report: Report): WorkflowNode => {
  const { needs, run, ...rest } = task
  return { ...makeNode(name, { ...rest, run: sh.raw(run) }, undefined, report), after: needs ?? [] }
}
