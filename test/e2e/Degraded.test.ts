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

const broken = `
import { Output, Pipeline, Policy, sh } from "batchwave"
import { Schema } from "effect"
const classify = (end, node) => {
  if (node === "classified") throw new Error("no such table")
}
export default Pipeline.make("broken", { classify }, (p) => {
  p.task("thrown", { run: sh\`exit 3\`, policy: Policy.make("own", () => { throw new Error("oops") }) })
  p.task("for ever", { run: sh\`exit 3\`, policy: Policy.make("own", () => ({
    _tag: "Retry", afterMs: Infinity, via: "auto", reason: "later"
  })) })
  p.task("classified", { run: sh\`exit 3\` })
  p.task("well", { run: sh\`true\` })
  p.task("computed", {
    run: sh\`exit 3\`,
    output: Output.json(Schema.Struct({ rows: Schema.Number })),
    policy: Policy.make("own", ({ attempts }) => ({
      _tag: "Substitute", value: { rows: "of " + attempts.length }, reason: "enough"
    }))
  })
})
`

describe("a policy that throws, or answers what is no decision", () => {
  it("has its node given up with the reason, and the rest goes on", async () => {
    const cwd = Command.makeDirectory()
    const file = Command.writePipeline(cwd, "broken.ts", broken)
    const { code, stderr, stdout } = await Command.run(["run", file, "--json"], { cwd })
    assert.strictEqual(code, 1, stderr)
    const document: {
      readonly nodes: ReadonlyArray<{ readonly node: string; readonly failure?: string }>
    } = JSON.parse(stdout)
    assert.deepStrictEqual(
      document.nodes.map(({ failure, node }) => `${node}: ${failure ?? "succeeded"}`),
      [
        "thrown: exit code 3 (its policy threw Error: oops)",
        "for ever: exit code 3 (its policy answered a wait of Infinity ms)",
        "classified: ClassifierFailed: the pipeline's classify function threw Error: no such table "
        + "(no retry is set for ClassifierFailed)",
        "well: succeeded",
        "computed: exit code 3 (enough, but the value does not fit its output \"output\": value.rows: "
        + "expected number, got \"of 1\")"
      ]
    )
  })
})
