/**
 * Results kept across runs: what is taken from there, what is not, and why.
 */
import * as Definition from "@batchwave/core/Definition"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import * as CacheKey from "@batchwave/engine/CacheKey"
import * as CachePreview from "@batchwave/engine/CachePreview"
import * as DirectoryCache from "@batchwave/engine/DirectoryCache"
import * as OutputValue from "@batchwave/engine/OutputValue"
import { ResultCache } from "@batchwave/engine/ResultCache"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as World from "./EngineWorld.ts"

const node = Workflow.node

/** Makes a list, counts it into a file, reads the file and a local one. */
const nodesOf = (
  local: string,
  rest: { readonly count?: string; readonly version?: string; readonly list?: string } = {}
): ReadonlyArray<Workflow.WorkflowNode> => [
  node("list", rest.list ?? `printf '{"rows":[1,2,3]}' > output.json`, {
    cache: {},
    outputs: [{ _tag: "Json", name: "output", path: "output.json" }]
  }),
  node("count", rest.count ?? `grep -o '[0-9]' "$BATCHWAVE_INPUTS_FILE" | wc -l > count.txt`, {
    after: ["list"],
    cache: rest.version === undefined ? {} : { version: rest.version },
    inputs: { rows: { _tag: "Value", from: { node: "list", output: "output" }, path: ["rows"] } },
    outputs: [{ _tag: "File", name: "count", path: "count.txt" }]
  }),
  node("report", "cat count.txt extra.txt > report.txt", {
    after: ["count"],
    cache: {},
    files: [
      { path: "count.txt", source: { _tag: "Output", from: { node: "count", output: "count" } } },
      { path: "extra.txt", source: { _tag: "Local", path: local } }
    ],
    outputs: [{ _tag: "File", name: "report", path: "report.txt" }]
  })
]

const makeWorld = Effect.gen(function*() {
  const world = yield* World.make
  const local = join(world.directory, "extra.txt")
  writeFileSync(local, "extra\n")
  const cache = join(world.directory, "cache")
  let count = 0
  return {
    world,
    local,
    cache,
    run: Effect.fnUntraced(function*(
      nodes: ReadonlyArray<Workflow.WorkflowNode>,
      options: Partial<World.RunSpec> = {}
    ) {
      const runId = options.runId ?? `run-${++count}`
      const events: Array<RunEvent> = []
      const result = yield* World.run(world, {
        nodes,
        cache,
        observer: (seen) => events.push(...seen),
        ...options,
        runId
      })
      const started = events.flatMap((event) =>
        event._tag === "TasksAccepted" ? event.tasks.map((task) => nodes[task.node]!.name) : []
      )
      const reasons = new Map(
        events.flatMap((event) =>
          event._tag === "CacheMissed" ? [[nodes[event.node]!.name, event] as const] : []
        )
      )
      return { ...result, runId, events, started, reasons }
    })
  }
})

const differing = (
  { reasons }: {
    readonly reasons: ReadonlyMap<string, RunEvent & { readonly _tag: "CacheMissed" }>
  },
  name: string
) => reasons.get(name)?.differing

