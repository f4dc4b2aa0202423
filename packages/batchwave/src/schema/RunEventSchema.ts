/**
 * The events of a run as a schema, for readers in other languages (`EventLineSchema`) and for programs
 * that read lines of JSON. The run itself does without: what it makes, its types check.
 *
 * V1 The schema's type and the type in `core` are the same, field by field: `Agreement` does not compile
 *    otherwise.
 */
import type * as Core from "@batchwave/core/RunEvent"
import * as Schema from "effect/Schema"
import {
  DependencyMode,
  EpochMs,
  Failure,
  FailureMode,
  Hindrance,
  NodeIndex,
  NodeIndexes,
  Ordinal,
  Outputs,
  RunLimits,
  RunOutcome,
  TaskEnd,
  TaskReference,
  TaskReferences
} from "./EventParts.ts"
import type { Complete, Within } from "./SameType.ts"

const event = <const Tag extends string, const Fields extends Schema.Struct.Fields>(
  tag: Tag,
  description: string,
  fields: Fields
) => Schema.TaggedStruct(tag, fields).annotate({ identifier: tag, description })

const text = Schema.String

const optionalText = (description: string) =>
  Schema.optionalKey(Schema.String.annotate({ description }))

const task = TaskReference
const tasks = TaskReferences
const node = NodeIndex
const nodes = NodeIndexes
const message = text
const code = text.annotate({ description: "The error code of the service." })
const reason = text

const ofTasks = [
  event("TasksAccepted", "The service holds these tasks: added, adopted or reactivated.", {
    tasks,
    executions: Schema.optionalKey(
      Schema.Array(Ordinal).annotate({
        description: "Which execution of its node each task is asked for; not journaled."
      })
    )
  }),
  event("TaskRejected", "The service refused to add the task, or to put it back in its queue.", {
    task,
    code,
    message
  }),
  event("TaskStarted", "The process of the task runs.", { task }),
  event("TaskEnded", "The task ended.", { task, end: TaskEnd }),
  event("TaskVanished", "The service no longer knows a task it had accepted.", { task, message }),
  event("ReactivationRefused", "The task cannot be reactivated; a new one is added.", {
    task,
    code,
    message
  }),
  event("OutputsCollected", "The outputs of the task were read.", { task, outputs: Outputs }),
  event("OutputInvalid", "An output of the task is missing or has the wrong shape.", {
    task,
    output: text,
    message
  }),
  event("TasksTerminated", "The service ended these tasks because the run asked it to.", { tasks }),
  event("TaskLost", "Lost with its compute node and not repeated; no run on Batch has it.", {
    task,
    cause: Schema.Literals(["Preempted", "NodeLost"]),
    message
  }),
  event("TaskRequeued", "The service itself put the task back in its queue.", {
    task,
    cause: Schema.Literals(["Preempted", "NodeLost", "Unknown"])
  }),
  event("TaskStuck", "A watchdog sees no progress; the task is ended.", { task, message })
] as const

const ofCache = [
  event("CacheHit", "The cache has the result of the node, which succeeds without a task.", {
    node,
    key: text,
    from: text.annotate({ description: "The run that made the result." }),
    madeAtMs: EpochMs,
    outputs: Outputs
  }),
  event("CacheMissed", "The cache has no result of the node that fits.", {
    node,
    key: optionalText("What was looked for; absent when it could not be made."),
    reason,
    differing: Schema.optionalKey(
      Schema.Array(Schema.String).annotate({
        description: "The parts in which the nearest entry differs."
      })
    )
  }),
  event("CacheStored", "The result of the task is kept in the cache.", { task, key: text }),
  event("CacheNotStored", "The result of the task is not kept in the cache.", { task, reason })
] as const

const ofRun = [
  event("RunStarted", "The run began.", {
    seed: Schema.Finite,
    dependencyMode: DependencyMode,
    failureMode: FailureMode
  }),
  event(
    "JobReplaced",
    "The job is over or gone; another one takes the tasks planned from now on.",
    {
      jobId: text,
      reason,
      isAfterEnd: Schema.optionalKey(
        Schema.Literal(true).annotate({
          description: "Present when the run itself had ended the job before."
        })
      )
    }
  ),
  event("RunHindered", "Something outside the run keeps it waiting, until `RunUnhindered`.", {
    cause: Hindrance,
    message,
    untilMs: Schema.optionalKey(EpochMs)
  }),
  event("RunUnhindered", "It keeps the run waiting no more.", { cause: Hindrance }),
  event("AlarmRang", "A time came at which the run had asked to be woken.", {})
] as const

