import { assert, describe, it } from "@effect/vitest"
import * as RunQuery from "batchwave/run/RunQuery"
import { planOf, runningTask, stateAfter } from "../screen/World.ts"

const hindered = stateAfter(planOf([["a", []], ["b", ["a"]]]), [
  ...runningTask(0),
  { _tag: "RunHindered", cause: "jobDisabled", message: "somebody disabled it" },
  { _tag: "RunHindered", cause: "throttling", message: "ServerBusy", untilMs: 600_000 }
])

const textOf = (tag: "Status" | "Explain", isLive: boolean, state = hindered): string => {
  const query = tag === "Status" ? { _tag: tag } as const : { _tag: tag, nodes: [] } as const
  const reply = RunQuery.answer(query, { runId: "r", state, isLive }, 90_000)
  return reply._tag === "Done" ? reply.text : reply.message
}

const waits = [
  "it waits: the job is disabled for 1 min 30 s: somebody disabled it",
  "it waits: the service takes less than it is given for 1 min 30 s: ServerBusy (the run gives up in 8 min 30 s)"
]

describe("what keeps a whole run waiting", () => {
  it("is told by status, with when the run gives up, and before the nodes by explain", () => {
    assert.deepStrictEqual(textOf("Status", true).split("\n"), [
      "run r is running: 2 pending; 1 task in the service, 0 retried, keepGoing",
      ...waits
    ])
    assert.deepStrictEqual(textOf("Explain", true).split("\n"), [
      ...waits,
      "a: it is running",
      "b: its rule allSucceeded waits for \"a\""
    ])
    const reply = RunQuery.answer(
      { _tag: "Status" },
      { runId: "r", state: hindered, isLive: true },
      0
    )
    assert.deepPropertyVal(reply._tag === "Done" ? reply.value : {}, "hindrances", [
      { cause: "jobDisabled", message: "somebody disabled it", sinceMs: 0 },
      { cause: "throttling", message: "ServerBusy", sinceMs: 0, untilMs: 600_000 }
    ])
  })

  it("is told of no run that nobody works on, and not when it is over", () => {
    assert.notInclude(textOf("Status", false), "it waits")
    assert.notInclude(textOf("Explain", false), "it waits")
    const over = stateAfter(hindered.plan, [
      { _tag: "RunHindered", cause: "quota", message: "full" },
      { _tag: "RunUnhindered", cause: "quota" }
    ])
    assert.notInclude(textOf("Status", true, over), "it waits")
  })
})
