/**
 * Random workflows and random policies, from one stream of random numbers.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Plan from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import * as Random from "@batchwave/core/Random"
import { type Condition, namedRules, type TriggerRule } from "@batchwave/core/TriggerRule"
import * as Workflow from "@batchwave/core/Workflow"

/** What nodes are given to know, and nobody may write down. */
export const secret = "sig=canary%2Bin%2Fa%2Fsignature"

/** One of the items. */
export const pick = <A>(random: Random.Random, items: ReadonlyArray<A>): A =>
  items[Random.nextInt(random, items.length)]!

/** True once in so many. */
export const once = (random: Random.Random, of: number): boolean => Random.nextInt(random, of) === 0

/** What a workflow has besides nodes and edges. */
interface Traits {
  readonly rules: boolean
  readonly finalizers: boolean
  readonly pools: boolean
  readonly priorities: boolean
  readonly slots: boolean
  readonly outputs: boolean
  readonly limits: boolean
  readonly caches: boolean
}

/** The largest workflow. */
export const nodesMax = 2_000

/** Most are small; one in 36 has 60 nodes or more, one in 400 from 500, one in 1,600 the most. */
const sizeOf = (random: Random.Random): number => {
  const kind = Random.nextInt(random, 400)
  if (kind === 0) return once(random, 4) ? nodesMax : 500 + Random.nextInt(random, nodesMax - 499)
  if (kind < 12) return 60 + Random.nextInt(random, 240)
  return 1 + Random.nextInt(random, kind < 120 ? 30 : 12)
}

/** A random workflow whose nodes need at most `slotsMax` slots. */
export const workflowOf = (random: Random.Random, slotsMax: number): Workflow.Workflow => {
  const has = (): boolean => once(random, 3)
  const traits: Traits = {
    rules: has(),
    finalizers: has(),
    pools: has(),
    priorities: has(),
    slots: has(),
    outputs: has(),
    limits: has(),
    caches: has()
  }
  const size = sizeOf(random)
  const density = Random.nextInt(random, 4)
  const finalizersFrom = traits.finalizers ? size - Random.nextInt(random, Math.min(size, 3)) : size
  const nodes: Array<Workflow.WorkflowNode> = []
  for (let index = 0; index < size; index++) {
    const parents = new Set<string>()
    const reach = Math.min(index, once(random, 2) ? 4 : index)
    const edgesMax = reach > 0 ? density : 0
    for (let edge = 0; edge < edgesMax; edge++) {
      if (once(random, 4)) continue
      const parent = nodes[index - 1 - Random.nextInt(random, reach)]!
      if (parent.finalizer === true && index < finalizersFrom) continue
      parents.add(parent.name)
    }
    nodes.push(nodeOf(random, traits, `n${index}`, [...parents], {
      slotsMax,
      isFinalizer: index >= finalizersFrom
    }))
  }
  return Workflow.make("simulated", nodes, traits.pools ? { few: 1, some: 3 } : undefined)
}

const nodeOf = (
  random: Random.Random,
  traits: Traits,
  name: string,
  after: ReadonlyArray<string>,
  rest: { readonly slotsMax: number; readonly isFinalizer: boolean }
): Workflow.WorkflowNode => {
  const pools = traits.pools && once(random, 2) ? [pick(random, ["few", "some"])] : undefined
  return Workflow.node(name, "true", {
    after,
    slots: traits.slots ? 1 + Random.nextInt(random, rest.slotsMax) : 1,
    ...(rest.isFinalizer ? { finalizer: true } : {}),
    ...(traits.rules && after.length > 0 && once(random, 2) ? { when: ruleOf(random, after) } : {}),
    ...(pools === undefined ? {} : { pools }),
    ...(traits.pools && once(random, 4) ? { mutex: pick(random, ["left", "right"]) } : {}),
    ...(traits.priorities ? { priority: Random.nextInt(random, 5) - 2 } : {}),
    ...(traits.priorities && once(random, 2) ? { estimateMs: Random.nextInt(random, 9_000) } : {}),
    ...(traits.limits && once(random, 3) ? { runTimeMsMax: 30_000 } : {}),
    ...(once(random, 5) ? { group: "items" } : {}),
    environment: { SAS: secret },
    ...(traits.caches && once(random, 2) ? { cache: {} } : {}),
    outputs: traits.outputs && once(random, 3)
      ? [{ _tag: "Json", name: "value", path: Workflow.defaultJsonPath }]
      : []
  })
}

const ruleOf = (random: Random.Random, after: ReadonlyArray<string>): TriggerRule =>
  once(random, 4) ? conditionOf(random, after, 2) : pick(random, namedRules)

const conditionOf = (
  random: Random.Random,
  after: ReadonlyArray<string>,
  depth: number
): Condition => {
  const kind = depth === 0 ? 0 : Random.nextInt(random, 4)
  const part = (): Condition => conditionOf(random, after, depth - 1)
  if (kind === 1) return { _tag: "All", of: [part(), part()] }
  if (kind === 2) return { _tag: "Any", of: [part(), part()] }
  if (kind === 3) return { _tag: "Not", of: part() }
  const outcomes = (["succeeded", "failed", "blocked", "cancelled", "skipped"] as const).filter(
    () => once(random, 2)
  )
  return {
    _tag: "Is",
    node: pick(random, after),
    outcomes: outcomes.length > 0 ? outcomes : ["failed"]
  }
}

/** Whether the check of the outputs of a node refuses what a policy gives in their place. */
export const refusesSubstitutes = (node: string): boolean => node.length % 2 === 0

/** The plan of a workflow that is right. */
export const planOf = (workflow: Workflow.Workflow): Plan.Plan => {
  const result = Plan.make(workflow)
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors.slice(0, 3)))
  return result.plan
}

const backoffOf = (random: Random.Random): Backoff.Backoff =>
  pick(random, [
    Backoff.constant(0),
    Backoff.constant(1 + Random.nextInt(random, 20_000)),
    Backoff.exponential({ baseMs: 1 + Random.nextInt(random, 2_000), maxMs: 60_000 }),
    Backoff.decorrelatedJitter({ baseMs: 1 + Random.nextInt(random, 2_000), maxMs: 30_000 })
  ])

/** A policy that decides by the history of its node alone. */
export const plainPolicyOf = (random: Random.Random): Policy.Policy => {
  const backoff = backoffOf(random)
  const max = Random.nextInt(random, 4)
  const via = pick(random, ["auto", "reactivate", "resubmit"] as const)
  const retry = Policy.retry({ max, backoff, via })
  return pick(random, [
    Policy.defaultPolicy,
    retry,
    Policy.giveUp,
    Policy.firstMatch(Policy.onExit([1, [3, 9]], retry), Policy.on("SetupFailed", retry)),
    Policy.firstMatch(Policy.escalate({ max: 3, backoff }), retry),
    Policy.firstMatch(Policy.onExit([2], Policy.skip), retry),
    Policy.firstMatch(Policy.on("UploadFailed", retry), Policy.substitute(7))
  ])
}

/** Any policy, also those that look at the clock and at the whole run. */
export const policyOf = (random: Random.Random): Policy.Policy => {
  const plain = plainPolicyOf(random)
  return pick(random, [
    plain,
    Policy.deadline(1 + Random.nextInt(random, 90_000), plain),
    Policy.budget({ ratio: Random.nextUnit(random), min: Random.nextInt(random, 4) }, plain),
    Policy.circuitBreaker({ failures: 1 + Random.nextInt(random, 4), coolDownMs: 15_000 }, plain)
  ])
}
