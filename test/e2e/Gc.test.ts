/**
 * `batchwave gc` against an account with jobs of runs that live, were killed, ended, and are
 * unknown.
 */
import { assert, describe, it } from "@effect/vitest"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

interface Listed {
  readonly run: string
  readonly standing: string
  readonly ended: boolean
}

const pipelineOf = (directory: string): string =>
  Command.writePipeline(
    directory,
    "wait.ts",
    `
import { Pipeline } from "batchwave"
export default Pipeline.graph("wait", { a: { run: "until [ -e ${directory}/go ]; do sleep 0.05; done" } })
`
  )

describe("gc", () => {
  it("tells runs apart, ends only what is dead or named, and frees the account", async () => {
    const directory = Command.makeDirectory()
    const emulator = await Command.startEmulator(directory, ["--slots", "4"])
    const options = { cwd: directory, env: emulator.env }
    const gc = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<Listed>> => {
      const ended = await Command.run(["gc", "--json", ...args], options)
      assert.strictEqual(ended.code, 0, ended.stderr)
      return JSON.parse(ended.stdout)
    }
    const standings = (listed: ReadonlyArray<Listed>) =>
      Object.fromEntries(listed.map(({ ended, run, standing }) => [run, ended ? "gone" : standing]))
    try {
      assert.deepStrictEqual(await gc(), [])
      const file = pipelineOf(directory)
      const start = async (runId: string) => {
        const run = Command.start(["run", file, "--run-id", runId], options)
        await Command.eventually(
          "the task is in the service",
          () => run.output().stderr.includes("submitted 1 task")
        )
        return run
      }
      const alive = await start("alive")
      for (const runId of ["killed", "ended", "elsewhere"]) {
        const run = await start(runId)
        run.child.kill("SIGKILL")
        await run.ended
      }
      const runs = join(directory, ".batchwave", "runs")
      writeFileSync(join(runs, "ended", "report.json"), JSON.stringify({ outcome: "succeeded" }))
      rmSync(join(runs, "elsewhere"), { recursive: true })

      const all = { alive: "alive", killed: "interrupted", ended: "ended", elsewhere: "unknown" }
      assert.deepStrictEqual(standings(await gc()), all)
      assert.deepStrictEqual(standings(await gc("--end")), { ...all, ended: "gone" })
      assert.deepStrictEqual(standings(await gc("--end", "--interrupted")), {
        alive: "alive",
        killed: "gone",
        elsewhere: "unknown"
      })
      const wrong = await Command.run(["gc", "--job", "nope"], options)
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.stderr, "nope")
      assert.deepStrictEqual(standings(await gc("--job", "bw-elsewhere")), {
        alive: "alive",
        elsewhere: "gone"
      })
      writeFileSync(join(directory, "go"), "")
      assert.strictEqual((await alive.ended).code, 0)
      assert.deepStrictEqual(await gc(), [])
    } finally {
      await Command.stop(emulator.started)
    }
  })
})
