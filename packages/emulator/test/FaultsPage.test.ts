import * as FaultPlan from "@batchwave/emulator/FaultPlan"
import * as OperationIds from "@batchwave/emulator/OperationIds"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

const page = read("../../../docs/faults.md")

const examples = Array.from(page.matchAll(/```json\n(.*?)```/gs), ([, text = ""]) => text)

/** The names of members in the sources that say how a plan is read. */
const names = ["Fault", "BodyFault", "ListingFault", "FaultPlan", "RunFault"].flatMap((module) => {
  const source = read(`../src/${module}.ts`)
  const members = Array.from(
    source.matchAll(/^ {2}(\w+): (?:Schema\.|acts|Ms|Count|WaitMs|LagMs|Code)/gm),
    ([, name = ""]) => name
  )
  const tags = Array.from(source.matchAll(/Literal\("(\w+)"\)/g), ([, tag = ""]) => tag)
  return members.concat(tags)
})

describe("docs/faults.md", () => {
  it("has examples that are plans, every one", () => {
    assert.isAtLeast(examples.length, 10)
    for (const example of examples) {
      const decoded = FaultPlan.decode(JSON.parse(example))
      if (Result.isFailure(decoded)) throw new Error(`${decoded.failure.join("\n")}\n${example}`)
      assert.deepStrictEqual(FaultPlan.problems(decoded.success, OperationIds.all), [])
    }
  })

  it("names and shows every member and every kind of fault there is", () => {
    assert.isAtLeast(new Set(names).size, 60)
    const shown = examples.join("\n")
    const missing = [...new Set(names)].filter((name) =>
      name !== "_tag" && !(page.includes(`\`${name}\``) && shown.includes(`"${name}"`))
    )
    assert.deepStrictEqual(missing, [])
  })
})
