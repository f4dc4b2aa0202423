/**
 * What the events of a run are made of, as schemas: nodes and tasks, times, failures, ends, modes and
 * limits. The types are those of `core`; `RunEventSchema` holds them to it.
 */
import { dependencyModes } from "@batchwave/core/RunMode"
import * as Schema from "effect/Schema"

/**
 * The index of a node.
 *
 * @category schemas
 */
export const NodeIndex = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
  identifier: "NodeIndex",
  description: "A node, by its index in the `nodes` of the header line."
})

/**
 * Several nodes.
 *
 * @category schemas
 */
export const NodeIndexes = Schema.Array(NodeIndex)

/**
 * A whole number from 1 on.
 *
 * @category schemas
 */
export const Ordinal = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/**
 * A point in time.
 *
 * @category schemas
 */
export const EpochMs = Schema.Finite.annotate({
  identifier: "EpochMs",
  description: "Milliseconds since 1970 by the clock of the orchestrator."
})

/**
 * One task of one node.
 *
 * @category schemas
 */
export const TaskReference = Schema.Struct({
  node: NodeIndex,
  submission: Ordinal.annotate({
    description: "Counts the tasks made for the node: 1 for the first, one more for each later one."
  })
}).annotate({ identifier: "TaskReference", description: "One task of one node." })

/**
 * Several tasks.
 *
 * @category schemas
 */
export const TaskReferences = Schema.Array(TaskReference)

/**
 * Values of JSON outputs.
 *
 * @category schemas
 */
export const Outputs = Schema.Record(Schema.String, Schema.Json).annotate({
  identifier: "Outputs",
  description: "Values of JSON outputs by name."
})

/**
 * What the service says of the end of an execution.
 *
 * @category schemas
 */
export const TaskEnd = Schema.Struct({
  transition: Schema.String.annotate({
    description: "The service's time of the state change, as it was sent."
  }),
  exitCode: Schema.optionalKey(
    Schema.Int.annotate({ description: "Absent when the process never started." })
  ),
  result: Schema.Literals(["success", "failure"]),
  failureInfo: Schema.optionalKey(Schema.Struct({
    category: Schema.String,
    code: Schema.String,
    message: Schema.String
  })),
  runTimeMs: Schema.Finite.annotate({
    description: "From the start to the end by the service's clock; 0 when it never started."
  })
}).annotate({
  identifier: "TaskEnd",
  description: "The end of one execution in the service's terms."
})

const message = Schema.String

const code = Schema.String.annotate({ description: "The error code of the service." })

const failure = <const Tag extends string, const Fields extends Schema.Struct.Fields>(
  tag: Tag,
  description: string,
  fields: Fields
) => Schema.TaggedStruct(tag, fields).annotate({ identifier: `Failure${tag}`, description })

/**
 * The class of a failed attempt.
 *
 * @category schemas
 */
export const Failure = Schema.Union([
  failure("Exit", "The process ended with this exit code.", { exitCode: Schema.Int }),
  failure("OutOfMemory", "The process was killed for want of memory, or said so.", {
    exitCode: Schema.Int
  }),
  failure("TimedOut", "The service ended it at its wall-clock limit.", { message }),
  failure("Preempted", "The provider took its compute node away.", { message }),
  failure("NodeLost", "Its compute node broke or went away.", { message }),
  failure("SetupFailed", "It never started.", { code, message }),
  failure("UploadFailed", "It ended, but its output files could not be stored.", {
    code,
    message,
    exitCode: Schema.Int
  }),
  failure("OutputInvalid", "A declared output is missing or has the wrong shape.", {
    output: Schema.String,
    message
  }),
  failure("Rejected", "The service refused the task; it never existed.", { code, message }),
  failure("Cancelled", "Somebody ended the task on purpose.", { message }),
  failure("Vanished", "The service no longer knows the task.", { message }),
  failure("Stuck", "A watchdog saw no progress and had it ended.", { message }),
  failure("Custom", "The author's own class, called `name`.", { name: Schema.String, message })
]).annotate({ identifier: "Failure", description: "Why an attempt did not succeed." })

/**
 * When nodes are submitted.
 *
 * @category schemas
 */
export const DependencyMode = Schema.Literals(dependencyModes).annotate({
  identifier: "DependencyMode",
  description: "When a node is submitted."
})

/**
 * What failures do to the run.
 *
 * @category schemas
 */
export const FailureMode = Schema.Union([
  Schema.Literals(["keepGoing", "drain", "failFast"]),
  Schema.TemplateLiteral(["tolerate:", Schema.Finite]),
  Schema.TemplateLiteral(["tolerate:", Schema.Finite, "%"])
]).annotate({
  identifier: "FailureMode",
  description: "What the run does after nodes have failed for good."
})

/**
 * How much the service is given at a time.
 *
 * @category schemas
 */
export const RunLimits = Schema.Struct({
  activeSlotsMax: Schema.optionalKey(Schema.Finite.annotate({
    description: "Task slots of all nodes that the service holds at a time."
  })),
  unansweredMax: Schema.optionalKey(Schema.Finite.annotate({
    description: "Requests that are planned and not answered."
  })),
  nodeSlotsMax: Schema.optionalKey(Schema.Finite.annotate({
    description: "Task slots of one task."
  }))
}).annotate({
  identifier: "RunLimits",
  description: "How much the service is given at a time; what is absent is not limited."
})

/**
 * What can keep a whole run waiting.
 *
 * @category schemas
 */
export const Hindrance = Schema.Literals([
  "quota",
  "throttling",
  "jobDisabled",
  "noProgress",
  "unreachable"
]).annotate({ identifier: "Hindrance", description: "What keeps the whole run waiting." })

/**
 * How a run ended.
 *
 * @category schemas
 */
export const RunOutcome = Schema.Literals(["succeeded", "failed", "cancelled"]).annotate({
  identifier: "RunOutcome",
  description:
    "Every node succeeded or was skipped, at least one did not, or the run was cancelled."
})
