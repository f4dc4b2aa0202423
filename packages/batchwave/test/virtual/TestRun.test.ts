import * as Backoff from "@batchwave/core/Backoff"
import * as Policy from "@batchwave/core/Policy"
import { assert, describe, it } from "@effect/vitest"
import { Output, Pipeline, sh } from "batchwave"
import { TestRun, VirtualTime } from "batchwave/testing"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const hourMs = 3_600_000

const pipeline = Pipeline.make("two", {}, (p) => {
  const made = p.task("make", {
    run: sh`make`,
    output: Output.json(Schema.Struct({ count: Schema.Int }))
  })
  p.task("use", { run: sh`use ${made.output.at("count")}` })
})

const scenario = {
  tasks: [
    { tasks: "make", files: { "output.json": "{\"count\": 3}" } },
    { duration: { _tag: "Fixed", value: hourMs } as const }
  ]
}

describe("TestRun", () => {
  it.live("runs a pipeline for hours at once, with the outputs of the scenario", () =>
    Effect.gen(function*() {
      const { durationMs, outputOf, report, requests } = yield* VirtualTime.run(
        TestRun.run(pipeline, { scenario })
      )
      assert.deepStrictEqual(report.nodes.map(({ outcome }) => outcome), ["succeeded", "succeeded"])
      assert.strictEqual(report.nodes[0]?.runTimeMs, hourMs)
      assert.isAtLeast(durationMs, 2 * hourMs)
      assert.strictEqual(requests.operations["Task_AddCollection"]?.count, 2)
      assert.deepStrictEqual(outputOf("make", "output"), { count: 3 })
    }))

  it.live("retries by the policy, and waits its backoff", () =>
    Effect.gen(function*() {
      const failing = {
        tasks: [
          { tasks: "make", attempts: { to: 2 }, failures: [{ exitCode: 9, probability: 1 }] },
          ...scenario.tasks
        ]
      }
      const policy = Policy.retry({ max: 2, backoff: Backoff.constant(hourMs) })
      const { durationMs, report } = yield* VirtualTime.run(
        TestRun.run(pipeline, { scenario: failing, config: { policy } })
      )
      assert.strictEqual(report.outcome, "succeeded")
      assert.strictEqual(report.nodes[0]?.attempts, 3)
      assert.isAtLeast(durationMs, 6 * hourMs)
    }))

  it.live("tells a failed node in the report, and does not fail", () =>
    Effect.gen(function*() {
      const { report } = yield* VirtualTime.run(
        TestRun.run(pipeline, { scenario: { tasks: [{ setupFailure: { probability: 1 } }] } })
      )
      assert.deepStrictEqual(report.nodes.map(({ outcome }) => outcome), ["failed", "blocked"])
    }))

  it.live("tells how long a task may run in the units that people take", () =>
    Effect.gen(function*() {
      const { report } = yield* VirtualTime.run(
        TestRun.run(pipeline, { scenario, config: { runMsMax: 5 * 60_000 } })
      )
      assert.match(report.nodes[0]?.failure ?? "", /it has run for \d+ min.*, longer than 5 min/)
    }))

  it.live("ends a task that the service puts back too often, as its policy decides, and counts anew", () =>
    Effect.gen(function*() {
      const minuteMs = 60_000
      const fixed = (value: number) => ({ _tag: "Fixed", value }) as const
      const { events, report } = yield* VirtualTime.run(
        TestRun.run(
          Pipeline.make("spot", {}, (p) => {
            p.task("long", {
              run: sh`long`,
              watchdog: { requeues: 2 },
              policy: Policy.on("Stuck", Policy.retry({ max: 1 }))
            })
          }),
          {
            scenario: {
              tasks: [{ duration: fixed(hourMs) }],
              nodes: [{ life: fixed(10 * minuteMs), away: fixed(minuteMs) }]
            },
            config: { stallMsMax: 4 * minuteMs }
          }
        )
      )
      const told = events.flatMap(({ event }) =>
        event._tag === "TaskStuck" || event._tag === "TaskRequeued" ? [event._tag] : []
      )
      const once = ["TaskRequeued", "TaskRequeued", "TaskRequeued", "TaskStuck"]
      assert.deepStrictEqual(told, [...once, ...once])
      assert.include(
        report.nodes[0]?.failure,
        "made no progress: the service has put it back in its queue 3 times, more than 2"
      )
    }))

  it.live("says why the service put a task back, as far as the nodes it was on still tell", () =>
    Effect.gen(function*() {
      const minuteMs = 60_000
      const asked: Array<unknown> = []
      const { events, report, requests } = yield* VirtualTime.run(
        TestRun.run(
          Pipeline.make("spot", {}, (p) => {
            p.task("long", {
              run: sh`exit 3`,
              policy: Policy.make("asks", (context) => {
                asked.push(context.requeues)
                return Policy.giveUp.decide(context)
              })
            })
          }),
          {
            nodes: 3,
            slotsPerNode: 1,
            scenario: {
              tasks: [{
                duration: { _tag: "Fixed", value: hourMs } as const,
                failures: [{ exitCode: 3, probability: 1 }]
              }]
            },
            faults: {
              rules: [],
              nodes: [
                { nodes: "node-2", atMs: 10 * minuteMs, state: "preempted" },
                { nodes: "node-3", atMs: 20 * minuteMs, state: "unusable" },
                { nodes: "node-1", atMs: 30 * minuteMs, state: "preempted", returnAfterMs: 1 }
              ]
            }
          }
        )
      )
      const causes = events.flatMap(({ event }) =>
        event._tag === "TaskRequeued" ? [event.cause] : []
      )
      assert.deepStrictEqual(causes, ["Preempted", "NodeLost", "Unknown"])
      const requeues = { Preempted: 1, NodeLost: 1, Unknown: 1 }
      assert.deepStrictEqual(asked, [requeues])
      assert.deepStrictEqual(report.requeues, requeues)
      assert.deepStrictEqual(report.nodes[0]?.requeues, requeues)
      assert.strictEqual(report.nodes[0]?.attempts, 1)
      assert.strictEqual(requests.operations["ComputeNode_List"]?.count, 3)
    }))

  it.live("takes up its pace again within a minute after the service has throttled it", () =>
    Effect.gen(function*() {
      const many = Pipeline.make("many", {}, (p) => {
        p.each("n", Array.from({ length: 3_000 }, (_, index) => index), {
          key: String,
          max: 3_000
        }, () => ({ run: sh`n` }))
      })
      const throttledMs = 20 * 60_000
      const { events, report } = yield* VirtualTime.run(
        TestRun.run(many, {
          faults: {
            rules: [{
              when: { operations: ["Task_AddCollection"], untilMs: throttledMs },
              fault: { _tag: "Status", status: 503, code: "ServerBusy" }
            }]
          }
        })
      )
      assert.strictEqual(report.outcome, "succeeded")
      const startedMs = events[0]?.atMs ?? 0
      const accepted = events.filter(({ event }) => event._tag === "TasksAccepted")
      const last = accepted.at(-1)?.atMs ?? Infinity
      assert.isAtLeast(accepted[0]?.atMs ?? 0, startedMs + throttledMs)
      assert.isBelow(last - startedMs - throttledMs, 60_000, "L3")
      const isHindered = events.some(({ event }) =>
        event._tag === "RunHindered" && event.cause === "throttling"
      )
      assert.isTrue(isHindered, "the fault was felt")
    }))

  it.live("says once that the service does not answer, and when it does again", () =>
    Effect.gen(function*() {
      const { events, report } = yield* VirtualTime.run(
        TestRun.run(pipeline, {
          scenario,
          faults: {
            rules: [{
              when: { operations: ["Task_List"], fromMs: 60_000, untilMs: 900_000 },
              fault: { _tag: "Drop" }
            }]
          }
        })
      )
      assert.strictEqual(report.outcome, "succeeded")
      assert.deepStrictEqual(report.nodes.map(({ attempts }) => attempts), [1, 1])
      const told = events.filter(({ event }) =>
        event._tag === "RunHindered" || event._tag === "RunUnhindered"
      )
      assert.deepStrictEqual(
        told.map(({ event }) => [event._tag, "cause" in event ? event.cause : ""]),
        [["RunHindered", "unreachable"], ["RunUnhindered", "unreachable"]]
      )
      const [begun = 0, ended = 0] = told.map(({ atMs }) => atMs - (events[0]?.atMs ?? 0))
      assert.isTrue(begun >= 75_000 && begun < 90_000, `told after ${begun} ms`)
      assert.isTrue(ended >= 900_000 && ended < 1_000_000, `over after ${ended} ms`)
    }))

  it.live("fails when an option is wrong", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(VirtualTime.run(TestRun.run(pipeline, { nodes: -1 })))
      assert.include(error.message, "nodes must be a whole number")
      const idle = yield* Effect.flip(
        VirtualTime.run(TestRun.run(pipeline, { config: { concurrency: 0 } }))
      )
      assert.include(idle.message, "concurrency is 0; give a whole number of at least 1")
    }))
})
