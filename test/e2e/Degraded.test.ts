/** A run that succeeded although nodes failed, told from one in which nothing did. */
import { assert, describe, it } from "@effect/vitest"
import * as Command from "./Command.ts"

const pipeline = `
import { Pipeline, Policy, sh } from "batchwave"
import { Schema } from "effect"
export default Pipeline.make("optional", { params: { fails: Schema.Boolean } }, (p, { fails }) => {
  p.task("thumbnails", { run: fails ? sh\`exit 3\` : sh\`true\`, policy: Policy.skip })
  p.task("branch", { run: sh\`true\` })
})
`

describe("a degraded run", () => {
  it("ends with code 4 when a policy did without a failed node, and with 0 when none failed", async () => {
    const cwd = Command.makeDirectory()
    const file = Command.writePipeline(cwd, "optional.ts", pipeline)
    const [degraded, whole] = await Promise.all(
      ["true", "false"].map((fails) =>
        Command.run(
          ["run", file, "--param", `fails=${fails}`, "--run-id", `r-${fails}`, "--json"],
          {
            cwd
          }
        )
      )
    )
    assert.deepStrictEqual([degraded?.code, whole?.code], [4, 0], degraded?.stderr)
    const documentOf = (text: string | undefined) => {
      const { counts, degraded: without, outcome } = JSON.parse(text ?? "")
      return [outcome, counts.succeeded, counts.skipped, without]
    }
    assert.deepStrictEqual(documentOf(degraded?.stdout), ["succeeded", 1, 1, 1])
    assert.deepStrictEqual(documentOf(whole?.stdout), ["succeeded", 2, 0, 0])
    // The same again for whoever resumes a run that has ended.
    const again = await Command.run(["resume", "r-true"], { cwd })
    assert.strictEqual(again.code, 4, again.stderr)
    assert.include(again.stdout, "degraded: 1 node failed and was done without")
  })
})
