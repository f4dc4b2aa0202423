/**
 * Stories in which an answer is lost, late or missing exactly where it matters, told one by one: each
 * is a defect that random stories had shown, in the engine or in its twin.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import type { Fate, Link } from "@batchwave/lab/Link"
import type { TaskRule } from "@batchwave/sim/Scenario"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Checker from "./FullStackChecker.ts"
import type { Story } from "./FullStackStory.ts"
import * as World from "./FullStackWorld.ts"
import * as LabIsEngineLink from "./LabIsEngineLink.ts"
import * as LabIsEngineRun from "./LabIsEngineRun.ts"

const quiet: Omit<Story, "workflow"> = {
  seed: 1,
  policy: Policy.giveUp,
  retriesMax: 5,
  dependencyMode: "eager",
  failureMode: "keepGoing",
  pollMsMin: 1000,
  pollMsMax: 1000,
  nodes: 1,
  slotsPerNode: 4,
  nodeFillType: "spread",
  scenario: {},
  faults: undefined,
  healAfterMs: 1_000_000,
  crashes: [],
  wishes: [],
  rerun: [],
  lateness: undefined,
  isCalm: false,
  timersEarlyMs: 0
}

const nodesOf = (...nodes: ReadonlyArray<Workflow.WorkflowNode>): Workflow.Workflow =>
  Workflow.make("story", nodes)

const single = nodesOf(Workflow.node("n0", "true"))

const reactivated = (max: number): Policy.Policy =>
  Policy.retry({ max, backoff: Backoff.constant(0), via: "reactivate" })

/** Runs of a task that last so long and fail, or do not. */
const runs = (tasks: string, durationMs: number, probability = 1): TaskRule => ({
  tasks,
  duration: { _tag: "Fixed", value: durationMs },
  failures: [{ exitCode: 1, probability }]
})

const rules = (...list: FaultPlan["rules"]): FaultPlan => ({ rules: list })

const refused = { _tag: "Status", status: 503 } as const

const eventsOf = ({ journal }: World.Outcome): ReadonlyArray<RunEvent> =>
  journal.flatMap((line): ReadonlyArray<RunEvent> => JSON.parse(line).events)

/** Which append makes the first event of a kind durable, counted from 1; the story itself is not told. */
const appendOf = Effect.fnUntraced(function*(story: Story, tag: RunEvent["_tag"]) {
  const { journal } = yield* World.live(story, durationMsMax)
  return 1 + journal.findIndex((line) => line.includes(`"_tag":"${tag}"`))
})

const movesOf = ({ truth }: World.Outcome, taskId: string, why: string): ReadonlyArray<number> =>
  truth.flatMap((event) =>
    event._tag === "TaskMoved" && event.taskId === taskId && event.why === why ? [event.atMs] : []
  )

/** None of these stories takes more than an hour, unless its run never ends. */
const durationMsMax = 2 * 3_600_000

/** Lives a story, holds it against the checker, and answers what came of it. */
const live = Effect.fnUntraced(function*(story: Story) {
  const outcome = yield* World.live(story, durationMsMax)
  assert.deepStrictEqual(Checker.check(outcome), [])
  return outcome
})

