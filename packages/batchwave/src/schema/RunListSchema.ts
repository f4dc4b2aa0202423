/**
 * What `batchwave runs --json` prints, as a schema. `Agreement` does not compile when it differs from the
 * type.
 */
import * as Schema from "effect/Schema"
import type { Line } from "../command/RunsCommand.ts"
import { states } from "../run/KnownState.ts"
import { EpochMs } from "./EventParts.ts"
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
    run: Schema.String.annotate({ description: "The id of the run." }),
    pipeline: Schema.String,
    backend: Schema.Literals(["emulator", "azure"]),
    startedAtMs: EpochMs,
    store: Schema.optionalKey(Schema.String.annotate({
      description: "The container it keeps its files in; absent for its own directory."
    })),
    executor: Schema.optionalKey(
      Schema.Literal("simulated").annotate({
        description: "Present when no task was run and time was virtual."
      })
    ),
    state: Schema.Literals(states).annotate({
      description: "As it ended, or `interrupted` when it did not and nobody works on it."
    })
  }).annotate({ identifier: "KnownRun", description: "One run." })
)

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The Batchwave runs of a directory",
    description: `What \`batchwave runs --json\` prints, the run started last first. ${openness}`
  })

type Decoded = typeof Document.Type

type Printed = ReadonlyArray<Line>

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
