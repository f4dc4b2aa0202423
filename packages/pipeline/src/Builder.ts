/**
 * The hand an author writes a pipeline with: it declares tasks and fan-outs, and answers handles.
 *
 * B1 Declaring never throws for a mistake of the author; it takes note and goes on, so that all
 *    mistakes are known at once.
 * B2 The nodes stand in the order of declaration, the items of a fan-out in item order.
 */
import type { Policy } from "@batchwave/core/Policy"
import * as Suggestion from "@batchwave/core/Suggestion"
import type { WorkflowNode } from "@batchwave/core/Workflow"
import * as Result from "effect/Result"
import { collect } from "./internal/CollectedOutputs.ts"
import { conform } from "./internal/Conform.ts"
import { fileOutputName, makeNode, namedOutputs, withDefaults } from "./internal/NodeDraft.ts"
import * as PolicyCheck from "./internal/PolicyCheck.ts"
import * as SettingCheck from "./internal/SettingCheck.ts"
import { isOutput, type Json, type Output, type OutputHandle, type Outputs } from "./Output.ts"
import type * as Param from "./Param.ts"
import type { PipelineOptions } from "./Pipeline.ts"
import * as Ref from "./Ref.ts"
import {
  type Collected,
  type EachHandle,
  type EachOptions,
  itemsMaxDefault,
  type OutputName,
  type TaskDefaults,
  type TaskHandle,
  type TaskSpec,
  TypeId
} from "./Task.ts"

/**
 * What the body of a pipeline is given.
 *
 * @category models
 */
export interface Builder {
  /** Declares one task. Names are unique in the pipeline, also when case is ignored. */
  readonly task: <const O extends Outputs | undefined = undefined>(
    name: string,
    spec: TaskSpec<O>
  ) => TaskHandle<OutputHandle<O>>
  /** Declares one task an item, called `name[key]`. An empty list is a fan-out of no tasks. */
  readonly each: <A, const O extends Outputs | undefined = undefined>(
    name: string,
    items: ReadonlyArray<A>,
    options: EachOptions<A>,
    spec: (item: A, key: string) => TaskSpec<O>
  ) => EachHandle<OutputHandle<O>>
  /** Sets the policy of every task that has none of its own, wherever it is declared. */
  readonly policy: (policy: Policy) => void
  /** Declares a concurrency pool: at most `size` of its tasks are in the service at a time. */
  readonly pool: (name: string, size: number) => void
}

/**
 * What was declared through a builder.
 *
 * @category models
 */
export interface Declared {
  readonly nodes: ReadonlyArray<WorkflowNode>
  readonly problems: ReadonlyArray<string>
  /** The nodes that were declared and left out, and the fan-outs that lack items; each noted. */
  readonly leftOut: ReadonlySet<string>
  readonly policies: ReadonlyMap<string, Policy>
  /** The concurrency pools by name; absent when there are none. */
  readonly pools: { readonly [name: string]: number } | undefined
  /** The JSON outputs by node and output name. */
  readonly json: ReadonlyMap<string, ReadonlyMap<string, Json<unknown>>>
}

interface State {
  readonly nodes: Array<WorkflowNode>
  readonly problems: Set<string>
  readonly names: Map<string, string>
  readonly ownPolicies: Map<string, Policy>
  readonly pools: Map<string, number>
  readonly json: Map<string, ReadonlyMap<string, Json<unknown>>>
  pipelinePolicy: Policy | undefined
  readonly leftOut: Set<string>
  readonly defaults: TaskDefaults
  readonly hasClassifier: boolean
  isPolicySet: boolean
}

/**
 * Makes a builder and the function that closes it.
 *
 * @category constructors
 */
