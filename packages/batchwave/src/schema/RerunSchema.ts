/**
 * What `--json` of `retry` prints when it does not run anything itself: with `--dry-run`, and when it asks
 * the process that works on the run. `Agreement` does not compile when it differs from the type.
 */
import * as Schema from "effect/Schema"
import type { Rerun } from "../run/RerunRequest.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { openness } from "./ReportParts.ts"
import type { Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  again: Schema.Array(Schema.String).annotate({ description: "Nodes that run again." }),
  decidedAnew: Schema.Array(Schema.String).annotate({
    description: "Nodes kept from running until now, and finalizers: it is decided anew."
  }),
  unsettled: Schema.Array(Schema.String).annotate({
    description: "Nodes that were chosen, have not settled, and go on as they are."
  })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "What runs again of a Batchwave run",
    description:
      `What \`batchwave retry --json\` prints with --dry-run, and of a run that another process works on. ${openness}`
  })

type Decoded = typeof Document.Type

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [Within<Rerun["value"], Decoded>, Within<Decoded, Rerun["value"]>]
