/**
 * What `batchwave explain --json` prints, as a schema. `Agreement` does not compile when it differs from
 * the type.
 */
import * as Schema from "effect/Schema"
import type { NodeExplanation } from "../run/RunStatus.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Array(
  Schema.Struct({
    node: Schema.String,
    reason: Schema.Literals([
      "NotStarted",
      "Settled",
      "Running",
      "Parents",
      "Wave",
      "Others",
      "Paused",
      "Held",
      "Probing",
      "Backoff",
      "Pool",
      "Window",
      "Slots",
      "Rank",
      "Unanswered",
      "ServiceQueue",
      "Ending",
      "Cache",
      "Outputs"
    ]).annotate({ description: "The first thing that keeps it, or `Running` or `Settled`." }),
    text: Schema.String.annotate({ description: "The same in words, with names and times." })
  }).annotate({ identifier: "NodeExplanation", description: "What keeps one node." })
)

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "What keeps the nodes of a Batchwave run",
    description:
      `What \`batchwave explain --json\` prints: the nodes named, or the first that have not settled. ${openness}`
  })

type Decoded = typeof Document.Type

type Printed = ReadonlyArray<NodeExplanation>

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<Printed, Decoded>,
  Within<Decoded, Printed>,
  Within<Complete<Printed>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<Printed>>
]
