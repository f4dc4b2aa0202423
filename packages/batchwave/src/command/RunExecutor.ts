/**
 * Who carries out the tasks of a run on the embedded emulator: processes, or a scenario in virtual
 * time, in which a week passes at once and nothing is run.
 *
 * X1 a recorded workflow is simulated unless something else is asked for: its commands belong to the
 *    machine it was recorded on.
 * X2 what a simulated task cannot leave behind is missed before anything is started.
 */
import type { Plan } from "@batchwave/core/Plan"
import * as TaskNaming from "@batchwave/core/TaskNaming"
import * as ScenarioFile from "@batchwave/emulator/ScenarioFile"
import * as WfFormat from "@batchwave/pipeline/WfFormat"
import * as RunCourse from "@batchwave/sim/RunCourse"
import type { Scenario } from "@batchwave/sim/Scenario"
import * as ScenarioModel from "@batchwave/sim/ScenarioModel"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readFileSync } from "node:fs"
import * as RecordedTimes from "../run/RecordedTimes.ts"
import { describe, type RunDirectory } from "../run/RunDirectory.ts"
import { listed } from "../screen/Words.ts"
import { type CommandError, usage } from "./CommandError.ts"
import { readFile } from "./EmulatedExecutor.ts"
import type { RunSettings } from "./RunSettings.ts"

/**
 * The decision; `isAsked` is false for a trace that nobody said anything about.
 *
 * @category models
 */
export type RunExecutor =
  | { readonly _tag: "Process" }
  | { readonly _tag: "Simulated"; readonly scenario: Scenario; readonly isAsked: boolean }

/**
 * Decides by the flags and the file, or by what a resumed run was started with. Fails when the flags contradict each other, or the scenario is
 * wrong.
 *
 * @category operations
 */
export const choose = Effect.fn("RunExecutor.choose")(function*(
  settings: Pick<RunSettings, "executor" | "scenario" | "file">,
  isEmulator: boolean,
  resumed: RunDirectory | undefined
): Effect.fn.Return<RunExecutor, CommandError> {
  const recorded = resumed === undefined ? undefined : describe(resumed)?.executor ?? "process"
  const given = Option.getOrUndefined(settings.executor)
  if (recorded !== undefined && given !== undefined && given !== recorded) {
    return yield* usage(
      `the run was started with --executor ${recorded} and goes on so; leave --executor out, or `
        + "start a new run"
    )
  }
  const asked = given ?? recorded
  if (!isEmulator) {
    if (asked !== "simulated" && Option.isNone(settings.scenario)) return { _tag: "Process" }
    return yield* usage(
      "tasks are simulated on the embedded emulator only; add --backend emulator, or leave "
        + "--executor and --scenario out"
    )
  }
  if (asked === "process" && Option.isSome(settings.scenario)) {
    return yield* usage("--scenario is only for --executor simulated; leave one of them out")
  }
  const isWanted = given === "simulated" || Option.isSome(settings.scenario)
  const isSimulated = isWanted || asked === "simulated" || isTraceFile(settings.file)
  if (asked === "process" || !isSimulated) return { _tag: "Process" }
  const scenario = Option.isNone(settings.scenario)
    ? {}
    : yield* readFile(settings.scenario.value, "scenario", ScenarioFile.decode)
  return { _tag: "Simulated", scenario, isAsked: isWanted }
})

/** What cannot be read is told of where the pipeline is loaded. */
const isTraceFile = (file: string): boolean => {
  if (!file.toLowerCase().endsWith(".json")) return false
  try {
    return WfFormat.isTrace(JSON.parse(readFileSync(file, "utf8")))
  } catch {
    return false
  }
}

/**
 * The scenario of a run: the estimates of the plan are the durations of which it says nothing. Fails
 * when tasks cannot leave what others or the caller read (X2).
 *
 * @category operations
 */
export const scenarioOf = (
  plan: Plan,
  { scenario }: RunExecutor & { readonly _tag: "Simulated" }
): Effect.Effect<Scenario, CommandError> => {
  const filled = {
    ...scenario,
    recordedMs: { ...RecordedTimes.make(plan.workflow), ...scenario.recordedMs }
  }
  const problems = problemsOf(plan, filled)
  return problems.length === 0
    ? Effect.succeed(filled)
    : usage(`the run cannot be simulated:\n- ${problems.join("\n- ")}`)
}

const problemsOf = (plan: Plan, scenario: Scenario): ReadonlyArray<string> => {
  const model = ScenarioModel.make(scenario)
  const naming = TaskNaming.make(plan)
  const withFiles: Array<string> = []
  const found: Array<string> = []
  plan.workflow.nodes.forEach(({ name, outputs }, node) => {
    if (outputs.some((output) => output._tag === "File")) withFiles.push(name)
    const taskId = naming.idOf({ node, submission: 1 })
    const run = { taskId, attempt: 1, nodeId: "", requiredSlots: 1 }
    const { files } = RunCourse.outputOf(model, run)
    for (const { _tag, path } of outputs) {
      if (_tag === "File" || files.has(path)) continue
      found.push(
        `${name} writes ${path}, and the scenario does not say what is in it; add the rule `
          + `{"tasks": "${taskId}", "files": {"${path}": "…"}} to its tasks`
      )
    }
  })
  if (withFiles.length > 0) {
    found.unshift(
      `files are handed over (by ${listed(withFiles, 3)}), and simulated tasks upload none; use `
        + "--executor process"
    )
  }
  return found.length <= problemsMax
    ? found
    : [...found.slice(0, problemsMax), `and ${found.length - problemsMax} more`]
}

const problemsMax = 10