describe("a reactivation", () => {
  it.live("whose answer and whose reading back were lost is not made again for a later execution", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        workflow: nodesOf(Workflow.node("n0", "true"), Workflow.node("n1", "true")),
        policy: reactivated(2),
        scenario: { seed: 1, tasks: [runs("n0", 1000), runs("n1", 400_000, 0)] },
        faults: rules(
          {
            when: { operations: ["Task_Reactivate"], nth: 1 },
            fault: { _tag: "Drop", acts: true }
          },
          { when: { operations: ["Task_Get"], fromMs: 1105, untilMs: 320_000 }, fault: refused }
        )
      })
      assert.lengthOf(movesOf(outcome, "n0", "reactivated"), 2)
      assert.lengthOf(eventsOf(outcome).filter(({ _tag }) => _tag === "ReactivationPlanned"), 2)
    }))

  it.live("of a task that fails at once is made again when its request was lost", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        pollMsMin: 100,
        workflow: single,
        policy: reactivated(2),
        scenario: { seed: 1, tasks: [runs("n0", 10)] },
        faults: rules({
          when: { operations: ["Task_Reactivate"], nth: 2 },
          fault: { _tag: "Drop", acts: false }
        })
      })
      assert.lengthOf(movesOf(outcome, "n0", "reactivated"), 2)
      assert.strictEqual(outcome.report.counts.failed, 1)
    }))

  it.live("that is on its way when the run is cancelled does not keep the run from its end", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        workflow: single,
        policy: reactivated(2),
        scenario: {
          seed: 1,
          tasks: [
            { ...runs("n0", 1000), attempts: { to: 1 } },
            { ...runs("n0", 10_000_000), attempts: { from: 2 } }
          ]
        },
        faults: rules({
          when: { operations: ["Task_Reactivate"], untilMs: 100_000 },
          fault: refused
        }),
        wishes: [{ atMs: 20_000, wish: { _tag: "CancelRequested" } }]
      })
      assert.strictEqual(outcome.report.outcome, "cancelled")
      assert.isEmpty(movesOf(outcome, "n0", "reactivated"))
    }))

  it.live("that was planned by an orchestrator that died does not keep a cancelled run from its end", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        workflow: single,
        policy: reactivated(2),
        scenario: { seed: 1, tasks: [runs("n0", 1000)] },
        faults: rules({
          when: { operations: ["Task_Reactivate", "Task_Terminate"], untilMs: 40_000 },
          fault: refused
        }),
        wishes: [{ atMs: 20_000, wish: { _tag: "CancelRequested" } }],
        crashes: [{ at: "time", afterMs: 25_000, pauseMs: 30_000 }]
      })
      assert.strictEqual(outcome.report.outcome, "cancelled")
      assert.isEmpty(movesOf(outcome, "n0", "reactivated"))
    }))

  it.live("is made although a listing that lags shows the execution before it", () =>
    Effect.gen(function*() {
      const story: Story = {
        ...quiet,
        workflow: single,
        policy: reactivated(1),
        scenario: { seed: 1, tasks: [runs("n0", 5000)] }
      }
      const nth = yield* appendOf(story, "ReactivationPlanned")
      const outcome = yield* live({
        ...story,
        crashes: [{ at: "append", nth, isAfter: true, pauseMs: 60_000 }],
        faults: rules({
          when: { operations: ["Task_List"], fromMs: 30_000, untilMs: 90_000 },
          fault: { _tag: "Stale", lagMs: 63_000 }
        })
      })
      assert.lengthOf(movesOf(outcome, "n0", "reactivated"), 1)
    }))

  it.live("is not taken for made when the late answer to the task's add comes", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        workflow: single,
        policy: reactivated(1),
        scenario: { seed: 1, tasks: [runs("n0", 1000)] },
        faults: rules(
          {
            when: { operations: ["Task_AddCollection"], nth: 1 },
            fault: { ...refused, acts: true }
          },
          { when: { operations: ["Task_AddCollection"], untilMs: 10_000 }, fault: refused },
          { when: { operations: ["Task_Reactivate"], untilMs: 200_000 }, fault: refused }
        ),
        crashes: [{ at: "time", afterMs: 150_000, pauseMs: 0 }]
      })
      const accepted = eventsOf(outcome).filter(({ _tag }) => _tag === "TasksAccepted")
      assert.lengthOf(
        accepted,
        1,
        "the answer to the add came too late, that to the reactivation not"
      )
      assert.lengthOf(movesOf(outcome, "n0", "reactivated"), 1)
    }))

  it.live("that the last orchestrator made is not made once more by the next", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        workflow: nodesOf(
          Workflow.node("n0", "true"),
          Workflow.node("n1", "true"),
          Workflow.node("n2", "true", { after: ["n1"] })
        ),
        policy: reactivated(1),
        slotsPerNode: 1,
        scenario: {
          seed: 1,
          tasks: [runs("n0", 1000), runs("n1", 20_000, 0), runs("n2", 100_000, 0)]
        },
        faults: rules({
          when: { operations: ["Task_Reactivate"], nth: 2 },
          fault: { _tag: "Delay", delayMs: 50_000 }
        }, {
          when: { operations: ["Task_Reactivate"], nth: 1 },
          fault: { _tag: "Stall", acts: true }
        }),
        crashes: [{ at: "time", afterMs: 5000, pauseMs: 1000 }]
      })
      assert.lengthOf(movesOf(outcome, "n0", "reactivated"), 1)
    }))

  it.live("that comes late, after its orchestrator died and the next made it anew, does nothing", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        workflow: nodesOf(Workflow.node("n0", "true"), Workflow.node("n1", "true")),
        policy: reactivated(2),
        scenario: { seed: 1, tasks: [runs("n0", 1000), runs("n1", 200_000, 0)] },
        healAfterMs: 4000,
        lateness: { seed: 1, probability: 1, lateMs: 100_000, paths: ["/reactivate"] },
        crashes: [{ at: "time", afterMs: 4000, pauseMs: 1000 }]
      })
      assert.isAbove(outcome.faults["Late"] ?? 0, 0)
      assert.lengthOf(movesOf(outcome, "n0", "reactivated"), 2)
    }))
})

