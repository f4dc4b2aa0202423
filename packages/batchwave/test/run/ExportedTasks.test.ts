/** Which tasks of a run can be told, and that they are told as they are sent. */
import * as RunState from "@batchwave/core/RunState"
import type { ArtifactStoreShape } from "@batchwave/engine/ArtifactStore"
import * as JobPlace from "@batchwave/engine/JobPlace"
import { assert, describe, it } from "@effect/vitest"
import { File, Output, Pipeline, sh } from "batchwave"
import * as ExportedTasks from "batchwave/run/ExportedTasks"
import * as NamingStore from "batchwave/run/NamingStore"
import { Effect, Result, Schema } from "effect"
import { fileURLToPath } from "node:url"
import * as World from "../screen/World.ts"

const container = "https://a.example/c"

const base: ArtifactStoreShape = {
  putFile: () => Effect.die("nothing is kept"),
  putBytes: () => Effect.die("nothing is kept"),
  sourceUrl: (key) => `${container}/r/${key}?S`,
  destination: (key) => ({ containerUrl: `${container}?S`, path: `r/${key}` }),
  locate: () => Effect.die("nothing is kept")
}

const here = fileURLToPath(import.meta.url)

const planned = (file: string) =>
  Result.getOrThrow(
    Pipeline.make("p", {}, (p) => {
      const made = p.task("made", {
        run: sh`cat ${File.local(file)} > out`,
        output: Output.file("out")
      })
      const count = p.task("count", {
        run: sh`wc -c < ${made.output} > output.json`,
        output: Output.json(Schema.Int)
      })
      const told = p.task("told", { run: sh`echo ${count.output}` })
      p.task("last", { run: sh`true`, after: [told] })
    }).compile({})
  ).plan

const exported = Effect.fnUntraced(function*(
  state: RunState.RunState,
  nodes: ReadonlyArray<number> = [...state.plan.names.keys()]
) {
  const store = NamingStore.make(base, false)
  const job = JobPlace.make("bw-r")
  const found = yield* ExportedTasks.make(
    { runId: "r", plan: state.plan, state, job, store },
    new Set(nodes)
  )
  return { ...found, files: store.files }
})

describe("ExportedTasks", () => {
  it.effect("knows where files that are not there yet will be, and values only when they are", () =>
    Effect.gen(function*() {
      const plan = planned(here)
      const { files, left, tasks } = yield* exported(World.stateAfter(plan, []))
      assert.deepStrictEqual(tasks.map(({ displayName }) => displayName), ["made", "count", "last"])
      const [made, count] = tasks
      const [local] = made?.resourceFiles ?? []
      assert.deepStrictEqual([...files], [[local?.httpUrl, here]])
      const path = made?.outputFiles?.[0]?.destination.container?.path
      assert.deepStrictEqual(count?.resourceFiles?.map(({ httpUrl }) => httpUrl), [
        `${container}/${path}?S`
      ])
      assert.deepStrictEqual(left, [{
        node: "told",
        reason: "it reads the output \"output\" of \"count\", which is not there"
      }])
      const later = yield* exported(World.stateAfter(plan, [
        ...World.endedTask(1, 0),
        { _tag: "OutputsCollected", task: { node: 1, submission: 1 }, outputs: { output: 12 } },
        { _tag: "NodeSucceeded", node: 1 }
      ]))
      assert.deepStrictEqual(later.left, [])
      assert.include(later.tasks[2]?.commandLine, "echo 12")
    }))

  it.effect("tells of a file that cannot be read", () =>
    Effect.gen(function*() {
      const { left } = yield* exported(World.stateAfter(planned("/nowhere/at-all"), []), [0])
      assert.include(left[0]?.reason, "/nowhere/at-all")
    }))

  it.effect("names parents in the native mode, and the newest task of a node", () =>
    Effect.gen(function*() {
      const plan = World.planOf([["a", []], ["b", ["a"]]])
      const state = RunState.make(plan)
      const native = { seed: 1, dependencyMode: "native", failureMode: "keepGoing" } as const
      RunState.evolve(state, { _tag: "RunStarted", ...native }, 0)
      const { tasks } = yield* exported(state)
      assert.deepStrictEqual(tasks.map(({ dependsOn, id }) => [id, dependsOn]), [
        ["a", undefined],
        ["b", { taskIds: ["a"] }]
      ])
      const again = World.stateAfter(plan, [
        ...World.runningTask(0),
        { _tag: "TaskVanished", task: { node: 0, submission: 1 }, message: "gone" },
        {
          _tag: "RetryDecided",
          node: 0,
          decision: { _tag: "Retry", afterMs: 0, via: "resubmit", reason: "again" },
          via: "resubmit",
          dueAtMs: 0
        },
        { _tag: "SubmissionPlanned", tasks: [{ node: 0, submission: 2 }] }
      ])
      assert.deepStrictEqual((yield* exported(again, [0])).tasks.map(({ id }) => id), ["a-r2"])
    }))

  it.effect("tells no task of a node that settled without one", () =>
    Effect.gen(function*() {
      const plan = World.planOf([["a", []], ["b", ["a"]]])
      const state = World.stateAfter(plan, [
        ...World.failedNode(0),
        { _tag: "NodesBlocked", nodes: [1], by: [0] }
      ])
      const { left, tasks, without } = yield* exported(state)
      assert.deepStrictEqual([tasks.length, left.length, without], [1, 0, ["b"]])
    }))
})
