/**
 * Holds what another client saw against what ours saw, step by step and field by field.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as BatchwaveClient from "./BatchwaveClient.ts"
import * as Scenario from "./Scenario.ts"
import * as Target from "./Target.ts"
import * as View from "./View.ts"
import * as Workloads from "./Workloads.ts"

/** A client as the comparison sees it. */
export type RunClient = (
  target: Target.Target,
  jobId: string,
  steps: ReadonlyArray<Scenario.Step>
) => Promise<ReadonlyArray<View.View>>

/** A difference that is the other client's own, known and explained. */
export interface Explanation {
  /** The name of the step. */
  readonly step: string
  /** The member that differs, by its path in the view. */
  readonly path: ReadonlyArray<string>
  /** What the other client sees there; anything else is a difference again. */
  readonly theirs: unknown
  readonly why: string
}

/** What the names of our client's jobs and pools of whole pieces of work begin with. */
const ourWork = "work-batchwave"
/** What those of the other client begin with. */
const theirWork = "work-official"

/** The job our client does the writes in. */
const ourJobId = "own-batchwave"
/** The job the other client does the writes in. */
const theirJobId = "own-official"

interface Views {
  readonly ours: ReadonlyArray<View.View>
  readonly theirs: ReadonlyArray<View.View>
}

/** Longest time of all steps of both clients, in milliseconds. */
const timeoutMs = 230_000

/** Declares one test per step; `explanations` are the differences that are not ours to remove. */
export const declare = (
  name: string,
  runClient: RunClient,
  explanations: ReadonlyArray<Explanation>
): void => {
  let reads: Views = { ours: [], theirs: [] }
  let writes: Views = { ours: [], theirs: [] }
  let work: Views = { ours: [], theirs: [] }
  const explained = (step: Scenario.Step) => explanations.filter((each) => each.step === step.name)

  beforeAll(async () => {
    const target = await Target.start()
    try {
      const { directory, poolId } = target
      const prepared = await BatchwaveClient.run(
        target,
        Scenario.sharedJobId,
        Scenario.preparation(poolId, directory)
      )
      for (const view of prepared) assert.property(view, "value", JSON.stringify(view))
      reads = {
        ours: await BatchwaveClient.run(target, Scenario.sharedJobId, Scenario.reads),
        theirs: await runClient(target, Scenario.sharedJobId, Scenario.reads)
      }
      const steps = Scenario.writes(poolId, directory)
      writes = {
        ours: await BatchwaveClient.run(target, ourJobId, steps),
        theirs: await runClient(target, theirJobId, steps)
      }
      const pieces = Workloads.workloads(poolId).flatMap((workload) => workload.steps)
      work = {
        ours: await BatchwaveClient.run(target, ourWork, pieces),
        theirs: await runClient(target, theirWork, pieces)
      }
    } finally {
      await target.close()
    }
  }, timeoutMs)

  describe(`${name} and Batchwave see the same of one job`, () => {
    Scenario.reads.forEach((step, index) => {
      it(step.name, () => {
        const { ours, theirs } = viewsAt(reads, index, explained(step))
        sameOutcome(ours, theirs, step)
        if ("value" in ours && "value" in theirs) {
          assert.deepStrictEqual(View.even(theirs.value), View.even(ours.value))
        }
      })
    })
  })

  describe(`${name} does to its job what Batchwave does to its own`, () => {
    Scenario.writes("", "").forEach((step, index) => {
      it(step.name, () => {
        const { ours, theirs } = viewsAt(writes, index, explained(step))
        sameOutcome(ours, theirs, step)
        if ("value" in ours && "value" in theirs) {
          assert.deepStrictEqual(
            View.masked(theirs.value, theirJobId),
            View.masked(ours.value, ourJobId)
          )
        }
      })
    })
  })

  declareWork(name, (index, step) => viewsAt(work, index, explained(step)))
}

/** The tests of the pieces of work, whose steps stand one after another in the views. */
const declareWork = (
  name: string,
  viewsOf: (index: number, step: Scenario.Step) => Pair
): void => {
  let index = 0
  for (const workload of Workloads.workloads("")) {
    describe(`${name} does ${workload.name} as Batchwave does`, () => {
      for (const step of workload.steps) {
        const place = index++
        it(step.name, () => {
          const { ours, theirs } = viewsOf(place, step)
          sameOutcome(ours, theirs, step)
          if ("value" in ours && "value" in theirs) {
            assert.deepStrictEqual(
              View.masked(theirs.value, theirWork),
              View.masked(ours.value, ourWork)
            )
          }
        })
      }
    })
  }
}

interface Pair {
  readonly ours: View.View
  readonly theirs: View.View
}

const viewsAt = (
  views: Views,
  index: number,
  explanations: ReadonlyArray<Explanation>
): Pair => {
  const ours = views.ours[index]
  const theirs = views.theirs[index]
  if (ours === undefined || theirs === undefined) throw new Error("the client did not get this far")
  const adjusted: View.View = structuredClone(theirs)
  for (const explanation of explanations) explain(adjusted, ours, explanation)
  return { ours, theirs: adjusted }
}

/** Puts what we see in place of what they see, provided that they see what is explained. */
const explain = (theirs: View.View, ours: View.View, explanation: Explanation): void => {
  const parents = explanation.path.slice(0, -1)
  const last = explanation.path.at(-1) ?? ""
  const theirParent = Object(follow(theirs, parents))
  const ourParent = Object(follow(ours, parents))
  assert.deepStrictEqual(theirParent[last], explanation.theirs, `no longer: ${explanation.why}`)
  theirParent[last] = ourParent[last]
}

const follow = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce((parent, name) => Object(parent)[name], value)

/** Both succeed, or both are refused with the same status, code, values and sentence. */
const sameOutcome = (ours: View.View, theirs: View.View, step: Scenario.Step): void => {
  const isRefusalMeant = /^is (?:refused|told (?:of|that))\b|gone$/.test(step.name)
  assert.strictEqual("error" in ours, isRefusalMeant, JSON.stringify(ours).slice(0, 500))
  if (!("error" in ours) || !("error" in theirs)) {
    assert.deepStrictEqual(Object.keys(theirs), Object.keys(ours), JSON.stringify(theirs))
    return
  }
  const { message: ourMessage, ...ourFacts } = ours.error
  const { message: theirMessage, ...theirFacts } = theirs.error
  assert.deepStrictEqual(theirFacts, ourFacts)
  if (theirMessage !== null) assert.include(ourMessage ?? "", View.sentenceOf(theirMessage))
}
