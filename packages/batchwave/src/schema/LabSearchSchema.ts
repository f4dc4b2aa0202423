/**
 * What `batchwave lab search --json` prints, as a schema. `Agreement` does not compile when it differs from
 * the type.
 */
import type { Point as SweepPoint } from "@batchwave/lab/Arm"
import type { HalvingResult, Standing as SearchStanding } from "@batchwave/lab/Halving"
import * as Schema from "effect/Schema"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import * as LabAnalysisSchema from "./LabAnalysisSchema.ts"
import {
  type Figures,
  LabMethodHeader,
  MeasureName,
  Point,
  type ToldMethodHeader
} from "./LabParts.ts"
import { Count, openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

const Standing = Schema.Struct({
  arm: Schema.String,
  place: Count.annotate({ description: "Its place among the arms of the experiment." }),
  point: Schema.optionalKey(Point),
  rung: Count.annotate({ description: "The last rung it ran in, counted from 1." }),
  trials: Count.annotate({ description: "Trials it had by then." }),
  mean: Schema.Finite.annotate({ description: "Of the main measure over those." }),
  firstMean: Schema.Finite.annotate({
    description: "Of the main measure over the trials of the first rung, which all arms ran."
  }),
  success: Schema.Finite
}).annotate({ identifier: "Standing", description: "What became of one arm in the search." })

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  search: Schema.Struct({
    header: LabMethodHeader,
    experiment: Schema.String,
    measure: MeasureName,
    rungs: Schema.Array(Schema.Struct({
      arms: Count.annotate({ description: "Besides the baseline." }),
      trials: Count.annotate({ description: "Of each arm, those of the rungs before included." }),
      kept: Count.annotate({ description: "Arms that go on." })
    })),
    searchTrials: Count,
    gridTrials: Count.annotate({
      description: "What the same would have taken with all arms in every rung."
    }),
    standings: Schema.Array(Standing).annotate({ description: "Best first." }),
    winner: Schema.String,
    gain: Schema.Struct({
      searched: Schema.Finite,
      confirmed: Schema.optionalKey(Schema.Finite)
    }).annotate({ description: "The winner − the baseline in the main measure." }),
    notes: Schema.Array(Schema.String)
  }),
  confirmation: Schema.optionalKey(LabAnalysisSchema.Document.annotate({
    identifier: "Confirmation",
    description: "Of the finalists on fresh seeds; absent when the search was stopped before it."
  }))
})

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The report of a search of the Batchwave laboratory",
    description: `What \`batchwave lab search --json\` prints. ${openness}`
  })

type Decoded = Figures<typeof Document.Type>

/** As JSON has it: what is `undefined` is absent. */
interface Printed {
  readonly search:
    & Omit<HalvingResult, "header" | "standings" | "gain" | "confirmation" | "confirmed">
    & {
      readonly header: ToldMethodHeader
      readonly standings: ReadonlyArray<
        Omit<SearchStanding, "point"> & { readonly point?: SweepPoint }
      >
      readonly gain: { readonly searched: number; readonly confirmed?: number }
    }
  readonly confirmation?: LabAnalysisSchema.ToldAnalysis
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