describe("an add", () => {
  it.live("that arrives after its node was cancelled leaves no task that runs for ever", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        slotsPerNode: 1,
        workflow: nodesOf(
          Workflow.node("n0", "true"),
          Workflow.node("n1", "true", { after: ["n0"], finalizer: true })
        ),
        scenario: { seed: 1, tasks: [runs("n0", 10_000_000, 0), runs("n1", 1000, 0)] },
        healAfterMs: 40_000,
        lateness: { seed: 1, probability: 1, lateMs: 30_000, paths: ["/addtaskcollection"] },
        wishes: [{ atMs: 10_000, wish: { _tag: "CancelRequested" } }]
      })
      const [endedAtMs] = movesOf(outcome, "n0", "terminated")
      assert.isAbove(endedAtMs ?? 0, outcome.beganAtMs + 30_000)
      assert.strictEqual(outcome.report.outcome, "cancelled")
    }))
})

describe("an orchestrator that takes a run over", () => {
  it.live("ends the job of a run that its last orchestrator had only declared ended", () =>
    Effect.gen(function*() {
      const story: Story = {
        ...quiet,
        workflow: single,
        scenario: { seed: 1, tasks: [runs("n0", 1000, 0)] }
      }
      const nth = yield* appendOf(story, "RunFinished")
      const outcome = yield* live({
        ...story,
        crashes: [{ at: "append", nth, isAfter: true, pauseMs: 10_000 }]
      })
      assert.strictEqual(outcome.crashes, 1)
      const isEnded = outcome.truth.some((event) =>
        event._tag === "JobMoved" && event.to === "completed"
      )
      assert.isTrue(isEnded, "the job is over")
    }))

  it.live("ends the tasks that its last orchestrator had withdrawn from the service and not ended", () =>
    Effect.gen(function*() {
      const story: Story = {
        ...quiet,
        workflow: nodesOf(
          Workflow.node("n0", "true"),
          Workflow.node("n1", "true", { after: ["n0"] }),
          Workflow.node("n2", "true")
        ),
        dependencyMode: "native",
        scenario: { seed: 1, tasks: [runs("n0", 5000), runs("n2", 100_000, 0)] }
      }
      const nth = yield* appendOf(story, "NodesWithdrawn")
      const outcome = yield* live({
        ...story,
        crashes: [{ at: "append", nth, isAfter: true, pauseMs: 1000 }]
      })
      const [endedAtMs] = movesOf(outcome, "n1", "terminated")
      assert.isBelow(endedAtMs ?? Infinity, outcome.beganAtMs + 60_000)
    }))
})

