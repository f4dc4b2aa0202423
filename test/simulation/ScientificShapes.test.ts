/**
 * Generated scientific workflows against recorded ones of the same size: the same width at every level,
 * the same numbers of parents and children, run times of the same kind. `BATCHWAVE_TRACES` names a
 * directory of WfFormat files; by default it is the collection beside the repository, if that is there.
 */
import * as Plan from "@batchwave/core/Plan"
import type { Workflow } from "@batchwave/core/Workflow"
import * as Families from "@batchwave/lab/ScientificWorkload"
import type { Workload } from "@batchwave/lab/Workload"
import * as Workloads from "@batchwave/lab/Workload"
import * as WfFormat from "@batchwave/pipeline/WfFormat"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const directory = process.env["BATCHWAVE_TRACES"]
  ?? fileURLToPath(new URL("../../../shared/wfinstances", import.meta.url))

const recordings: ReadonlyArray<readonly [file: string, made: Workload]> = [
  ["1000genome-chameleon-10ch-100k-001", Families.genome1000({ chromosomes: 10, individuals: 10 })],
  ["blast-chameleon-small-001", Families.blast({ parts: 40 })],
  ["bwa-chameleon-small-001", Families.bwa({ parts: 100 })],
  ["helloworld-forkjoin-10-chameleon", Workloads.forkJoin(8)],
  ["montage-chameleon-2mass-005d-001", Families.montage({ images: 4, bands: 3 })],
  ["srasearch-chameleon-50a-001", Families.sraSearch({ accessions: 50 })]
]

const read = (path: string): Workflow =>
  Result.getOrThrow(WfFormat.decode(JSON.parse(readFileSync(path, "utf8"))))

const widthsOf = (workflow: Workflow): ReadonlyArray<number> => {
  const made = Plan.make(workflow)
  if (made._tag === "Invalid") return assert.fail(JSON.stringify(made.errors))
  const { levelCount, levelOffsets } = made.plan
  return Array.from(
    { length: levelCount },
    (_, level) => (levelOffsets[level + 1] ?? 0) - (levelOffsets[level] ?? 0)
  )
}

/** Of every node, its parents and children, in the order of the numbers. */
const degreesOf = ({ nodes }: Workflow): ReadonlyArray<string> => {
  const children = new Map<string, number>()
  for (const { after } of nodes) {
    for (const parent of after) children.set(parent, (children.get(parent) ?? 0) + 1)
  }
  return nodes.map(({ after, name }) => `${after.length} in, ${children.get(name) ?? 0} out`)
    .toSorted()
}

const totalMs = ({ nodes }: Workflow): number =>
  nodes.reduce((sum, { estimateMs = 0 }) => sum + estimateMs, 0)

describe("generated scientific workflows", () => {
  for (const [file, made] of recordings) {
    const path = join(directory, `${file}.json`)
    const { workflow } = made.definition
    if (!existsSync(path)) {
      const reason = `${path} is not there; name a directory of WfFormat files by BATCHWAVE_TRACES`
      console.log(`a recorded workflow is left out: ${reason}`)
      it.skip(`${file}: left out: ${reason}`, () => undefined)
      continue
    }
    it(`${made.name} has the levels and degrees of ${file}`, () => {
      const recorded = read(path)
      assert.deepStrictEqual(widthsOf(workflow), widthsOf(recorded))
      assert.deepStrictEqual(degreesOf(workflow), degreesOf(recorded))
    })

    if (totalMs(workflow) === 0) continue
    it(`${made.name} takes as long as ${file}, within an eighth`, () => {
      assert.approximately(totalMs(workflow) / totalMs(read(path)), 1, 1 / 8)
    })
  }
})
