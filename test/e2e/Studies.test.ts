/** The page of the studies says what they say: one of them here, all of them by `npm run test:studies`. */
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

  it("give the figures of the page, such as those about slots after out of memory", async () => {
    const study = Study.alone("memory")
    const [run] = Study.runsOf(study)
    const { code, stderr, stdout } = await Command.run(run?.arguments ?? [], {
      cwd: Command.makeDirectory()
    })
    assert.strictEqual(code, 0, stderr)
    const figures = Study.figuresOf(study, { report: stdout, title: "" })
    assert.deepStrictEqual(Study.cellsOf(Study.onPage("memory")), Study.cellsOf(figures))
  })
})