export const make = (
  options: PipelineOptions<Param.Fields> = {}
): { readonly builder: Builder; readonly declared: () => Declared } => {
  const state: State = {
    nodes: [],
    problems: new Set(),
    names: new Map(),
    ownPolicies: new Map(),
    pools: new Map(),
    json: new Map(),
    pipelinePolicy: options.policy,
    leftOut: new Set(),
    defaults: options,
    hasClassifier: options.classify !== undefined,
    isPolicySet: false
  }
  checkPolicy(state, "the pipeline", options.policy)
  checkSettings(state, "the pipeline", "ofPipeline", options)
  return {
    builder: {
      task: (name, spec) => {
        checkSettings(state, `task "${name}"`, "ofTask", spec)
        if (claim(state, name, "task")) declare(state, name, spec, undefined)
        return taskHandle(state, name, spec.output)
      },
      each: (name, items, options, spec) => each(state, name, items, options, spec),
      policy: (chosen) => {
        if (state.isPolicySet) {
          state.problems.add("p.policy is called twice; give tasks their own policy instead")
        }
        state.isPolicySet = true
        state.pipelinePolicy = chosen
        checkPolicy(state, "the pipeline", chosen)
      },
      pool: (name, size) => {
        if (state.pools.has(name)) state.problems.add(`pool "${name}" is declared twice`)
        state.pools.set(name, size)
      }
    },
    declared: () => ({
      nodes: state.nodes,
      problems: [...state.problems],
      leftOut: state.leftOut,
      policies: policies(state),
      pools: state.pools.size === 0 ? undefined : Object.fromEntries(state.pools),
      json: state.json
    })
  }
}

const checkPolicy = (state: State, place: string, policy: Policy | undefined): void =>
  PolicyCheck.check(place, policy, state.hasClassifier, (problem) => state.problems.add(problem))

const checkSettings = (
  state: State,
  place: string,
  kind: Parameters<typeof SettingCheck.check>[1],
  value: TaskDefaults
): void => SettingCheck.check(place, kind, value, (problem) => state.problems.add(problem))

const policies = (state: State): ReadonlyMap<string, Policy> => {
  const byNode = new Map<string, Policy>()
  for (const node of state.nodes) {
    const policy = state.ownPolicies.get(node.name) ?? state.pipelinePolicy
    if (policy !== undefined) byNode.set(node.name, policy)
  }
  return byNode
}

/** Takes a name; answers whether it was free. */
const claim = (state: State, name: string, kind: "task" | "fan-out"): boolean => {
  const folded = name.toLowerCase()
  const taken = state.names.get(folded)
  if (taken === undefined) {
    state.names.set(folded, name)
    return true
  }
  state.leftOut.add(name)
  state.problems.add(
    taken === name
      ? `${kind} "${name}" is declared twice; rename one`
      : `${kind} "${name}" differs from "${taken}" only in letter case; rename one`
  )
  return false
}

const declare = (
  state: State,
  name: string,
  spec: TaskSpec<Outputs | undefined>,
  group: string | undefined,
  groupPolicy?: Policy
): void => {
  const whole = withDefaults(spec, state.defaults)
  state.nodes.push(makeNode(name, whole, group, (problem) => state.problems.add(problem)))
  if (spec.policy !== undefined) {
    state.ownPolicies.set(name, spec.policy)
    if (spec.policy !== groupPolicy) checkPolicy(state, `task "${name}"`, spec.policy)
  }
  const json = new Map<string, Json<unknown>>()
  for (const [outputName, output] of namedOutputs(spec.output)) {
    if (output._tag === "Json") json.set(outputName, output)
  }
  if (json.size > 0) state.json.set(name, json)
}

// The handle of each output is made from the very declaration `OutputHandle` is computed from.
const taskHandle = <O extends Outputs | undefined>(
  state: State,
  name: string,
  outputs: O | undefined
): TaskHandle<OutputHandle<O>> => ({
  [TypeId]: TypeId,
  _tag: "Task",
  name,
  nodes: [name],
  output: conform<OutputHandle<O>>(outputView(state, name, outputs))
})

const outputView = (state: State, node: string, outputs: Outputs | undefined): unknown => {
  if (outputs === undefined) return undefined
  const view = (output: Output, name: string) => outputHandle(state, node, name, output)
  const [only] = namedOutputs(outputs)
  if (isOutput(outputs) && only !== undefined) return view(only[1], only[0])
  return Object.fromEntries(
    namedOutputs(outputs).map(([name, output]) => [
      name,
      view(output, name)
    ])
  )
}

const outputHandle = (state: State, node: string, name: string, output: Output): unknown => {
  const report: Ref.Report = (problem) => state.problems.add(problem)
  switch (output._tag) {
    case "Json":
      return Ref.make({ _tag: "Value", from: { node, output: name }, path: [] }, report)
    case "File":
      return Ref.file({ node, output: name }, output.path)
    case "Files":
      return Ref.files(node, output.paths, (path) => fileOutputName(name, path), report)
  }
}

