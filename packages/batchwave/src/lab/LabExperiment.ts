/**
 * From a request to the experiment: files are loaded, flags come before what a file says, and every
 * problem is told at once.
 */
import * as Experiment from "@batchwave/lab/Experiment"
import * as Workload from "@batchwave/lab/Workload"
import * as World from "@batchwave/lab/World"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { existsSync } from "node:fs"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type CommandError, usage } from "../command/CommandError.ts"
import * as Parameters from "../command/Parameters.ts"
import * as PipelineFile from "../command/PipelineFile.ts"
import * as ArmFile from "./ArmFile.ts"
import * as LabReplay from "./LabReplay.ts"
import type { LabRequest } from "./LabRequest.ts"
import * as WorldFile from "./WorldFile.ts"

/** The world when nobody says. */
const worldDefault = World.flaky

/**
 * Makes the experiment. Fails with everything that is wrong.
 *
 * @category operations
 */
export const make: (
  request: LabRequest
) => Effect.Effect<Experiment.Experiment, CommandError> = Effect.fn("LabExperiment.make")(
  function*(request: LabRequest) {
    const own = request.replay === undefined
      ? yield* ownExperiment(request.file)
      : yield* replayed(request)
    const problems: Array<string> = []
    const arms = yield* armsOf(
      request.replay === undefined ? request : { ...request, arms: [] },
      own,
      problems
    )
    const world = worldOf(request, own, problems)
    const workload = own?.workload ?? (yield* workloadOf(request, problems))
    if (problems.length > 0 || workload === undefined) return yield* Effect.fail(wrong(problems))
    const experiment = {
      ...(own ?? { workload }),
      ...choicesOf(request, own),
      arms,
      world
    }
    return yield* Effect.try({
      try: () =>
        Experiment.make(
          own !== undefined && request.scenario === undefined
            ? experiment
            : { ...experiment, workload, name: `${workload.name} in ${world.name}` }
        ),
      catch: (cause) => usage(cause instanceof Error ? cause.message : String(cause), cause)
    })
  }
)

/** The recorded run is the baseline, and an arm that does not say otherwise has its modes. */
const replayed = Effect.fnUntraced(function*(request: LabRequest) {
  const { asRecorded, runId, workload, world } = yield* LabReplay.load(
    request.replay ?? { data: "" }
  )
  const loaded = yield* Effect.forEach(request.arms, ArmFile.load)
  const found = loaded.flatMap(({ problems }) => problems)
  if (request.arms.includes(ArmFile.pipelineArm)) {
    found.push(
      "--arm pipeline: a journal does not hold the policies of its pipeline; give a module"
    )
  }
  if (found.length > 0) return yield* Effect.fail(wrong(found))
  const { failureMode, mode } = asRecorded
  return Experiment.make({
    name: `replay of ${runId}`,
    workload,
    world,
    arms: [asRecorded].concat(
      loaded.flatMap(({ arms }) => arms).map((arm) => Object.assign({ failureMode, mode }, arm))
    )
  })
})

const choicesOf = (
  request: LabRequest,
  own: Experiment.Experiment | undefined
): Partial<Experiment.Experiment> => {
  const { confidence, measures, relevant, search, seed, stopsWhenClear, trials, vary } = request
  return {
    ...(trials === undefined ? {} : { trials }),
    ...(seed === undefined ? {} : { seed }),
    ...(measures === undefined ? {} : { measures }),
    ...(stopsWhenClear === undefined ? {} : { stopsWhenClear }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(relevant === undefined ? {} : { relevant }),
    ...(search === undefined ? {} : { search: { ...own?.search, ...search } }),
    ...(vary === undefined ? {} : { vary })
  }
}

const wrong = (problems: ReadonlyArray<string>): CommandError =>
  usage(
    problems.length === 1
      ? problems[0] ?? ""
      : `the experiment cannot be made:\n${problems.map((problem) => `- ${problem}`).join("\n")}`
  )

const modules: ReadonlySet<string> = new Set([".ts", ".mts", ".js", ".mjs"])

/** The experiment that a module exports; what is no such module is left to the loader of pipelines. */
const ownExperiment = (file: string): Effect.Effect<Experiment.Experiment | undefined> => {
  const path = resolve(file)
  if (!modules.has(extname(path).toLowerCase()) || !existsSync(path)) return Effect.undefined
  return Effect.tryPromise((): Promise<unknown> => import(pathToFileURL(path).href)).pipe(
    Effect.map((loaded) => {
      const exported = typeof loaded === "object" && loaded !== null && "default" in loaded
        ? loaded.default
        : undefined
      return Experiment.isExperiment(exported) ? exported : undefined
    }),
    Effect.orElseSucceed(() => undefined)
  )
}

const armsOf = Effect.fnUntraced(function*(
  { arms: files, baseline }: LabRequest,
  own: Experiment.Experiment | undefined,
  problems: Array<string>
) {
  if (files.length === 0 && own === undefined) {
    problems.push(
      "no arm is given; add --arm FILE for each module of policies to compare, or --arm pipeline "
        + "for the pipeline as it is"
    )
  }
  const loaded = yield* Effect.forEach(files, ArmFile.load)
  for (const each of loaded) problems.push(...each.problems)
  const arms = files.length === 0 ? own?.arms ?? [] : loaded.flatMap((each) => each.arms)
  if (baseline === undefined) return arms
  const first = arms.find(({ name }) => name === baseline)
  if (first === undefined) {
    const known = arms.map(({ name }) => name).join(", ")
    problems.push(`--baseline ${baseline}: there is no such arm; the arms are ${known}`)
    return arms
  }
  return [first, ...arms.filter((arm) => arm !== first)]
})

const worldOf = (
  { nodes, scenario, slots }: LabRequest,
  own: Experiment.Experiment | undefined,
  problems: Array<string>
): World.World => {
  const loaded = scenario === undefined
    ? Result.succeed(own?.world ?? worldDefault)
    : WorldFile.load(scenario)
  if (Result.isFailure(loaded)) {
    problems.push(...loaded.failure)
    return worldDefault
  }
  const { pool } = loaded.success
  return {
    ...loaded.success,
    pool: { nodes: nodes ?? pool.nodes, slotsPerNode: slots ?? pool.slotsPerNode }
  }
}

const workloadOf = Effect.fnUntraced(function*(
  { file, param }: LabRequest,
  problems: Array<string>
): Effect.fn.Return<Workload.Workload | undefined> {
  const compiled = yield* Effect.gen(function*() {
    const given = yield* Effect.fromResult(
      Result.mapError(Parameters.parse(param), (found) => usage(found.join("\n")))
    )
    const pipeline = yield* PipelineFile.load(file)
    return yield* Effect.fromResult(
      Result.mapError(pipeline.compileText(given), (error) => usage(error.message, error))
    )
  }).pipe(Effect.result)
  if (Result.isSuccess(compiled)) return Workload.make(compiled.success.definition)
  problems.push(compiled.failure.message)
  return undefined
})
