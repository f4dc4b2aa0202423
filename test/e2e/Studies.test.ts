/** The page of the studies says what they say: the quick ones here, all of them by `npm run test:studies`. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import * as Study from "../studies/Study.ts"
import * as Command from "./Command.ts"

describe("the studies of the laboratory", () => {
  it("are all on their page, with figures", () => {
    const files = readdirSync(new URL("../../examples/lab/", import.meta.url))
      .flatMap((name) => name.endsWith(".ts") ? [name.slice(0, -".ts".length)] : [])
    assert.deepStrictEqual(files.toSorted(), Study.all.map(({ name }) => name).toSorted())
    for (const { name } of Study.all) {
      assert.isAbove(Study.cellsOf(Study.onPage(name)).length, 3, name)
    }
  })

  // The others take several commands, or many more trials.
  const quick = Study.all.filter(({ isForTraces, name }) => !isForTraces && name !== "sweep")
  it.each(quick.map((study) => ({ study, name: study.name })))(
    "give the figures of the page: $name",
    async ({ study }) => {
      const [run] = Study.runsOf(study)
      const { code, stderr, stdout } = await Command.run(run?.arguments ?? [], {
        cwd: Command.makeDirectory()
      })
      assert.strictEqual(code, 0, stderr)
      const figures = Study.figuresOf(study, { report: stdout, title: "" })
      assert.deepStrictEqual(Study.cellsOf(Study.onPage(study.name)), Study.cellsOf(figures))
    }
  )
})
