/**
 * What `batchwave plan --json` prints, as a schema. `Agreement` does not compile when it differs from the
 * type.
 */
import type { PlanDocument } from "@batchwave/core/PlanFormat"
import * as Schema from "effect/Schema"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  nodes: Count,
  edges: Count,
  levels: Schema.Array(Schema.Array(Schema.String)).annotate({
    description: "The names of the nodes of each wave, without finalizers."
  }),
  criticalPath: Schema.Array(Schema.String).annotate({
    description: "The names of the nodes on it, in order."
  }),
  finalizers: Schema.optionalKey(
    Schema.Array(Schema.String).annotate({
      description: "Nodes that run after all others; absent when there are none."
    })
  ),
  native: Schema.optionalKey(
    Schema.Struct({
      heldEdges: Count.annotate({ description: "Edges that the service itself can hold." }),
      otherEdges: Schema.Array(
        Schema.Struct({
          parent: Schema.String,
          child: Schema.String,
          reason: Schema.Literals([
            "rule",
            "finalizer",
            "pool",
            "cache",
            "readsOutputs",
            "fanIn",
            "parentOutputsChecked"
          ]).annotate({ description: "Why the service cannot hold it." })
        })
      )
    }).annotate({ identifier: "NativeEdges", description: "With `--mode native`." })
  )
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The plan of a Batchwave pipeline",
    description: `What \`batchwave plan --json\` prints. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<PlanDocument, Decoded>,
  Within<Decoded, PlanDocument>,
  Within<Complete<PlanDocument>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<PlanDocument>>
]