describe("the cache of results", () => {
  it.live(
    "gives an equal run everything, files included, without a task",
    () =>
      Effect.gen(function*() {
        const { local, run, world } = yield* makeWorld
        const first = yield* run(nodesOf(local))
        assert.deepStrictEqual(first.started.toSorted(), ["count", "list", "report"])
        const second = yield* run(nodesOf(local))
        assert.deepStrictEqual(second.started, [])
        assert.strictEqual(second.report.outcome, "succeeded")
        assert.deepStrictEqual(second.report.nodes.map(({ cachedFrom }) => cachedFrom), [
          "run-1",
          "run-1",
          "run-1"
        ])
        assert.deepStrictEqual(second.outputOf("list", "output"), { rows: [1, 2, 3] })
        const key = OutputValue.keyOf(second.outputOf("report", "report")) ?? ""
        const file = join(world.directory, "run-2", "artifacts", key)
        assert.strictEqual(readFileSync(file, "utf8").replace(/^ +/, ""), "3\nextra\n")
      })
  )

  it.live(
    "names what differs, and stops where results are equal again",
    () =>
      Effect.gen(function*() {
        const { local, run } = yield* makeWorld
        yield* run(nodesOf(local))
        // Another command with the same result: what comes after it has its inputs unchanged.
        const other = yield* run(
          nodesOf(local, { list: `printf '{"rows":[1,2,3] }' > output.json` })
        )
        assert.deepStrictEqual(other.started, ["list"])
        assert.deepStrictEqual(differing(other, "list"), ["command"])
        // Another result: what reads it differs by its input.
        const longer = yield* run(
          nodesOf(local, { list: `printf '{"rows":[1,2,3,4]}' > output.json` })
        )
        assert.deepStrictEqual(longer.started, ["list", "count", "report"])
        assert.deepStrictEqual(differing(longer, "count"), ["input rows"])
        assert.deepStrictEqual(differing(longer, "report"), ["file count.txt"])
        // Another version, by the author's word.
        const versioned = yield* run(nodesOf(local, { version: "2" }))
        assert.deepStrictEqual(versioned.started, ["count"])
        assert.deepStrictEqual(differing(versioned, "count"), ["version"])
        // Other contents of a local file, of the same length.
        writeFileSync(local, "other\n")
        const changed = yield* run(nodesOf(local))
        assert.deepStrictEqual(changed.started, ["report"])
        assert.deepStrictEqual(differing(changed, "report"), ["file extra.txt"])
      })
  )

  it.live("never keeps a failure", () =>
    Effect.gen(function*() {
      const { run } = yield* makeWorld
      const nodes = [
        node("bad", "exit 3", { cache: {} }),
        node("lacking", "true", {
          cache: {},
          outputs: [{ _tag: "Json", name: "output", path: "output.json" }]
        })
      ]
      const policy = { config: { failureMode: "keepGoing" as const } }
      const first = yield* run(nodes, policy)
      const second = yield* run(nodes, policy)
      for (const { events, report, started } of [first, second]) {
        assert.strictEqual(report.counts.failed, 2)
        assert.deepStrictEqual([...new Set(started)].toSorted(), ["bad", "lacking"])
        assert.isFalse(events.some(({ _tag }) => _tag === "CacheStored"))
      }
      assert.strictEqual(second.reasons.get("bad")?.reason, "it has no result of this node yet")
    }))

  it.live(
    "gives no damaged file: the node runs, and its result is kept anew",
    () =>
      Effect.gen(function*() {
        const { cache, local, run } = yield* makeWorld
        yield* run(nodesOf(local))
        const kept = readdirSync(join(cache, "files"), { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith("report.txt"))
        assert.lengthOf(kept, 1)
        writeFileSync(join(cache, "files", kept[0]!), "nonsense")
        const second = yield* run(nodesOf(local))
        assert.deepStrictEqual(second.started, ["report"])
        assert.match(second.reasons.get("report")?.reason ?? "", /was damaged, so it was removed/)
        assert.deepStrictEqual((yield* run(nodesOf(local))).started, [])
      })
  )

  it.live(
    "does not keep what was made from a file that changed meanwhile",
    () =>
      Effect.gen(function*() {
        const { local, run } = yield* makeWorld
        const nodes = [node("reader", `cat in.txt; printf changed > ${local}`, {
          cache: {},
          files: [{ path: "in.txt", source: { _tag: "Local", path: local } }]
        })]
        const first = yield* run(nodes)
        const told = first.events.find(({ _tag }) => _tag.startsWith("CacheN"))
        assert.deepStrictEqual(told, {
          _tag: "CacheNotStored",
          task: { node: 0, submission: 1 },
          reason: "what it was made from has changed since it was looked for"
        })
      })
  )

  it.live(
    "is left alone by a run without one, and does not check shapes it did not check",
    () =>
      Effect.gen(function*() {
        const { local, run } = yield* makeWorld
        yield* run(nodesOf(local))
        const checked = yield* run(nodesOf(local), {
          definition: {
            checkOutput: (_node, _output, value) =>
              Array.isArray(value)
                ? { _tag: "Valid", value }
                : { _tag: "Invalid", problems: ["it is no list"] }
          }
        })
        assert.strictEqual(
          checked.reasons.get("list")?.reason,
          `the kept output "output" does not fit any more: it is no list`
        )
        const nodes = nodesOf(local)
        const off = yield* World.run((yield* makeWorld).world, { nodes, runId: "off" })
        assert.strictEqual(off.report.cached, 0)
      })
  )

  it.live(
    "is told the result of a node that somebody runs again, and not asked for it",
    () =>
      Effect.gen(function*() {
        const { local, run } = yield* makeWorld
        const nodes = nodesOf(local)
        yield* run(nodes)
        const cached = yield* run(nodes)
        const again = yield* run(nodes, {
          runId: cached.runId,
          wishes: [{ _tag: "RerunRequested", nodes: [0] }]
        })
        assert.deepStrictEqual(again.started, ["list"])
        assert.strictEqual(again.reasons.get("list")?.reason, "somebody asked for it to run again")
        const third = yield* run(nodes)
        assert.strictEqual(third.report.nodes[0]?.cachedFrom, cached.runId)
      })
  )

  it.live("previews a plan, and prunes what nobody used", () =>
    Effect.gen(function*() {
      const { cache, local, run } = yield* makeWorld
      yield* run(nodesOf(local))
      const services = yield* Layer.build(DirectoryCache.layer(cache))
      const results = Context.get(services, ResultCache)
      const preview = (nodes: ReadonlyArray<Workflow.WorkflowNode>) => {
        const plan = World.planOf(nodes)
        const definition = Definition.make(plan.workflow)
        return CachePreview.make(results, definition, plan, CacheKey.localPlace)
      }
      assert.deepStrictEqual(yield* preview(nodesOf(local)), [
        { _tag: "Cached", node: "list", from: "run-1" },
        { _tag: "Cached", node: "count", from: "run-1" },
        { _tag: "Cached", node: "report", from: "run-1" }
      ])
      assert.deepStrictEqual(yield* preview(nodesOf(local, { count: "echo 3 > count.txt" })), [
        { _tag: "Cached", node: "list", from: "run-1" },
        { _tag: "Runs", node: "count", reason: "one part differs from run run-1: command" },
        { _tag: "Unknown", node: "report", reason: `it reads what "count" leaves behind` }
      ])
      const nowMs = statSync(join(cache, "cache.db")).mtimeMs
      assert.deepStrictEqual(yield* results.prune(0, nowMs), { entries: 0, files: 0, bytes: 0 })
      const later = yield* results.prune(nowMs * 2, nowMs * 2)
      assert.deepStrictEqual({ entries: later.entries, files: later.files }, {
        entries: 3,
        files: 2
      })
      assert.strictEqual((yield* run(nodesOf(local))).report.cached, 0)
    }))
})
