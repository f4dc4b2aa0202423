import type { RunEvent } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as EventLines from "batchwave/screen/EventLines"
import * as Style from "batchwave/screen/Style"
import { endedTask, planOf, stateAfter } from "./World.ts"

const plan = planOf(Array.from({ length: 10 }, (_, index) => [`n${index}`, []]))
const state = stateAfter(plan, endedTask(3, 75))

const told = (events: ReadonlyArray<RunEvent>): ReadonlyArray<string> =>
  EventLines.make(events, state, Style.make(false)).map((line) => line.text)

const retry = (afterMs: number): Extract<RunEvent, { readonly _tag: "RetryDecided" }> => ({
  _tag: "RetryDecided",
  node: 3,
  via: "reactivate",
  dueAtMs: afterMs,
  decision: { _tag: "Retry", afterMs, via: "auto", reason: "exit code 75; retry 1 of 2" }
})

describe("EventLines", () => {
  it("says why a node is retried, when and how", () => {
    assert.deepStrictEqual(told([retry(500), retry(0)]), [
      "n3 failed: exit code 75; retry 1 of 2 in 0.5 s (reactivate)",
      "n3 failed: exit code 75; retry 1 of 2 now (reactivate)"
    ])
  })

  it("gives up to five successes a line each and counts more in one", () => {
    const successes = (count: number): ReadonlyArray<RunEvent> =>
      Array.from({ length: count }, (_, node) => ({ _tag: "NodeSucceeded", node }))
    assert.strictEqual(told(successes(5)).length, 5)
    assert.deepStrictEqual(told(successes(6)), ["6 nodes succeeded: n0, n1, n2, n3, n4, n5"])
  })

  it("tells one submission in one line, with the first names", () => {
    const tasks = Array.from({ length: 10 }, (_, node) => ({ node, submission: 1 }))
    assert.deepStrictEqual(told([{ _tag: "TasksAccepted", tasks }]), [
      "submitted 10 tasks: n0, n1, n2, n3, n4, n5, n6, n7 and 2 more"
    ])
  })

  it("tells a reactivation from a submission, also of a node that had both", () => {
    const reactivate: ReadonlyArray<RunEvent> = [
      retry(0),
      { _tag: "ReactivationPlanned", task: { node: 3, submission: 1 } }
    ]
    const resubmit: ReadonlyArray<RunEvent> = [
      { ...retry(0), via: "resubmit" },
      { _tag: "SubmissionPlanned", tasks: [{ node: 3, submission: 2 }] }
    ]
    const accepted = (submission: number): RunEvent => ({
      _tag: "TasksAccepted",
      tasks: [{ node: 3, submission }]
    })
    const toldAfter = (events: ReadonlyArray<RunEvent>, submission: number) =>
      EventLines.make(
        [accepted(submission)],
        stateAfter(plan, [...events, accepted(submission)]),
        Style.make(false)
      ).map((line) => line.text)
    const failed = endedTask(3, 75)
    const again = [...failed, ...reactivate]
    const failedAgain = endedTask(3, 76).slice(-1)
    assert.deepStrictEqual(toldAfter(again, 1), ["reactivated 1 task: n3 (attempt 2)"])
    assert.deepStrictEqual(toldAfter([...failed, ...resubmit], 2), [
      "submitted 1 task: n3 (attempt 2)"
    ])
    assert.deepStrictEqual(toldAfter([...again, accepted(1), ...failedAgain, ...resubmit], 2), [
      "submitted 1 task: n3 (attempt 3)"
    ])
  })

  it("marks what went wrong as worth showing beside a moving picture, and nothing else", () => {
    const lines = EventLines.make(
      [
        { _tag: "NodeSucceeded", node: 0 },
        retry(0),
        { _tag: "NodesBlocked", nodes: [1], by: [3] },
        { _tag: "RunFinished", outcome: "failed" }
      ],
      state,
      Style.make(false)
    )
    assert.deepStrictEqual(lines.map((line) => line.isNotable), [false, true, true, false])
  })

  it("says what keeps the whole run waiting, and when it does no longer", () => {
    assert.deepStrictEqual(
      told([
        { _tag: "RunHindered", cause: "quota", message: "the job quota is\nreached", untilMs: 9 },
        { _tag: "RunUnhindered", cause: "quota" },
        { _tag: "RunHindered", cause: "unreachable", message: "no listing" },
        { _tag: "RunHindered", cause: "noProgress", message: "no node" }
      ]),
      [
        "waiting: the account has no room for a job: the job quota is reached",
        "no longer: the account has no room for a job",
        "waiting: the service does not answer: no listing",
        "waiting: nothing happens: no node"
      ]
    )
  })

  it("keeps control sequences of names and messages out", () => {
    const hostile = stateAfter(planOf([["a\u{1b}[2J\nb", []]]), endedTask(0, 1))
    const [line] = EventLines.make(
      [{
        _tag: "NodeFailed",
        node: 0,
        failure: { _tag: "SetupFailed", code: "X", message: "m\u{1b}]0;t\u{7}\nn" },
        reason: "r"
      }],
      hostile,
      Style.make(false)
    )
    assert.strictEqual(line?.text, "a b failed for good: could not start (X): m n (r)")
  })
})
