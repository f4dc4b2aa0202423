/**
 * The reference runs that are killed: small graphs that between them take every turn a run can take,
 * each over in a second, with one possible end whatever the timing.
 */
import * as Definition from "@batchwave/core/Definition"
import { NodeState } from "@batchwave/core/NodeState"
import * as Policy from "@batchwave/core/Policy"
import type { DependencyMode } from "@batchwave/core/RunMode"
import type { RunState } from "@batchwave/core/RunState"
import * as Workflow from "@batchwave/core/Workflow"
import * as Distribution from "@batchwave/sim/Distribution"
import type { Scenario, TaskRule } from "@batchwave/sim/Scenario"

/** A reference run. Its nodes are named as their tasks are. */
export interface CrashStory {
  readonly name: string
  readonly nodes: ReadonlyArray<Workflow.WorkflowNode>
  readonly dependencyMode: DependencyMode
  readonly policies: ReadonlyMap<string, Policy.Policy>
  /** How its tasks go, apart from a duration of 15 ms. */
  readonly rules: ReadonlyArray<TaskRule>
  /** The moment at which somebody cancels the run. */
  readonly isCancelDue?: (state: RunState) => boolean
}

const { node } = Workflow

const json = { _tag: "Json", name: "value", path: Workflow.defaultJsonPath } as const

const valueOf = (name: string) =>
  ({ _tag: "Value", from: { node: name, output: "value" }, path: [] }) as const

const fails = (tasks: string, exitCode: number, upTo?: number): TaskRule => ({
  tasks,
  ...(upTo === undefined ? {} : { attempts: { to: upTo } }),
  failures: [{ exitCode, probability: 1 }]
})

const lasts = (tasks: string, durationMs: number): TaskRule => ({
  tasks,
  duration: Distribution.fixed(durationMs)
})

/** Eight tasks in a row, each given the output of the one before. */
const chain: CrashStory = {
  name: "chain",
  nodes: Array.from({ length: 8 }, (_, index) =>
    node(`chain-${index}`, "true", {
      outputs: [json],
      ...(index === 0
        ? {}
        : { after: [`chain-${index - 1}`], inputs: { before: valueOf(`chain-${index - 1}`) } })
    })),
  dependencyMode: "eager",
  policies: new Map(),
  rules: [{ tasks: "chain-*", files: { "output.json": "\"{task} {attempt}\"" } }]
}

const forkNames = ["fork-0", "fork-1", "fork-2", "fork-3", "fork-4", "fork-5"]

/** A fork and a join: one task is reactivated twice, one resubmitted twice, one made to wait between. */
const fork: CrashStory = {
  name: "fork",
  nodes: [
    node("fork-begin", "true", { outputs: [json] }),
    ...forkNames.map((name) =>
      node(name, "true", {
        after: ["fork-begin"],
        inputs: { begin: valueOf("fork-begin") },
        outputs: [json]
      })
    ),
    node("fork-end", "true", {
      after: forkNames,
      inputs: { all: { _tag: "List", items: forkNames.map(valueOf) } },
      outputs: [json]
    })
  ],
  dependencyMode: "eager",
  policies: new Map([
    ["fork-1", Policy.retry({ max: 2, via: "reactivate" })],
    ["fork-2", Policy.retry({ max: 2, via: "resubmit" })],
    [
      "fork-3",
      Policy.retry({
        max: 1,
        backoff: { description: "40 ms", delayMs: () => 40 }
      })
    ]
  ]),
  rules: [
    fails("fork-1", 7, 2),
    fails("fork-2", 8),
    fails("fork-2-r2", 9),
    fails("fork-3", 10, 1),
    { tasks: "fork-*", files: { "output.json": "\"{task}\"" } }
  ]
}

/** Three levels with a barrier between them; a task of the second one fails once. */
const waves: CrashStory = {
  name: "waves",
  nodes: ["a", "b", "c"].flatMap((level, depth) =>
    [0, 1, 2, 3].map((number) =>
      node(`waves-${level}${number}`, "true", {
        after: depth === 0 ? [] : [`waves-${"ab"[depth - 1]}${number}`]
      })
    )
  ),
  dependencyMode: "waves",
  policies: new Map([["waves-b2", Policy.retry({ max: 1, via: "reactivate" })]]),
  rules: [lasts("waves-a1", 60), fails("waves-b2", 3, 1)]
}

/** The service itself holds back what depends on something; a task in the middle is tried twice. */
const native: CrashStory = {
  name: "native",
  nodes: [
    node("native-a", "true"),
    node("native-b", "true", { after: ["native-a"] }),
    node("native-c", "true", { after: ["native-a"] }),
    node("native-d", "true", { after: ["native-b", "native-c"] }),
    node("native-e", "true", { after: ["native-d"] }),
    node("native-f", "true", { after: ["native-c"] })
  ],
  dependencyMode: "native",
  policies: new Map([["native-c", Policy.retry({ max: 1, via: "reactivate" })]]),
  rules: [fails("native-c", 5, 1)]
}

const isIn = (state: RunState, name: string, wanted: number): boolean =>
  state.nodeStates[state.plan.indexOf(name) ?? -1] === wanted

/** Failures, what they block, what runs after them, a cancelled task of an hour, and finalizers. */
const cancel: CrashStory = {
  name: "cancel",
  nodes: [
    node("cancel-good", "true"),
    node("cancel-bad", "false"),
    node("cancel-blocked", "true", { after: ["cancel-bad"] }),
    node("cancel-blocked-too", "true", { after: ["cancel-blocked"] }),
    node("cancel-anyway", "true", { after: ["cancel-good", "cancel-bad"], when: "allDone" }),
    node("cancel-long", "true", { after: ["cancel-good"] }),
    node("cancel-behind", "true", { after: ["cancel-long"] }),
    node("cancel-clean", "true", { finalizer: true }),
    node("cancel-tell", "true", { finalizer: true, after: ["cancel-clean"] })
  ],
  dependencyMode: "eager",
  policies: new Map([["cancel-bad", Policy.retry({ max: 1, via: "resubmit" })]]),
  rules: [fails("cancel-bad*", 4), lasts("cancel-long", 3_600_000)],
  isCancelDue: (state) =>
    isIn(state, "cancel-blocked-too", NodeState.blocked)
    && isIn(state, "cancel-anyway", NodeState.succeeded)
    && isIn(state, "cancel-long", NodeState.running)
}

/** For races and stops: slow enough for two orchestrators to meet. */
const slow: CrashStory = {
  name: "slow",
  nodes: [0, 1, 2, 3].map((index) =>
    node(`slow-${index}`, "true", index === 0 ? {} : { after: [`slow-${index - 1}`] })
  ),
  dependencyMode: "eager",
  policies: new Map(),
  rules: [lasts("slow-*", 250)]
}

/** The five runs that are killed at every point. */
export const references: ReadonlyArray<CrashStory> = [chain, fork, waves, native, cancel]

/** Every story there is. */
export const all = [...references, slow]

/** The story of a name. Throws for another one. */
export const named = (name: string): CrashStory => {
  const found = all.find((story) => story.name === name)
  if (found === undefined) throw new Error(`there is no story ${name}`)
  return found
}

/** What the tasks of all stories do. */
export const scenario: Scenario = {
  tasks: [...all.flatMap(({ rules }) => rules), lasts("*", 15)]
}

/** The story as its author would hand it over. */
export const definitionOf = ({ name, nodes, policies }: CrashStory): Definition.Definition =>
  Definition.make(Workflow.make(name, nodes), { policies })
