/**
 * What the command line asks of the laboratory, as plain data: worker threads get it and make the same
 * experiment from it.
 */
import type { Experiment } from "@batchwave/lab/Experiment"
import type { HalvingOptions } from "@batchwave/lab/Halving"
import type { MeasureName } from "@batchwave/lab/Measure"

/**
 * The request. What is absent is as the experiment of the file says, or as by default.
 *
 * @category models
 */
export interface LabRequest {
  /** A pipeline, a recorded workflow, or a module whose default export is an experiment. */
  readonly file: string
  /** `name=value`, of a pipeline. */
  readonly param: ReadonlyArray<string>
  /** Modules of arms, or `pipeline` for the pipeline as it is. */
  readonly arms: ReadonlyArray<string>
  /** The name of the arm the others are compared with; absent means the first. */
  readonly baseline?: string
  /** A built-in world by name, or a JSON file. */
  readonly scenario?: string
  /** Further worlds: the arms are compared in each. */
  readonly scenarios?: ReadonlyArray<string>
  readonly trials?: number
  readonly seed?: number
  readonly measures?: ReadonlyArray<MeasureName>
  readonly stopsWhenClear?: true
  readonly confidence?: number
  readonly relevant?: number
  /** Nodes of the pool. */
  readonly nodes?: number
  /** Slots of each node. */
  readonly slots?: number
  /** How the best of many arms is looked for. */
  readonly search?: HalvingOptions
  /** A run to replay, in the place of a file. */
  readonly replay?: { readonly data: string; readonly run?: string }
  /** Quantities of the world and the ends to vary them between. */
  readonly vary?: NonNullable<Experiment["vary"]>
}