describe("a poll", () => {
  it.live("does not come sooner whenever something happens while tasks wait to be added", () =>
    Effect.gen(function*() {
      const polledAtMs = new Set<number>()
      const plain: Fate = { requestMs: 0, replyMs: 0 }
      const refusedUntilMs = 400_000
      const link: Link = {
        fateOf: (kind, _size, nowMs) => {
          if (kind === "listTasks") polledAtMs.add(nowMs)
          return kind === "addTasks" && nowMs > 0 && nowMs < refusedUntilMs
            ? { ...plain, trouble: { isActed: false, status: 503 } }
            : plain
        }
      }
      yield* LabIsEngineRun.run({
        ...quiet,
        pollMsMax: 1_000_000,
        workflow: nodesOf(
          Workflow.node("n0", "true"),
          Workflow.node("n1", "true"),
          Workflow.node("n2", "true", { after: ["n1"] }),
          Workflow.node("n3", "true"),
          Workflow.node("n4", "true", { after: ["n3"] })
        ),
        scenario: {
          seed: 1,
          tasks: [runs("n0", 500_000, 0), runs("n3", 10_000, 0), runs("n*", 1000, 0)]
        }
      }, { link, record: LabIsEngineLink.emptyRecord(), unitAt: () => 0.5 })
      // The add of n2 is refused again and again, each time an event, and n4 waits behind it.
      const quietAtMs = [...polledAtMs].filter((atMs) => atMs > 15_000 && atMs < refusedUntilMs)
      const waitsMs = quietAtMs.slice(1).map((atMs, index) => atMs - (quietAtMs[index] ?? 0))
      assert.isAtLeast(waitsMs.length, 3)
      assert.deepStrictEqual(waitsMs, waitsMs.toSorted((left, right) => left - right))
    }))
})

describe("an alarm", () => {
  it.live("that rings before its time by the clock rings again, although nothing else happens", () =>
    Effect.gen(function*() {
      const outcome = yield* live({
        ...quiet,
        timersEarlyMs: 1,
        workflow: single,
        policy: Policy.retry({ max: 20, backoff: Backoff.constant(5000) }),
        retriesMax: 20,
        scenario: { seed: 1, tasks: [{ ...runs("n0", 1000), attempts: { to: 20 } }] }
      })
      assert.lengthOf(eventsOf(outcome).filter(({ _tag }) => _tag === "ReactivationPlanned"), 20)
    }))
})

describe("a clock", () => {
  const story: Story = {
    ...quiet,
    workflow: nodesOf(
      Workflow.node("n0", "true"),
      Workflow.node("n1", "true", { after: ["n0"] }),
      Workflow.node("n2", "true", { watch: { runMsMax: 100_000 } })
    ),
    policy: Policy.retry({ max: 3, backoff: Backoff.constant(20_000) }),
    retriesMax: 3,
    scenario: {
      seed: 1,
      tasks: [
        { ...runs("n0", 10_000), attempts: { to: 2 } },
        runs("n1", 30_000, 0),
        runs("n2", 80_000, 0)
      ]
    }
  }
  const tookMs = ({ beganAtMs, truth }: World.Outcome): number =>
    truth.reduce((latest, { atMs }) => Math.max(latest, atMs), 0) - beganAtMs

  for (const byMs of [-3_600_000, -10_000, 10_000, 3_600_000]) {
    it.live(`that is set on by ${byMs / 1000} s keeps nothing waiting and ends nothing as stuck`, () =>
      Effect.gen(function*() {
        const usual = yield* World.live(story, durationMsMax)
        const clockSteps = [{ atMs: 45_000, byMs }]
        const outcome = yield* World.live({ ...story, clockSteps }, durationMsMax)
        assert.strictEqual(outcome.report.outcome, "succeeded")
        assert.deepStrictEqual(
          outcome.report.nodes.map(({ attempts }) => attempts),
          [3, 1, 1]
        )
        assert.isBelow(tookMs(outcome), tookMs(usual) + 30_000)
      }))
  }
})
