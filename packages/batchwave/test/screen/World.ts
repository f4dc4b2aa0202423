/** Runs in the middle, for tests of what is shown of them. */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as Workflow from "@batchwave/core/Workflow"

/** A plan of nodes by name, parents, fan-out, and whether they are finalizers. */
export const planOf = (
  nodes: ReadonlyArray<
    readonly [
      name: string,
      after: ReadonlyArray<string>,
      group?: string | undefined,
      finalizer?: boolean
    ]
  >
): Plan.Plan => {
  const workflow = Workflow.make(
    "w",
    nodes.map(([name, after, group, finalizer = false]) =>
      Workflow.node(name, "true", {
        after,
        ...(group === undefined ? {} : { group }),
        ...(finalizer ? { finalizer } : {})
      })
    )
  )
  const planned = Plan.make(workflow)
  if (planned._tag === "Invalid") throw new Error(JSON.stringify(planned.errors))
  return planned.plan
}

/** The state after some events at time 0. */
export const stateAfter = (
  plan: Plan.Plan,
  events: ReadonlyArray<RunEvent>
): RunState.RunState => {
  const state = RunState.make(plan)
  const started: RunEvent = {
    _tag: "RunStarted",
    seed: 1,
    dependencyMode: "eager",
    failureMode: "keepGoing"
  }
  for (const event of [started, ...events]) RunState.evolve(state, event, 0)
  return state
}

/** The events of a first attempt up to its process running. */
export const runningTask = (node: number): ReadonlyArray<RunEvent> => [
  { _tag: "SubmissionPlanned", tasks: [{ node, submission: 1 }] },
  { _tag: "TasksAccepted", tasks: [{ node, submission: 1 }] },
  { _tag: "TaskStarted", task: { node, submission: 1 } }
]

/** The events of a first attempt that ends with an exit code after a second. */
export const endedTask = (node: number, exitCode: number): ReadonlyArray<RunEvent> => [
  ...runningTask(node),
  {
    _tag: "TaskEnded",
    task: { node, submission: 1 },
    end: {
      transition: "2026-01-01T00:00:00Z",
      exitCode,
      result: exitCode === 0 ? "success" : "failure",
      runTimeMs: 1_000
    }
  }
]

/** The events of a node that succeeds at once. */
export const succeededNode = (node: number): ReadonlyArray<RunEvent> => [
  ...endedTask(node, 0),
  { _tag: "NodeSucceeded", node }
]

/** The events of a node that fails for good with exit code 3. */
export const failedNode = (node: number): ReadonlyArray<RunEvent> => [
  ...endedTask(node, 3),
  {
    _tag: "NodeFailed",
    node,
    failure: { _tag: "Exit", exitCode: 3 },
    reason: "no retry is set for Exit"
  }
]
