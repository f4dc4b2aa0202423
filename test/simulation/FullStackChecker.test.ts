/** The checker sees what it is there to see: a true outcome, bent in one place, is no longer true. */
import type { TruthEvent } from "@batchwave/emulator/TruthEvent"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Checker from "./FullStackChecker.ts"
import * as Story from "./FullStackStory.ts"
import * as World from "./FullStackWorld.ts"

/** The first story from a seed on for which something holds. */
const storyLike = (from: number, holds: (story: Story.Story) => boolean): Story.Story => {
  for (let seed = from;; seed++) {
    const story = Story.make(seed)
    if (holds(story)) return story
  }
}

const calm = World.live(
  storyLike(
    1,
    ({ dependencyMode, isCalm, workflow }) =>
      isCalm && dependencyMode === "eager" && workflow.nodes.some(({ after }) => after.length > 0)
  )
)

const withoutEvents = (outcome: World.Outcome, tag: string): World.Outcome => ({
  ...outcome,
  journal: outcome.journal.map((line) => {
    const { atMs, events }: { atMs: number; events: Array<{ _tag: string }> } = JSON.parse(line)
    return JSON.stringify({ atMs, events: events.filter(({ _tag }) => _tag !== tag) })
  })
})

const withTruth = (
  outcome: World.Outcome,
  bend: (event: TruthEvent) => ReadonlyArray<TruthEvent>
): World.Outcome => ({ ...outcome, truth: outcome.truth.flatMap(bend) })

const bends: Readonly<Record<string, (outcome: World.Outcome) => World.Outcome>> = {
  "a node that never settled": (outcome) => withoutEvents(outcome, "NodeSucceeded"),
  "a task without an intent": (outcome) => withoutEvents(outcome, "SubmissionPlanned"),
  "a run that did not finish": (outcome) => withoutEvents(outcome, "RunFinished"),
  "a journal that was written twice": (outcome) => ({
    ...outcome,
    journal: [...outcome.journal, ...outcome.journal]
  }),
  "an intent that came before its parents ended": (outcome) => {
    const events = outcome.journal.flatMap((line): ReadonlyArray<{ _tag: string }> =>
      JSON.parse(line).events
    )
    const isIntent = ({ _tag }: { _tag: string }) => _tag === "SubmissionPlanned"
    const bent = [...events.filter(isIntent), ...events.filter((event) => !isIntent(event))]
    return { ...outcome, journal: [JSON.stringify({ atMs: 0, events: bent })] }
  },
  "a task that was added twice": (outcome) =>
    withTruth(outcome, (event) => event._tag === "TaskAdded" ? [event, event] : [event]),
  "a task that was added too early": (outcome) =>
    withTruth(outcome, (event) => [event._tag === "TaskAdded" ? { ...event, atMs: 0 } : event]),
  "a task that ran twice": (outcome) =>
    withTruth(outcome, (event) =>
      event._tag === "TaskMoved" && event.to === "running"
        ? [event, { ...event, generation: event.generation + 100_000 }]
        : [event]),
  "a task that ran again after it had succeeded": (outcome) =>
    withTruth(outcome, (event) =>
      event._tag === "TaskMoved" && event.to === "completed"
        ? [event, { ...event, from: "active", to: "running", why: "assigned" }, event]
        : [event]),
  "a reactivation nobody asked for": (outcome) =>
    withTruth(outcome, (event) =>
      event._tag === "TaskMoved" && event.to === "running"
        ? [{ ...event, to: "active", why: "reactivated" }, event]
        : [event]),
  "a success that was a failure": (outcome) =>
    withTruth(outcome, (event) => [
      event._tag === "TaskMoved" && event.to === "completed"
        ? { ...event, result: "failure" as const }
        : event
    ]),
  "a failure that was a success": (outcome) => ({
    ...outcome,
    report: {
      ...outcome.report,
      nodes: outcome.report.nodes.map((node) => ({ ...node, outcome: "failed" as const }))
    }
  }),
  "more attempts than were decided": (outcome) => ({
    ...outcome,
    report: {
      ...outcome.report,
      nodes: outcome.report.nodes.map((node) => ({ ...node, attempts: node.attempts + 1 }))
    }
  }),
  "a run that took too long": (outcome) => ({
    ...outcome,
    journal: [
      ...outcome.journal.slice(0, -1),
      (outcome.journal.at(-1) ?? "").replace(/"atMs":\d+/, "\"atMs\":1999999999999")
    ]
  })
}

describe("the checker of the full stack", () => {
  it.live("finds nothing wrong with a story as it was lived", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(Checker.check(yield* calm), [])
    }))

  for (const [name, bend] of Object.entries(bends)) {
    it.live(`sees ${name}`, () =>
      Effect.gen(function*() {
        assert.isNotEmpty(Checker.check(bend(yield* calm)))
      }))
  }
})
