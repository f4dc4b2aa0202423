/**
 * What `batchwave lab sensitivity --json` prints, as a schema. `Agreement` does not compile when it differs
 * from the type.
 */
import type { SensitivityResult } from "@batchwave/lab/Sensitivity"
import * as Schema from "effect/Schema"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import {
  comparison,
  type Figures,
  LabMethodHeader,
  MeasureName,
  type ToldMethodHeader
} from "./LabParts.ts"
import { Count, openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

const Comparison = Schema.Struct(comparison).annotate({
  identifier: "Comparison",
  description: "One arm against the baseline in the main measure."
})

const comparisons = Schema.Array(Comparison)

const verdict = comparison.verdict

const Flip = Schema.Struct({
  arm: Schema.String,
  from: verdict.annotate({ description: "At the value of the world." }),
  to: verdict.annotate({ description: "At the end of the range." }),
  at: Schema.Finite.annotate({ description: "Where it turns." }),
  between: Schema.Tuple([Schema.Finite, Schema.Finite]).annotate({
    description: "The last value with the verdict of before, and the first with the one after."
  })
}).annotate({ identifier: "Flip", description: "Where the verdict about an arm turns." })

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  header: LabMethodHeader,
  experiment: Schema.String,
  measure: MeasureName,
  baseline: Schema.String,
  arms: Schema.Array(Schema.String),
  trials: Count.annotate({ description: "Of each arm in each probe." }),
  seed: Schema.Finite,
  confidence: Schema.Finite,
  base: comparisons.annotate({ description: "At the values of the world itself." }),
  effects: Schema.Array(
    Schema.Struct({
      path: Schema.String,
      base: Schema.Finite,
      probes: Schema.Array(Schema.Struct({ value: Schema.Finite, comparisons })).annotate({
        description: "Ascending by value."
      }),
      flips: Schema.Array(Flip)
    }).annotate({ identifier: "Effect", description: "What one quantity of the world does." })
  ).annotate({ description: "The one that moves a difference most first." }),
  notes: Schema.Array(Schema.String).annotate({
    description: "What a reader must know, and what could not be varied and why."
  })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The report of an analysis of sensitivity of the Batchwave laboratory",
    description: `What \`batchwave lab sensitivity --json\` prints. ${openness}`
  })

type Decoded = Figures<typeof Document.Type>

type Printed = Omit<SensitivityResult, "header"> & { readonly header: ToldMethodHeader }

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
