/**
 * The main job, as `npm start` runs it, on the real records.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Command from "./Command.ts"

const example = fileURLToPath(new URL("../../examples/01-flights.ts", import.meta.url))

describe("examples/01-flights.ts", () => {
  it("reaches the known figures, with one shard brought back by reactivation", async () => {
    const directory = Command.makeDirectory()
    const ended = await Command.run(["run", example, "--json"], { cwd: directory })
    assert.strictEqual(ended.code, 0, ended.stderr)
    const document = JSON.parse(ended.stdout)
    assert.strictEqual(document.outcome, "succeeded")
    assert.strictEqual(document.retries, 1)
    const flaky = document.nodes.find((node: { node: string }) => node.node === "sum[3]")
    assert.strictEqual(flaky.attempts, 2)
    assert.match(ended.stderr, /sum\[3\] failed: exit code 75; retry 1 of 3 .*reactivate/)

    const summary = JSON.parse(readFileSync(document.results.summary, "utf8"))
    assert.strictEqual(summary.flights, 200_000)
    assert.closeTo(summary.meanDelayMinutes, 7.500795, 1e-9)
    assert.closeTo(document.results.meanDelayMinutes, 7.500795, 1e-9)
    assert.lengthOf(summary.byHour, 24)
    assert.strictEqual(summary.byHour[0].hour, 0)
    assert.strictEqual(summary.byHour[0].flights, 697)
    assert.closeTo(summary.byHour[0].meanDelayMinutes, 41.864, 0.001)
    assert.deepStrictEqual(
      summary.byHour.map((row: { hour: number }) => row.hour),
      Array.from({ length: 24 }, (_, hour) => hour)
    )

    const report = readFileSync(document.results.report, "utf8")
    assert.strictEqual(report.match(/<rect /g)?.length, 24)
    assert.notMatch(report, /(src|href)=|url\(|@import/)
  })

  it("gives the same figures from any number of shards", async () => {
    const directory = Command.makeDirectory()
    const args = ["run", example, "--json", "--param", "shards=3", "--param", "flaky=none"]
    const ended = await Command.run(args, { cwd: directory })
    assert.strictEqual(ended.code, 0, ended.stderr)
    const document = JSON.parse(ended.stdout)
    assert.strictEqual(document.retries, 0)
    assert.closeTo(document.results.meanDelayMinutes, 7.500795, 1e-9)
  })
})
