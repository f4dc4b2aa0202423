import * as Definition from "@batchwave/core/Definition"
import * as Policy from "@batchwave/core/Policy"
import * as Workflow from "@batchwave/core/Workflow"
import * as RunConfig from "@batchwave/engine/RunConfig"
import * as SettingsCheck from "@batchwave/engine/SettingsCheck"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"

const problemsOf = (settings: Partial<RunConfig.RunConfig>) =>
  SettingsCheck.problemsOf({ ...RunConfig.defaults, ...settings })

describe("the settings of a run", () => {
  it("are fine as they come, and at their edges", () => {
    assert.deepStrictEqual(SettingsCheck.problemsOf(RunConfig.defaults), [])
    assert.deepStrictEqual(SettingsCheck.problemsOf(RunConfig.forEmulator), [])
    const edges = {
      concurrency: 1,
      pollsPerSweep: 1,
      jobsMax: 1,
      outputBytesMax: Infinity,
      patienceTries: 0,
      patienceMs: 0,
      pollOverlapMs: 0,
      quotaMsMax: Infinity,
      inlineInputBytesMax: 0,
      requeuesMax: 0,
      pollMsMin: 0.5,
      pollMsMax: 0.5,
      stallMsMax: Infinity
    }
    assert.deepStrictEqual(problemsOf(edges), [])
  })

  it("are refused one past them, all at once", () => {
    assert.deepStrictEqual(
      problemsOf({
        failureMode: "tolerate:101%",
        policy: Policy.retry({ max: -1 }),
        concurrency: 0,
        pollsPerSweep: 1.5,
        jobsMax: NaN,
        requeuesMax: -1,
        pollMsMin: 0,
        pollMsMax: NaN,
        runMsMax: -5,
        patienceMs: -1
      }),
      [
        "failureMode is \"tolerate:101%\"; see RunMode.tolerate",
        "policy: max of retry is -1; give a whole number from 0 to 10000",
        "concurrency is 0; give a whole number of at least 1",
        "pollsPerSweep is 1.5; give a whole number of at least 1",
        "jobsMax is NaN; give a whole number of at least 1",
        "requeuesMax is -1; give a whole number of at least 0",
        "pollMsMin is 0; give a finite number above 0",
        "pollMsMax is NaN; give a finite number above 0",
        "runMsMax is -5; give a number above 0",
        "patienceMs is -1; give a finite number of at least 0"
      ]
    )
  })

  it("wait no longer than they poll, and for no time that never passes", () => {
    assert.deepStrictEqual(
      problemsOf({ pollMsMin: 501, pollMsMax: 500, pollOverlapMs: Infinity }),
      [
        "pollMsMin is 501; give at most pollMsMax, which is 500",
        "pollOverlapMs is Infinity; give a finite number of at least 0"
      ]
    )
    assert.deepStrictEqual(problemsOf({ pollMsMax: Infinity }), [
      "pollMsMax is Infinity; give a finite number above 0"
    ])
  })

  it.effect("are refused with the run's substitutes that do not fit, before anything is asked", () =>
    Effect.gen(function*() {
      const outputs = [{ _tag: "Json", name: "rows", path: "rows.json" }] as const
      const definition = Definition.make(
        Workflow.make("w", [Workflow.node("a", "true", { outputs }), Workflow.node("b", "true")]),
        { checkOutput: () => ({ _tag: "Invalid", problems: ["no count"] }) }
      )
      const refused = yield* SettingsCheck.require({
        config: { ...RunConfig.defaults, concurrency: 0, policy: Policy.substitute(7) },
        definition
      }).pipe(Effect.flip)
      assert.deepStrictEqual(refused.problems, [
        "concurrency is 0; give a whole number of at least 1",
        "task \"a\": its policy: substitute 7: the value does not fit its output \"rows\": no count"
      ])
      yield* SettingsCheck.require({ config: RunConfig.defaults, definition })
    }))
})
