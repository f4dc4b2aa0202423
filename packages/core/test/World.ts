/**
 * A tiny service for reactor tests: it holds tasks, ends them by a script, and can lose replies.
 * Shares nothing with the reactor but its events and commands.
 */
import type { Classifier } from "../src/Classify.ts"
import type { Command } from "../src/Command.ts"
import type { Definition } from "../src/Definition.ts"
import * as NativePlan from "../src/NativePlan.ts"
import * as Plan from "../src/Plan.ts"
import * as Policy from "../src/Policy.ts"
import * as Random from "../src/Random.ts"
import * as Reactor from "../src/Reactor.ts"
import type { ExternalEvent, RunEvent, TaskReference } from "../src/RunEvent.ts"
import type { DependencyMode, FailureMode, RunLimits } from "../src/RunMode.ts"
import * as RunState from "../src/RunState.ts"
import * as Workflow from "../src/Workflow.ts"

export interface WorldOptions {
  readonly seed: number
  readonly dependencyMode?: DependencyMode
  readonly failureMode?: FailureMode
  readonly policy?: Policy.Policy
  readonly classify?: Classifier
  readonly checkOutput?: Definition["checkOutput"]
  /** Something that happens now and then besides what the service does. */
  readonly meddle?: (world: World) => ExternalEvent | undefined
  /** Looks at the world after every reaction that changed something. */
  readonly inspect?: (world: World) => void
  /** Exit code of the n-th execution (from 1) of a node that completes. */
  readonly exitCode: (node: string, execution: number) => number
}

interface HeldTask {
  readonly task: TaskReference
  state: "active" | "completed"
  transition: string
  exitCode: number
  /** The tasks that must have succeeded before it starts. */
  readonly dependsOn: ReadonlyArray<TaskReference>
}

export interface World {
  readonly plan: Plan.Plan
  readonly options: WorldOptions
  readonly random: Random.Random
  readonly journal: Array<{ readonly event: RunEvent; readonly atMs: number }>
  readonly held: Map<string, HeldTask>
  /** Tasks begun or put back in the queue, by node. */
  readonly executions: Map<string, number>
  readonly completions: Map<string, number>
  /** Names of nodes by the order in which their processes began. */
  readonly startOrder: Array<string>
  readonly inFlight: Array<ExternalEvent>
  state: RunState.RunState
  nowMs: number
  wakeAtMs: number | undefined
  isFinished: boolean
  clock: number
}

export const planOf = (
  edges: ReadonlyArray<readonly [name: string, after: ReadonlyArray<string>]>,
  rest: Partial<Workflow.WorkflowNode> = {}
): Plan.Plan =>
  planOfNodes(edges.map(([name, after]) => Workflow.node(name, "true", { ...rest, after })))

export const planOfNodes = (
  nodes: ReadonlyArray<Workflow.WorkflowNode>,
  pools?: Workflow.Workflow["pools"]
): Plan.Plan => {
  const result = Plan.make(Workflow.make("test", nodes, pools))
  if (result._tag === "Invalid") throw new Error(JSON.stringify(result.errors))
  return result.plan
}

export const make = (plan: Plan.Plan, options: WorldOptions): World => ({
  plan,
  options,
  random: Random.make(options.seed),
  journal: [],
  held: new Map(),
  executions: new Map(),
  completions: new Map(),
  startOrder: [],
  inFlight: [],
  state: RunState.make(plan),
  nowMs: 1_000,
  wakeAtMs: undefined,
  isFinished: false,
  clock: 0
})

const policies = (world: World): Reactor.Policies => ({
  policyOf: () => world.options.policy ?? Policy.defaultPolicy,
  ...(world.options.classify === undefined ? {} : { classify: world.options.classify }),
  ...(world.options.checkOutput === undefined ? {} : { checkOutput: world.options.checkOutput })
})

export const feed = (
  world: World,
  events: ReadonlyArray<ExternalEvent>
): ReadonlyArray<Command> => {
  const reaction = Reactor.react(world.state, events, world.nowMs, policies(world))
  for (const event of reaction.events) world.journal.push({ event, atMs: world.nowMs })
  if (reaction.events.length > 0) world.options.inspect?.(world)
  return reaction.commands
}

export const start = (world: World): ReadonlyArray<Command> => feed(world, [startOf(world)])

const startOf = (world: World): ExternalEvent => ({
  _tag: "RunStarted",
  seed: world.options.seed,
  dependencyMode: world.options.dependencyMode ?? "eager",
  failureMode: world.options.failureMode ?? "keepGoing"
})

const keyOf = (task: TaskReference): string => `${task.node}/${task.submission}`

const hold = (world: World, task: TaskReference): void => {
  const key = keyOf(task)
  const known = world.held.get(key)
  if (known !== undefined && known.state === "active") return
  const name = world.plan.names[task.node]!
  const execution = (world.executions.get(name) ?? 0) + 1
  world.executions.set(name, execution)
  world.startOrder.push(name)
  world.held.set(key, {
    task,
    state: "active",
    transition: "",
    exitCode: 0,
    dependsOn: NativePlan.dependsOn(world.state, task.node)
  })
}

/** Whether everything the task depends on in the service has succeeded there. */
const canRun = (world: World, { dependsOn }: HeldTask): boolean =>
  dependsOn.every((parent) => {
    const held = world.held.get(keyOf(parent))
    return held?.state === "completed" && held.exitCode === 0
  })

