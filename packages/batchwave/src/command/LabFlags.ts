/**
 * The flags of `batchwave lab`, and the request they make.
 */
import * as Measure from "@batchwave/lab/Measure"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import type { LabRequest } from "../lab/LabRequest.ts"
import { flag, slotsMax, whole } from "./FlagKinds.ts"

const share = (name: string, description: string): Flag.Flag<Option.Option<number>> =>
  Flag.Finite(name).pipe(Flag.withDescription(description), Flag.optional)

type Range = readonly [low: number, high: number]

const rangeOf = (text: string): readonly [path: string, range: Range] => {
  const [, path = "", low = "", high = ""] = /^([^=]+)=([\d.eE+-]+?)\.\.([\d.eE+-]+)$/.exec(text) ??
    []
  const range: Range = [Number(low), Number(high)]
  if (path === "" || !range.every(Number.isFinite)) throw new Error("no range")
  return [path, range]
}

/**
 * The flags.
 *
 * @category flags
 */
export const labFlags = {
  file: Argument.String("file").pipe(
    Argument.withDescription(
      "A pipeline, a recorded workflow (WfFormat), or a module whose default export is an experiment"
    )
  ),
  param: Flag.String("param").pipe(
    Flag.withMetavar("name=value"),
    Flag.withDescription("A parameter of the pipeline, as text or JSON; may be repeated"),
    Flag.atLeast(0)
  ),
  arm: Flag.String("arm").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription(
      "A module that exports policies or arms, or `pipeline` for the pipeline as it is; may be repeated"
    ),
    Flag.atLeast(0)
  ),
  baseline: Flag.String("baseline").pipe(
    Flag.withMetavar("arm"),
    Flag.withDescription("The arm the others are compared with; the first by default"),
    Flag.optional
  ),
  scenario: Flag.String("scenario").pipe(
    Flag.withMetavar("name|file"),
    Flag.withDescription(
      "The world: steady, flaky (the default), preemption, outOfMemory, throttled, outage, or a JSON file; may be repeated"
    ),
    Flag.atLeast(0)
  ),
  trials: whole("trials", 1, 1_000_000, "Trials of each arm; 200 by default").pipe(Flag.optional),
  seed: whole("seed", 0, 0x7fff_ffff, "Seed of every random choice; 1 by default").pipe(
    Flag.optional
  ),
  measure: Flag.Literals("measure", Measure.names).pipe(
    Flag.withDescription(
      "A measure to judge, the main one first; makespan by default; may be repeated"
    ),
    Flag.atLeast(0)
  ),
  untilClear: flag("until-clear", "Stop as soon as the main measure has a verdict for every arm"),
  confidence: share("confidence", "Of all verdicts together; 0.95 by default"),
  relevant: share("relevant", "The least difference of the main measure that matters, in its unit"),
  nodes: whole("nodes", 1, 10_000, "Nodes of the pool, in the place of the scenario's").pipe(
    Flag.optional
  ),
  slots: whole("slots", 1, slotsMax, "Task slots of a node, in the place of the scenario's").pipe(
    Flag.optional
  ),
  threads: whole("threads", 1, 256, "Threads; one a core by default, fewer for little work").pipe(
    Flag.optional
  ),
  out: Flag.String("out").pipe(
    Flag.withMetavar("directory"),
    Flag.withDescription(
      "Where results.ndjson and the reports are kept; an interrupted experiment goes on from there"
    ),
    Flag.optional
  ),
  format: Flag.Literals("format", ["text", "markdown", "html", "json"]).pipe(
    Flag.withDescription("How the report is printed"),
    Flag.withDefault("text")
  ),
  json: flag("json", "The same as --format json"),
  quiet: flag("quiet", "Show no progress")
}

/**
 * What the flags of a replay ask for.
 *
 * @category conversions
 */
