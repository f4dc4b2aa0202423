import type { RunEvent, TaskReference } from "@batchwave/core/RunEvent"
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as EventText from "../src/EventText.ts"

const reference: FastCheck.Arbitrary<TaskReference> = FastCheck.record({
  node: FastCheck.nat(5),
  submission: FastCheck.integer({ min: 1, max: 3 })
})

const references = FastCheck.array(reference, { maxLength: 4 })

const end = FastCheck.record({
  transition: FastCheck.constantFrom("2026-01-01T00:00:00.0000000Z", ""),
  result: FastCheck.constantFrom("success" as const, "failure" as const),
  runTimeMs: FastCheck.oneof(FastCheck.nat(), FastCheck.double({ min: 0, max: 9, noNaN: true })),
  exitCode: FastCheck.constantFrom(0, 0, 1)
}, { requiredKeys: ["transition", "result", "runTimeMs"] })

/** Few nodes and few kinds, so that what may be packed together often stands side by side. */
const event: FastCheck.Arbitrary<RunEvent> = FastCheck.oneof(
  references.map((tasks): RunEvent => ({ _tag: "SubmissionPlanned", tasks })),
  references.map((tasks): RunEvent => ({ _tag: "TasksAccepted", tasks })),
  references.map((tasks): RunEvent => ({ _tag: "TasksTerminated", tasks })),
  reference.map((task): RunEvent => ({ _tag: "TaskStarted", task })),
  FastCheck.tuple(reference, end).map(([task, end]): RunEvent => ({
    _tag: "TaskEnded",
    task,
    end
  })),
  FastCheck.nat(5).map((node): RunEvent => ({ _tag: "NodeSucceeded", node })),
  FastCheck.constant<RunEvent>({ _tag: "RunFinished", outcome: "succeeded" })
)

const started = (node: number): RunEvent => ({ _tag: "TaskStarted", task: { node, submission: 1 } })

const success = (node: number, exitCode = 0): ReadonlyArray<RunEvent> => [
  {
    _tag: "TaskEnded",
    task: { node, submission: 1 },
    end: { transition: "t", result: "success", runTimeMs: 5, exitCode }
  },
  { _tag: "NodeSucceeded", node }
]

describe("EventText", () => {
  it("reads back every list of events as it was", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(event, { maxLength: 30 }), (events) => {
        assert.deepStrictEqual(EventText.read(EventText.write(events)), events)
      }),
      { numRuns: 2000 }
    )
  })

  it("packs successes and starts that follow each other", () => {
    const events = [...success(1), ...success(2), started(3), started(4)]
    assert.strictEqual(
      EventText.write(events),
      "[[\"TaskSucceeded\",1,1,\"t\",5,2,1,\"t\",5],[\"TaskStarted\",3,1,4,1]]"
    )
  })

  it("keeps two events of the same kind apart where each has tasks of its own", () => {
    const accepted: RunEvent = { _tag: "TasksAccepted", tasks: [{ node: 1, submission: 1 }] }
    assert.deepStrictEqual(EventText.read(EventText.write([accepted, accepted])), [
      accepted,
      accepted
    ])
  })

  it("keeps an end apart from the success of another node", () => {
    const events = [success(1)[0]!, success(2)[1]!]
    assert.strictEqual(
      EventText.write(events),
      "[[\"TaskEnded\",1,1,\"t\",5],{\"_tag\":\"NodeSucceeded\",\"node\":2}]"
    )
    assert.deepStrictEqual(EventText.read(EventText.write(events)), events)
  })

  it("does not pack an end with another exit code", () => {
    const events = success(1, 3)
    assert.strictEqual(EventText.write(events), JSON.stringify(events))
  })

  it("does not pack an end that says something more", () => {
    const [, node] = success(1)
    const events: ReadonlyArray<RunEvent> = [{
      _tag: "TaskEnded",
      task: { node: 1, submission: 1 },
      end: {
        transition: "t",
        result: "success",
        runTimeMs: 5,
        exitCode: 0,
        failureInfo: { category: "userError", code: "X", message: "m" }
      }
    }, node!]
    assert.deepStrictEqual(EventText.read(EventText.write(events)), events)
  })

  it("reads the events of version 2, which are objects", () => {
    const events = [...success(1), started(2)]
    assert.deepStrictEqual(EventText.read(JSON.stringify(events)), events)
  })
})
