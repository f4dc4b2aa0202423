/**
 * What the documents about a run are made of, as schemas: counts, causes and nodes.
 */
import { nodeStateNames } from "@batchwave/core/NodeState"
import * as Schema from "effect/Schema"

/**
 * A whole number from 0 on.
 *
 * @category schemas
 */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * Nodes by outcome.
 *
 * @category schemas
 */
export const Counts = Schema.Struct({
  succeeded: Count,
  failed: Count,
  blocked: Count,
  skipped: Count,
  cancelled: Count,
  pending: Count
}).annotate({ identifier: "Counts", description: "How many nodes there are of each outcome." })

/**
 * What the service has put back.
 *
 * @category schemas
 */
export const Requeues = Schema.Struct({
  Preempted: Count,
  NodeLost: Count,
  Unknown: Count
}).annotate({
  identifier: "Requeues",
  description:
    "How often the service itself put tasks back in its queue, by cause; absent for never."
})

/**
 * How a run ended, if it did.
 *
 * @category schemas
 */
export const Outcome = Schema.Literals(["succeeded", "failed", "cancelled", "unfinished"])

/**
 * One node.
 *
 * @category schemas
 */
export const NodeReport = Schema.Struct({
  node: Schema.String,
  outcome: Schema.Literals(["succeeded", "failed", "blocked", "skipped", "cancelled", "pending"])
    .annotate({ description: "`pending` as long as it has not settled." }),
  state: Schema.Literals(nodeStateNames).annotate({
    description: "The state behind the outcome, which says more while the run goes on."
  }),
  attempts: Count.annotate({ description: "Executions asked for, the first one included." }),
  runTimeMs: Schema.Finite.annotate({
    description: "Of all attempts together, by the service's clock."
  }),
  requeues: Schema.optionalKey(Requeues),
  failure: Schema.optionalKey(Schema.String.annotate({
    description: "Why it failed for good, or why a policy skipped it."
  })),
  substituted: Schema.optionalKey(Schema.String.annotate({
    description: "Why it counts as succeeded although it failed."
  })),
  cachedFrom: Schema.optionalKey(Schema.String.annotate({
    description: "The run that made its result, when the cache had it."
  })),
  blockedBy: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({
      description: "What kept it from running: its parent first, the node that failed last."
    })
  )
}).annotate({ identifier: "NodeReport", description: "What one node came to." })

/**
 * What is said of each document.
 *
 * @category constants
 */
export const openness = "Fields may be added: pass over those that are not listed here."
