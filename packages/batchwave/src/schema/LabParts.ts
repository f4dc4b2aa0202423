/**
 * What the reports of the laboratory are made of, as schemas: the experiment, figures with their
 * intervals, and verdicts.
 */
import * as Measure from "@batchwave/lab/Measure"
import type { Header, MethodHeader } from "@batchwave/lab/TrialFile"
import type { World } from "@batchwave/lab/World"
import * as Schema from "effect/Schema"
import { Count } from "./ReportParts.ts"

/**
 * A number that may be none, or without bounds, for which JSON has no form.
 *
 * @category schemas
 */
export const Figure = Schema.NullOr(Schema.Finite)

/**
 * The type of a schema with `Figure` as the number that it stands for.
 *
 * @category models
 */
export type Figures<T> = [T] extends [number | null] ? Exclude<T, null>
  : T extends ReadonlyArray<unknown> ? { readonly [Key in keyof T]: Figures<T[Key]> }
  : T extends object ? { readonly [Key in keyof T]: Figures<T[Key]> }
  : T

/**
 * The name of a measure.
 *
 * @category schemas
 */
export const MeasureName = Schema.Literals([
  "makespan",
  "success",
  "nodesDone",
  "giveUps",
  "attempts",
  "wastedSlotSeconds",
  "utilisation",
  "queueSeconds",
  "requests",
  "throttledSeconds",
  "backoffSeconds",
  "cost"
]).annotate({
  identifier: "MeasureName",
  description: Measure.all.map(({ description, name }) => `${name}: ${description}.`).join(" ")
})

/**
 * Where an arm stands in a sweep.
 *
 * @category schemas
 */
export const Point = Schema.Record(
  Schema.String,
  Schema.Union([Schema.Finite, Schema.String, Schema.Boolean])
).annotate({ identifier: "Point", description: "The value of each parameter of a sweep." })

/**
 * A figure with its interval.
 *
 * @category schemas
 */
export const Interval = Schema.Struct({
  estimate: Figure,
  low: Figure,
  high: Figure,
  confidence: Schema.Finite.annotate({
    description: "The share of such intervals that contain the truth, such as 0.95."
  })
}).annotate({
  identifier: "Interval",
  description: "A figure with its interval; a bound is null where there is none."
})

/**
 * What an arm against the baseline says of one measure.
 *
 * @category schemas
 */
export const comparison = {
  verdict: Schema.Literals(["better", "worse", "cannot tell"]),
  difference: Interval.annotate({
    identifier: "Difference",
    description: "Of the mean difference arm − baseline, in the unit of the measure."
  }),
  relative: Figure.annotate({
    description: "The mean difference as a share of the baseline's mean; null when that is 0."
  }),
  effectSize: Figure.annotate({
    description:
      "The mean difference in standard deviations of the differences; null when they have none."
  }),
  winShare: Schema.Finite.annotate({
    description: "The share of trials in which the arm did better; a tie counts half."
  }),
  trials: Count,
  differing: Count.annotate({ description: "Trials in which the two differ." }),
  differingShareMax: Schema.Finite.annotate({
    description: "They differ in at most this share of trials, at the confidence of the interval."
  })
} as const

/** What a world is, as far as a report is read for it. */
const LabWorld = Schema.Struct({
  name: Schema.String,
  pool: Schema.Struct({ nodes: Count, slotsPerNode: Count }),
  scenario: Schema.Unknown.annotate({ description: "As a file for `--scenario` has it." }),
  link: Schema.optionalKey(Schema.Unknown),
  faults: Schema.optionalKey(Schema.Unknown),
  pricePerSlotHour: Schema.optionalKey(Schema.Finite),
  latestMs: Schema.optionalKey(Schema.Finite)
}).annotate({ identifier: "LabWorld", description: "Where the trials took place." })

const LabWorkload = Schema.Struct({
  name: Schema.String,
  nodes: Count,
  fingerprint: Schema.String
}).annotate({ identifier: "LabWorkload", description: "What was run in the trials." })

const header = {
  format: Schema.Literal("batchwave-lab"),
  formatVersion: Schema.Literal(1),
  batchwave: Schema.String.annotate({ description: "The version of the program." }),
  experiment: Schema.String,
  seed: Schema.Finite,
  trials: Count.annotate({ description: "Of each arm, at most." }),
  stopsWhenClear: Schema.Boolean,
  confidence: Schema.Finite,
  relevant: Schema.Finite.annotate({ description: "The least difference that matters." }),
  measures: Schema.Array(MeasureName).annotate({ description: "Those with verdicts, main first." }),
  units: Schema.Record(Schema.String, Schema.String).annotate({
    description: "Of every measure, by its name."
  }),
  arms: Schema.Array(Schema.Struct({
    name: Schema.String,
    description: Schema.String,
    point: Schema.optionalKey(Point)
  })).annotate({ description: "The baseline first." }),
  workload: LabWorkload,
  world: LabWorld
} as const

/**
 * What an experiment was.
 *
 * @category schemas
 */
export const LabHeader = Schema.Struct(header).annotate({
  identifier: "LabHeader",
  description: "What the experiment was."
})

/**
 * What a method over an experiment was.
 *
 * @category schemas
 */
export const LabMethodHeader = Schema.Struct({
  ...header,
  method: Schema.Literals(["search", "sensitivity", "grid"]),
  grid: Schema.optionalKey(Schema.Struct({
    workloads: Schema.Array(LabWorkload),
    worlds: Schema.Array(LabWorld)
  })),
  search: Schema.optionalKey(Schema.Struct({
    budget: Schema.optionalKey(Schema.Finite),
    factor: Schema.optionalKey(Schema.Finite),

    finalists: Schema.optionalKey(Schema.Finite)
  })),
  vary: Schema.optionalKey(Schema.Unknown.annotate({ description: "The ranges that were asked." }))
}).annotate({ identifier: "LabMethodHeader", description: "What the experiment was." })

/** What a report says of a world: its parts are those of a file for `--scenario`. */
type ToldWorld =
  & Pick<World, "name" | "pool" | "pricePerSlotHour" | "latestMs">
  & { readonly scenario: unknown; readonly link?: unknown; readonly faults?: unknown }

/**
 * The type that `LabHeader` describes.
 *
 * @category models
 */
export type ToldHeader = Omit<Header, "world"> & { readonly world: ToldWorld }

/**
 * The type that `LabMethodHeader` describes.
 *
 * @category models
 */
export type ToldMethodHeader =
  & Omit<MethodHeader, "world" | "grid" | "vary">
  & {
    readonly world: ToldWorld
    readonly grid?: {
      readonly workloads: ReadonlyArray<Header["workload"]>
      readonly worlds: ReadonlyArray<ToldWorld>
    }
    readonly vary?: unknown
  }
