/**
 * What `batchwave lab --json` prints of a grid of workloads and worlds, as a schema. `Agreement` does not
 * compile when it differs from the type.
 */
import type { Cell, GridResult } from "@batchwave/lab/Grid"
import * as Schema from "effect/Schema"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import * as LabAnalysisSchema from "./LabAnalysisSchema.ts"
import type { Figures } from "./LabParts.ts"
import { openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  grid: Schema.Struct({
    experiment: Schema.String,
    batchwave: Schema.String.annotate({ description: "The version of the program." }),
    seed: Schema.Finite,
    confidence: Schema.Finite.annotate({ description: "Of all verdicts together." }),
    notes: Schema.Array(Schema.String).annotate({
      description: "What a reader must know, one sentence each."
    })
  }),
  cells: Schema.Array(
    Schema.Struct({
      workload: Schema.String,
      world: Schema.String,
      analysis: LabAnalysisSchema.Document
    }).annotate({ identifier: "Cell", description: "One workload in one world." })
  ).annotate({ description: "Workload by workload, each in all worlds." })
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The report of a grid of the Batchwave laboratory",
    description: `What \`batchwave lab --json\` prints of several workloads or worlds. ${openness}`
  })

type Decoded = Figures<typeof Document.Type>

interface Printed {
  readonly grid: Omit<GridResult, "cells">
  readonly cells: ReadonlyArray<
    Pick<Cell, "workload" | "world"> & { readonly analysis: LabAnalysisSchema.ToldAnalysis }
  >
}

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
