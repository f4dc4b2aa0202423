/**
 * From a request to the experiment: files are loaded, and every problem is told at once. What only some
 * requests need, such as the loader of pipelines, is loaded when it is.
 */
import * as Experiment from "@batchwave/lab/Experiment"
import * as Workload from "@batchwave/lab/Workload"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type CommandError, ofPipeline, usage } from "../command/CommandError.ts"
import * as Parameters from "../command/Parameters.ts"
import * as ArmFile from "./ArmFile.ts"
import * as LabParts from "./LabParts.ts"
import type { LabRequest } from "./LabRequest.ts"

/**
 * Makes the experiment. Fails with everything that is wrong.
 *
 * @category operations
 */
export const make: (
  request: LabRequest
) => Effect.Effect<Experiment.Experiment, CommandError> = Effect.fn("LabExperiment.make")(
  function*(request: LabRequest) {
    const { replay } = request
    const own = replay === undefined
      ? yield* Effect.promise(() => LabParts.ownExperiment(request.file))
      : yield* replayed(request, replay)
    const arms = replay === undefined ? yield* loadArms(request.arms) : []
    const world = LabParts.worldAtHand(request, own) ?? (yield* worldOf(request.scenario ?? ""))
    const worlds = yield* Effect.forEach(request.scenarios ?? [], (scenario) => {
      const known = LabParts.worldAtHand({ ...request, scenario }, own)
      return known === undefined ? worldOf(scenario) : Effect.succeed(known)
    })
    const workload = own?.workload ?? (yield* workloadOf(request))
    const made = yield* Effect.try({
      try: () => LabParts.assemble(request, { own, arms, world, worlds, workload }),
      catch: (cause) => usage(cause instanceof Error ? cause.message : String(cause), cause)
    })
    return LabParts.isProblems(made) ? yield* Effect.fail(wrong(made)) : made
  }
)

/**
 * The same for who has no effects.
 *
 * @category conversions
 */
export const promised = (
  request: LabRequest
): Promise<Experiment.Experiment | ReadonlyArray<string>> =>
  Effect.runPromise(Effect.match(make(request), {
    onFailure: ({ message }) => [message],
    onSuccess: (experiment) => experiment
  }))

/** The recorded run is the baseline, and an arm that does not say otherwise has its modes. */
const replayed = Effect.fnUntraced(function*(
  request: LabRequest,
  replay: NonNullable<LabRequest["replay"]>
) {
  const LabReplay = yield* Effect.promise(() => import("./LabReplay.ts"))
  const { asRecorded, runId, workload, world } = yield* LabReplay.load(replay)
  const loaded = yield* loadArms(request.arms)
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

const wrong = (problems: ReadonlyArray<string>): CommandError =>
  usage(
    problems.length === 1
      ? problems[0] ?? ""
      : `the experiment cannot be made:\n${
        problems.map((problem) => `- ${problem.replaceAll("\n", "\n  ")}`).join("\n")
      }`
  )

const loadArms = (files: ReadonlyArray<string>): Effect.Effect<Array<ArmFile.Loaded>> =>
  Effect.forEach(files, (file) => Effect.promise(() => ArmFile.load(file)))

const worldOf = Effect.fnUntraced(function*(scenario: string) {
  const WorldFile = yield* Effect.promise(() => import("./WorldFile.ts"))
  return Result.merge(WorldFile.load(scenario))
})

const workloadOf = Effect.fnUntraced(function*({ file, param }: LabRequest) {
  const PipelineFile = yield* Effect.promise(() => import("../command/PipelineFile.ts"))
  const compiled = yield* Effect.gen(function*() {
    const given = yield* Effect.fromResult(
      Result.mapError(Parameters.parse(param), (found) => usage(found.join("\n")))
    )
    const pipeline = yield* PipelineFile.load(file)
    return yield* Effect.fromResult(
      Result.mapError(pipeline.compileText(given), ofPipeline)
    )
  }).pipe(Effect.result)
  return Result.isSuccess(compiled)
    ? Workload.make(compiled.success.definition)
    : [compiled.failure.message]
})