/** Carries out commands; replies go into flight and may arrive in any order. */
export const carryOut = (world: World, commands: ReadonlyArray<Command>): void => {
  for (const command of commands) {
    switch (command._tag) {
      case "Submit":
        for (const task of command.tasks) if (!world.held.has(keyOf(task))) hold(world, task)
        world.inFlight.push({ _tag: "TasksAccepted", tasks: command.tasks })
        break
      case "Reactivate": {
        const known = world.held.get(keyOf(command.task))
        if (known === undefined) {
          world.inFlight.push({
            _tag: "ReactivationRefused",
            task: command.task,
            code: "TaskNotFound",
            message: "gone"
          })
        } else {
          if (known.state === "completed" && known.exitCode !== 0) hold(world, command.task)
          world.inFlight.push({ _tag: "TasksAccepted", tasks: [command.task] })
        }
        break
      }
      case "Collect":
        world.inFlight.push({ _tag: "OutputsCollected", task: command.task, outputs: {} })
        break
      case "Terminate":
        for (const task of command.tasks) {
          const known = world.held.get(keyOf(task))
          if (known?.state === "completed") continue
          world.held.delete(keyOf(task))
          world.inFlight.push({ _tag: "TasksTerminated", tasks: [task] })
        }
        break
      case "Wake":
        world.wakeAtMs = command.atMs
        break
      case "Finish":
        world.isFinished = true
        break
    }
  }
}

const endOf = (held: HeldTask): ExternalEvent => ({
  _tag: "TaskEnded",
  task: held.task,
  end: {
    transition: held.transition,
    exitCode: held.exitCode,
    result: held.exitCode === 0 ? "success" : "failure",
    runTimeMs: 10,
    ...(held.exitCode === 0
      ? {}
      : { failureInfo: { category: "UserError", code: "FailureExitCode", message: "exit" } })
  }
})

/** A listing: every task the service holds, stale and repeated events included. */
export const listing = (world: World): Array<ExternalEvent> => {
  const events: Array<ExternalEvent> = []
  for (const held of world.held.values()) {
    if (held.state === "completed") events.push(endOf(held))
    else if (canRun(world, held)) events.push({ _tag: "TaskStarted", task: held.task })
  }
  return events
}

/** One random thing happens in the world. */
export const step = (world: World): void => {
  world.nowMs += 1 + Random.nextInt(world.random, 50)
  const active = [...world.held.values()].filter((held) =>
    held.state === "active" && canRun(world, held)
  )
  const choice = Random.nextInt(world.random, 4)
  const meddled = world.options.meddle?.(world)
  if (meddled !== undefined) carryOut(world, feed(world, [meddled]))
  else if (choice === 0 && world.inFlight.length > 0) {
    const [event] = world.inFlight.splice(Random.nextInt(world.random, world.inFlight.length), 1)
    if (event !== undefined) carryOut(world, feed(world, [event]))
  } else if (choice === 1 && active.length > 0) {
    const held = active[Random.nextInt(world.random, active.length)]!
    const name = world.plan.names[held.task.node]!
    const completion = (world.completions.get(name) ?? 0) + 1
    world.completions.set(name, completion)
    held.exitCode = world.options.exitCode(name, completion)
    held.state = "completed"
    held.transition = `t${++world.clock}`
  } else if (choice === 2) {
    carryOut(world, feed(world, Random.shuffle(world.random, listing(world))))
  } else if (world.wakeAtMs !== undefined && world.wakeAtMs <= world.nowMs) {
    world.wakeAtMs = undefined
    carryOut(world, feed(world, [{ _tag: "AlarmRang" }]))
  }
}

/** The orchestrator dies: replies in flight are lost, the state is folded anew from the journal. */
export const crash = (world: World): void => {
  world.inFlight.length = 0
  world.wakeAtMs = undefined
  world.state = RunState.make(world.plan)
  for (const { atMs, event } of world.journal) RunState.evolve(world.state, event, atMs)
  const isHeld = (task: TaskReference) => world.held.has(keyOf(task))
  const accepted: Array<ExternalEvent> = [...world.held.values()].map((held) => ({
    _tag: "TasksAccepted",
    tasks: [held.task]
  }))
  const alive = accepted.filter((_, index) => [...world.held.values()][index]?.state === "active")
  feed(world, [...alive, ...listing(world)])
  carryOut(world, Reactor.outstanding(world.state, isHeld))
}

/** Runs to the end, crashing now and then; gives up loudly after too many steps. */
export const runToEnd = (
  world: World,
  options: { readonly crashes: number; readonly limits?: RunLimits }
): void => {
  const limits: ReadonlyArray<ExternalEvent> = options.limits === undefined
    ? []
    : [{ _tag: "LimitsChanged", limits: options.limits }]
  carryOut(world, feed(world, [...limits, startOf(world)]))
  goOn(world, options)
}

/** The same for a run that has begun. */
export const goOn = (world: World, options: { readonly crashes: number }): void => {
  let crashesLeft = options.crashes
  for (let steps = 0; !world.isFinished; steps++) {
    if (steps > 200_000) throw new Error(`no end after ${steps} steps, seed ${world.options.seed}`)
    if (crashesLeft > 0 && Random.nextInt(world.random, 25) === 0) {
      crashesLeft--
      crash(world)
    } else step(world)
  }
}