export const replayOf = (
  settings:
    & Omit<Parameters<typeof requestOf>[0], "file" | "param" | "scenario">
    & { readonly data: string; readonly run: Option.Option<string> }
): LabRequest => ({
  ...requestOf({ ...settings, file: "", param: [], scenario: [] }),
  replay: {
    data: settings.data,
    ...(Option.isSome(settings.run) ? { run: settings.run.value } : {})
  }
})

/**
 * What the flags ask for.
 *
 * @category conversions
 */
export const requestOf = ({ scenario: [scenario, ...scenarios], ...settings }: {
  readonly file: string
  readonly param: ReadonlyArray<string>
  readonly arm: ReadonlyArray<string>
  readonly baseline: Option.Option<string>
  readonly scenario: ReadonlyArray<string>
  readonly trials: Option.Option<number>
  readonly seed: Option.Option<number>
  readonly measure: ReadonlyArray<Measure.MeasureName>
  readonly untilClear: boolean
  readonly confidence: Option.Option<number>
  readonly relevant: Option.Option<number>
  readonly nodes: Option.Option<number>
  readonly slots: Option.Option<number>
}): LabRequest => ({
  file: settings.file,
  param: settings.param,
  arms: settings.arm,
  ...(Option.isSome(settings.baseline) ? { baseline: settings.baseline.value } : {}),
  ...(scenario === undefined ? {} : { scenario }),
  ...(scenarios.length === 0 ? {} : { scenarios }),
  ...given("trials", settings.trials),
  ...given("seed", settings.seed),
  ...(settings.measure.length === 0 ? {} : { measures: settings.measure }),
  ...(settings.untilClear ? { stopsWhenClear: true } : {}),
  ...given("confidence", settings.confidence),
  ...given("relevant", settings.relevant),
  ...given("nodes", settings.nodes),
  ...given("slots", settings.slots)
})

const given = (
  name: "trials" | "seed" | "confidence" | "relevant" | "nodes" | "slots",
  value: Option.Option<number>
): Partial<LabRequest> => Option.isSome(value) ? { [name]: value.value } : {}

/**
 * The flags of a search, besides.
 *
 * @category flags
 */
export const searchFlags = {
  budget: whole(
    "budget",
    1,
    100_000_000,
    "Trials of the search, all arms and rungs together; 10 an arm and rung by default"
  ).pipe(Flag.optional),
  factor: whole("factor", 2, 100, "Of so many arms one goes on; 3 by default").pipe(Flag.optional),
  finalists: whole(
    "finalists",
    1,
    100,
    "Arms that are confirmed on fresh seeds, besides the baseline; 3 by default"
  ).pipe(Flag.optional)
}

/**
 * How to search, where a flag says so.
 *
 * @category conversions
 */
export const searchOf = (settings: {
  readonly budget: Option.Option<number>
  readonly factor: Option.Option<number>
  readonly finalists: Option.Option<number>
}): Pick<LabRequest, "search"> => {
  const search = Object.fromEntries(
    (["budget", "factor", "finalists"] as const).flatMap((name) => {
      const value = settings[name]
      return Option.isSome(value) ? [[name, value.value]] : []
    })
  )
  return Object.keys(search).length === 0 ? {} : { search }
}

/**
 * The flags of an analysis of sensitivity, besides.
 *
 * @category flags
 */
export const sensitivityFlags = {
  vary: Flag.String("vary").pipe(
    Flag.withMetavar("path=low..high"),
    Flag.withDescription(
      "A quantity of the world and the ends to vary it between, such as pool.nodes=2..32; may be "
        + "repeated; all from half to double by default"
    ),
    Flag.mapTryCatch(rangeOf, () => "a path and two numbers, such as pool.nodes=2..32"),
    Flag.atLeast(0)
  )
}

/**
 * What to vary, where a flag says so.
 *
 * @category conversions
 */
export const varyOf = (
  { vary }: { readonly vary: ReadonlyArray<readonly [path: string, range: Range]> }
): Pick<LabRequest, "vary"> => vary.length === 0 ? {} : { vary: Object.fromEntries(vary) }
