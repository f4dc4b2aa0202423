/**
 * Recorded workflows, imported, planned and run in virtual time. `BATCHWAVE_TRACES` names a directory of
 * WfFormat files; by default it is the collection beside the repository, if that is there.
 */
import * as Backoff from "@batchwave/core/Backoff"
import * as Plan from "@batchwave/core/Plan"
import * as Policy from "@batchwave/core/Policy"
import type { Workflow } from "@batchwave/core/Workflow"
import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import * as Pipeline from "@batchwave/pipeline/Pipeline"
import * as WfFormat from "@batchwave/pipeline/WfFormat"
import { assert, describe, it } from "@effect/vitest"
import * as TestRun from "batchwave/virtual/TestRun"
import * as VirtualTime from "batchwave/virtual/VirtualTime"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"

const directory = process.env["BATCHWAVE_TRACES"]
  ?? fileURLToPath(new URL("../../../shared/wfinstances", import.meta.url))

const files = existsSync(directory)
  ? readdirSync(directory).filter((name) => name.endsWith(".json")).toSorted()
  : []

/** Polled a hundred times in the time of the longest chain, so that what polls add is small. */
const configOf = (chainMs: number) => ({
  pollMsMin: 100,
  pollMsMax: Math.max(1000, Math.round(chainMs / 100)),
  patienceTries: 100_000
})

/** The longest time from the end of a task until its children are in the service. */
const lateMs = ({ pollMsMax, pollMsMin }: ReturnType<typeof configOf>): number =>
  2 * (pollMsMax + pollMsMin)

const read = (file: string): Workflow =>
  Result.getOrThrow(WfFormat.decode(JSON.parse(readFileSync(join(directory, file), "utf8"))))

interface Shape {
  readonly parents: ReadonlyArray<ReadonlyArray<number>>
  readonly durationsMs: ReadonlyArray<number>
}

const shapeOf = ({ nodes }: Workflow): Shape => {
  const indexOf = new Map(nodes.map(({ name }, index) => [name, index]))
  return {
    parents: nodes.map(({ after }) => after.map((name) => indexOf.get(name) ?? -1)),
    durationsMs: nodes.map(({ estimateMs = 0 }) => Math.max(1, Math.round(estimateMs)))
  }
}

/** The waves as one counts them by hand: again and again all nodes whose parents are counted. */
const waveWidths = ({ parents }: Shape): ReadonlyArray<number> => {
  const done = new Set<number>()
  const widths: Array<number> = []
  while (done.size < parents.length) {
    const wave = parents.flatMap((those, node) =>
      !done.has(node) && those.every((parent) => done.has(parent)) ? [node] : []
    )
    if (wave.length === 0) throw new Error("a cycle")
    for (const node of wave) done.add(node)
    widths.push(wave.length)
  }
  return widths
}

interface Longest {
  readonly ms: number
  readonly links: number
}

/** The longest chain by time, and the most links a chain has. */
const longest = ({ durationsMs, parents }: Shape): Longest => {
  const known = new Map<number, Longest>()
  const endingIn = (node: number): Longest => {
    const before = known.get(node)
    if (before !== undefined) return before
    const own = best((parents[node] ?? []).map(endingIn))
    const found = { ms: own.ms + (durationsMs[node] ?? 0), links: own.links + 1 }
    known.set(node, found)
    return found
  }
  return best(durationsMs.map((_, node) => endingIn(node)))
}

const best = (chains: ReadonlyArray<Longest>): Longest => ({
  ms: Math.max(0, ...chains.map(({ ms }) => ms)),
  links: Math.max(0, ...chains.map(({ links }) => links))
})

const untilMs = 3_600_000

const faults: FaultPlan = {
  rules: [
    { when: { probability: 0.1, untilMs }, fault: { _tag: "Drop", acts: true } },
    { when: { probability: 0.1, untilMs }, fault: { _tag: "Status", status: 503 } },
    {
      when: { probability: 0.1, untilMs, operations: ["Task_List"] },
      fault: { _tag: "CutBody", bytes: 100 }
    }
  ],
  nodes: [{ nodes: "*", atMs: 5000, everyMs: 90_000, untilMs: 900_000, returnAfterMs: 20_000 }]
}

/** The nodes an event settles. */
const settledBy = (
  event: TestRun.TestRunResult["events"][number]["event"]
): ReadonlyArray<number> => {
  switch (event._tag) {
    case "NodeSucceeded":
    case "NodeFailed":
      return [event.node]
    case "NodesBlocked":
    case "NodesSkipped":
    case "NodesCancelled":
      return event.nodes
    default:
      return []
  }
}

const live = (workflow: Workflow, options: TestRun.TestRunOptions) =>
  VirtualTime.run(TestRun.run(Pipeline.fromWorkflow(workflow), options), {
    seed: options.seed ?? 1
  }).pipe(Effect.provide(Logger.layer([])))

describe("recorded workflows", () => {
  if (files.length === 0) {
    const reason = `${directory} has none; name a directory of WfFormat files by BATCHWAVE_TRACES`
    console.log(`recorded workflows are left out: ${reason}`)
    it.skip(`are left out: ${reason}`, () => undefined)
  }
  for (const file of files) {
    const name = basename(file, ".json")

    it(`${name}: has the waves that one counts by hand`, () => {
      const workflow = read(file)
      const made = Plan.make(workflow)
      if (made._tag === "Invalid") return assert.fail(JSON.stringify(made.errors))
      const { levelCount, levelOffsets } = made.plan
      const widths = Array.from(
        { length: levelCount },
        (_, level) => (levelOffsets[level + 1] ?? 0) - (levelOffsets[level] ?? 0)
      )
      assert.deepStrictEqual(widths, waveWidths(shapeOf(workflow)))
    })

    for (const slots of [1, 16, 256]) {
      it.live(`${name}: takes from its longest chain to Graham's bound on ${slots} slots`, () =>
        Effect.gen(function*() {
          const workflow = read(file)
          const shape = shapeOf(workflow)
          const chain = longest(shape)
          const workMs = shape.durationsMs.reduce((sum, ms) => sum + ms, 0)
          const config = configOf(chain.ms)
          const { durationMs, report } = yield* live(workflow, { slotsPerNode: slots, config })
          assert.strictEqual(report.counts.succeeded, shape.durationsMs.length)
          assert.isAtLeast(durationMs, Math.max(chain.ms, workMs / slots))
          const grahamMs = workMs / slots + (1 - 1 / slots) * chain.ms
          assert.isAtMost(durationMs, grahamMs + (chain.links + 1) * lateMs(config))
        }))
    }

    it.live(`${name}: settles every node once, though replies, pages and nodes are lost`, () =>
      Effect.gen(function*() {
        const workflow = read(file)
        const policy = Policy.retry({ max: 3, backoff: Backoff.constant(1000) })
        const { events, report } = yield* live(workflow, {
          nodes: 4,
          slotsPerNode: 4,
          config: { ...configOf(longest(shapeOf(workflow)).ms), policy },
          faults,
          seed: 7,
          scenario: {
            seed: 7,
            tasks: [{ failures: [{ exitCode: 1, probability: 0.05, part: 0.5 }] }]
          }
        })
        const settled = events.flatMap(({ event }) => settledBy(event))
        assert.deepStrictEqual(
          settled.toSorted((left, right) => left - right),
          workflow.nodes.map((_, node) => node)
        )
        assert.strictEqual(report.counts.pending, 0)
      }))
  }
})
