/**
 * What `lab` and `lab replay` print with `--json`, and what `report.json` of their results is, as a schema.
 * `Agreement` does not compile when it differs from the type.
 */
import type { Analysis } from "@batchwave/lab/Analysis"
import * as Schema from "effect/Schema"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import {
  comparison,
  type Figures,
  Interval,
  LabHeader,
  MeasureName,
  Point,
  type ToldHeader
} from "./LabParts.ts"
import { Count, openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

const Summary = Schema.Struct({
  count: Count,
  mean: Schema.Finite,
  standardDeviation: Schema.Finite,
  min: Schema.Finite,
  p05: Schema.Finite,
  p25: Schema.Finite,
  median: Schema.Finite,
  p75: Schema.Finite,
  p95: Schema.Finite,
  p99: Schema.Finite,
  max: Schema.Finite
}).annotate({ identifier: "Summary", description: "A measure over all trials." })

const ArmResult = Schema.Struct({
  name: Schema.String,
  description: Schema.String,
  point: Schema.optionalKey(Point),
  measures: Schema.Struct({
    makespan: Summary,
    success: Summary,
    nodesDone: Summary,
    giveUps: Summary,
    attempts: Summary,
    wastedSlotSeconds: Summary,
    utilisation: Summary,
    queueSeconds: Summary,
    requests: Summary,
    throttledSeconds: Summary,
    backoffSeconds: Summary,
    cost: Summary
  }),
  interval: Interval.annotate({
    identifier: "MeanInterval",
    description: "Of the mean of the main measure, by itself."
  }),
  failuresPerTrial: Schema.Record(Schema.String, Schema.Finite).annotate({
    description: "Failed attempts a trial by class."
  }),
  unfinished: Count.annotate({
    description: "Trials in which the run had not ended when its time was up."
  }),
  worstTrial: Count.annotate({ description: "The trial with the worst main measure." })
}).annotate({ identifier: "ArmResult", description: "One arm over all its trials." })

const Judgement = Schema.Struct({
  arm: Schema.String,
  baseline: Schema.String,
  measure: MeasureName,
  ...comparison
}).annotate({
  identifier: "Judgement",
  description: "One arm against the baseline in one measure."
})

/**
 * The document.
 *
 * @category schemas
 */
export const Document = Schema.Struct({
  header: LabHeader,
  trials: Count.annotate({ description: "Of each arm, run so far." }),
  arms: Schema.Array(ArmResult),
  judgements: Schema.Array(Judgement),
  front: Schema.Struct({
    measures: Schema.Tuple([MeasureName, MeasureName]),
    arms: Schema.Array(Schema.String)
  }).annotate({ description: "The arms that no other beats in both measures." }),
  notes: Schema.Array(Schema.String).annotate({
    description: "What a reader must know to read the figures right, one sentence each."
  })
}).annotate({ identifier: "Analysis", description: "What the outcomes of an experiment say." })

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Document, {
    title: "The report of an experiment of the Batchwave laboratory",
    description:
      `What \`batchwave lab --json\` and \`batchwave lab replay --json\` print. ${openness}`
  })

/**
 * The type that the schema describes.
 *
 * @category models
 */
export type ToldAnalysis = Omit<Analysis, "header"> & { readonly header: ToldHeader }

type Decoded = Figures<typeof Document.Type>

/**
 * The type and the schema are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<Analysis, Decoded>,
  Within<Decoded, ToldAnalysis>,
  Within<Complete<ToldAnalysis>, Complete<Decoded>>,
  Within<Complete<Decoded>, Complete<ToldAnalysis>>
]