const each = <A, O extends Outputs | undefined>(
  state: State,
  name: string,
  items: ReadonlyArray<A>,
  options: EachOptions<A>,
  spec: (item: A, key: string) => TaskSpec<O>
): EachHandle<OutputHandle<O>> => {
  const isNameFree = claim(state, name, "fan-out")
  checkPolicy(state, `fan-out "${name}"`, options.policy)
  checkSettings(state, `fan-out "${name}"`, "ofEach", options)
  const max = options.max ?? itemsMaxDefault
  if (items.length > max) {
    state.leftOut.add(name)
    state.problems.add(
      `fan-out "${name}" has ${items.length} items and its cap is ${max}; `
        + `raise it with { max: ${items.length} } or give fewer items`
    )
  }
  const keyed = keyedItems(state, name, items, options.key)
  const taskByKey = new Map<string, TaskHandle<OutputHandle<O>>>()
  for (const [key, item] of [...keyed].slice(0, Math.max(0, max))) {
    const node = `${name}[${key}]`
    const taskSpec = Result.try(() => spec(item, key))
    if (Result.isFailure(taskSpec)) {
      state.leftOut.add(node)
      state.problems.add(`task "${node}": its description threw ${String(taskSpec.failure)}`)
      continue
    }
    if (!isNameFree) state.leftOut.add(node)
    else if (claim(state, node, "task")) {
      checkSettings(state, `task "${node}"`, "ofTask", taskSpec.success)
      declare(
        state,
        node,
        withPolicy(withDefaults(taskSpec.success, options), options.policy),
        name,
        options.policy
      )
    }
    taskByKey.set(key, taskHandle(state, node, taskSpec.success.output))
  }
  return eachHandle(state, name, [...keyed.keys()], taskByKey)
}

const withPolicy = <O extends Outputs | undefined>(
  spec: TaskSpec<O>,
  policy: Policy | undefined
): TaskSpec<O> => spec.policy !== undefined || policy === undefined ? spec : { ...spec, policy }

const keyedItems = <A>(
  state: State,
  name: string,
  items: ReadonlyArray<A>,
  keyOf: (item: A) => string
): ReadonlyMap<string, A> => {
  const keyed = new Map<string, A>()
  items.forEach((item, index) => {
    const key: unknown = Result.getOrUndefined(Result.try(() => keyOf(item)))
    if (typeof key !== "string" || key === "") {
      state.leftOut.add(name)
      state.problems.add(
        `fan-out "${name}": the key of item ${index} is ${
          key === "" ? "empty" : `of type ${typeof key}`
        }; it must be text that names the item`
      )
    } else if (keyed.has(key)) {
      state.leftOut.add(name)
      state.problems.add(
        `fan-out "${name}": two items have the key "${key}"; choose a key that tells them apart`
      )
    } else keyed.set(key, item)
  })
  return keyed
}

const eachHandle = <Out>(
  state: State,
  name: string,
  keys: ReadonlyArray<string>,
  taskByKey: ReadonlyMap<string, TaskHandle<Out>>
): EachHandle<Out> => {
  const report: Ref.Report = (problem) => state.problems.add(problem)
  const tasks = [...taskByKey.values()]
  return {
    [TypeId]: TypeId,
    _tag: "Each",
    name,
    nodes: tasks.map((task) => task.name),
    keys,
    tasks,
    // `collect` gathers the outputs of one declaration, which is what `Collected` says of one.
    outputs: conform<Collected<Out>>(collect(tasks.map((task) => task.output), report)),
    outputsOf: <Name extends OutputName<Out>>(output: Name) =>
      conform<Collected<Out[Name]>>(collect(tasks.map((task) => task.output[output]), report)),
    byKey: (key) => {
      const task = taskByKey.get(key)
      if (task !== undefined) return task
      // A key without a task has been reported already when its item was declared.
      if (!keys.includes(key)) {
        report(
          `fan-out "${name}" has no item with the key "${key}"; ${Suggestion.advice(key, keys)}`
        )
      }
      return {
        [TypeId]: TypeId,
        _tag: "Task",
        name: `${name}[${key}]`,
        nodes: [],
        // Stands in for the output of a task that does not exist; the pipeline will not compile.
        output: conform<Out>(tasks[0]?.output ?? collect([], report))
      }
    }
  }
}
