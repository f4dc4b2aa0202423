/**
 * The rules of what says when a node may run: trigger rules, finalizers, priorities, pools.
 */
import * as RuleProblem from "../RuleProblem.ts"
import * as Suggestion from "../Suggestion.ts"
import * as TriggerRule from "../TriggerRule.ts"
import { ruleOf, type Workflow, type WorkflowNode } from "../Workflow.ts"
import * as ErrorList from "./ErrorList.ts"
import { quote } from "./QuotedName.ts"

/** What these rules need to know of the other nodes. */
interface ScheduleCheck {
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly pools: Workflow["pools"]
  readonly indexOf: (name: string) => number | undefined
  readonly hasFinalizers: boolean
  readonly errors: ErrorList.ErrorList
}

/**
 * Adds every problem of the workflow's pools.
 */
export const checkPools = (pools: Workflow["pools"], errors: ErrorList.ErrorList): void => {
  for (const pool in pools) {
    const size = pools[pool]!
    if (!Number.isSafeInteger(size) || size < 1 || size > 0x7fffffff) {
      ErrorList.add(errors, { _tag: "InvalidPool", pool, size })
    }
  }
}

/**
 * Adds every problem of one node.
 */
export const check = (context: ScheduleCheck, node: WorkflowNode): void => {
  if (node.when !== undefined || node.finalizer === true) checkTrigger(context, node)
  if (node.priority !== undefined && !Number.isFinite(node.priority)) {
    addScheduling(context, node, `has priority ${node.priority}; give a finite number`)
  }
  if (node.pools !== undefined) {
    for (const pool of node.pools) {
      if (context.pools === undefined || !Object.hasOwn(context.pools, pool)) {
        addScheduling(
          context,
          node,
          `names the pool ${quote(pool)}, which the workflow does not declare; ${
            context.pools === undefined
              ? "declare it"
              : Suggestion.advice(pool, Object.keys(context.pools))
          }`
        )
      }
    }
  }
  if (node.mutex === "") addScheduling(context, node, "has a mutex without a name; give it one")
  checkFinalizerParents(context, node)
}

const addScheduling = ({ errors }: ScheduleCheck, node: WorkflowNode, why: string): void =>
  ErrorList.add(errors, { _tag: "InvalidScheduling", node: node.name, why })

const addTrigger = ({ errors }: ScheduleCheck, node: WorkflowNode, why: string): void =>
  ErrorList.add(errors, { _tag: "InvalidTrigger", node: node.name, why })

const checkTrigger = (context: ScheduleCheck, node: WorkflowNode): void => {
  const rule = ruleOf(node)
  const why = RuleProblem.of(rule)
  if (why !== undefined) return addTrigger(context, node, why)
  if (node.after.length === 0 && TriggerRule.needsParent(rule)) {
    addTrigger(
      context,
      node,
      `has the rule ${TriggerRule.describe(rule)} but no parents; name them in \`after\``
    )
  }
  if (typeof rule !== "string") {
    const parents = new Set(node.after)
    for (const parent of new Set(TriggerRule.parentsOf(rule))) {
      if (!parents.has(parent)) {
        addTrigger(
          context,
          node,
          `has a condition on ${quote(parent)}, which is not among its parents; add it to \`after\``
        )
      }
    }
  }
  if (
    TriggerRule.isTolerant(rule) && node.command.some((part) => part._tag === "Value")
  ) {
    addTrigger(
      context,
      node,
      "may run without the output that its command uses; read it through `inputs`, as an option"
    )
  }
}

const checkFinalizerParents = (context: ScheduleCheck, node: WorkflowNode): void => {
  if (node.finalizer === true || !context.hasFinalizers) return
  for (const parent of node.after) {
    if (context.nodes[context.indexOf(parent) ?? -1]?.finalizer === true) {
      addTrigger(
        context,
        node,
        `comes after the finalizer ${
          quote(parent)
        }, which runs when all else has settled; make it a finalizer too`
      )
    }
  }
}