const ofWishes = [
  event("CancelRequested", "Somebody wants these nodes ended, or without `nodes` the whole run.", {
    nodes: Schema.optionalKey(nodes)
  }),
  event("PauseRequested", "Nothing new is submitted until `ResumeRequested`.", {}),
  event("ResumeRequested", "The pause is over.", {}),
  event("FailureModeChanged", "What failures do to the run from now on.", {
    failureMode: FailureMode
  }),
  event("LimitsChanged", "All limits, in the place of those before.", {
    limits: RunLimits,
    reason: Schema.optionalKey(reason)
  }),
  event("RerunRequested", "Somebody wants these settled nodes to run again.", {
    nodes,
    slots: Schema.optionalKey(Schema.Finite.annotate({
      description: "Task slots of each of them from now on."
    }))
  })
] as const

const ofPlans = [
  event("CacheAsked", "The results of these nodes are looked for in the cache.", { nodes }),
  event("SubmissionPlanned", "These tasks are going to be added.", { tasks }),
  event("ReactivationPlanned", "This task is going to be put back in its queue.", { task }),
  event("RetryDecided", "The node runs again from `dueAtMs` on.", {
    node,
    decision: Schema.TaggedStruct("Retry", {
      afterMs: Schema.Finite,
      via: Schema.Literals(["auto", "reactivate", "resubmit"]),
      slots: Schema.optionalKey(Schema.Finite.annotate({
        description: "Task slots of the next attempt; absent for as many as before."
      })),
      holdMs: Schema.optionalKey(Schema.Finite.annotate({
        description: "For how long the whole run is to submit nothing."
      })),
      reason
    }).annotate({ identifier: "RetryDecision", description: "What the policy answered." }),
    via: Schema.Literals(["reactivate", "resubmit"]),
    because: optionalText("Why by that mechanism."),
    dueAtMs: EpochMs
  }),
  event("FailureClassified", "The author's own class of the last failed attempt.", {
    node,
    failure: Failure
  }),
  event("SubmissionHeld", "Nothing is submitted before `untilMs`, then one task at a time.", {
    untilMs: EpochMs,
    reason
  })
] as const

const ofNodes = [
  event("NodeSucceeded", "The node succeeded.", { node }),
  event("NodeFailed", "The node failed for good.", { node, failure: Failure, reason }),
  event("NodeSubstituted", "A policy gave a value in the place of the outputs; it succeeds.", {
    node,
    outputs: Outputs,
    failure: Failure,
    reason
  }),
  event("NodesBlocked", "They cannot run: `by[i]` is the parent to blame for `nodes[i]`.", {
    nodes,
    by: nodes
  }),
  event("NodesSkipped", "They are left out by their rules, or by a policy after a failure.", {
    nodes,
    reason,
    failure: Schema.optionalKey(Failure)
  }),
  event("NodesCancelled", "They were ended, or will not run, because somebody wanted so.", {
    nodes
  }),
  event("NodesReopened", "They had settled, and wait again.", { nodes }),
  event("NodesWithdrawn", "The service held them for a task of `from` that will not succeed.", {
    from: node,
    nodes
  })
] as const

const ofEnds = [
  event("RunStopping", "Nothing new is submitted but finalizers.", {
    why: Schema.Literals(["cancel", "drain", "failFast"]),
    withFinalizers: Schema.optionalKey(Schema.Boolean.annotate({
      description: "True when finalizers are cancelled too."
    }))
  }),
  event("RunFinished", "Every node has settled.", { outcome: RunOutcome })
] as const

/**
 * Any event of this version.
 *
 * @category schemas
 */
export const RunEvent = Schema.Union([
  ...ofRun,
  ...ofTasks,
  ...ofCache,
  ...ofWishes,
  ...ofPlans,
  ...ofNodes,
  ...ofEnds
]).annotate({
  identifier: "RunEvent",
  description: "Any event of this version, told by its `_tag`."
})

/**
 * The names of all events.
 *
 * @category constants
 */
export const tags: ReadonlyArray<Core.RunEvent["_tag"]> = RunEvent.members.map(
  ({ fields }) => fields._tag.schema.literal
)

type Decoded = typeof RunEvent.Type

/**
 * V1.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<Core.RunEvent, Decoded>,
  Within<Decoded, Core.RunEvent>,
  Within<Complete<Core.RunEvent>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<Core.RunEvent>>
]
