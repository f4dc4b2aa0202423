/**
 * Workflows as JSON files: the one that the documentation shows, and those that `plan` prints.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"

const page = readFileSync(new URL("../../docs/workflow.md", import.meta.url), "utf8")

describe("a workflow as a file", () => {
  it("runs as the page about it shows it, and again as plan prints it", async () => {
    const cwd = Command.makeDirectory()
    const block = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ""
    writeFileSync(join(cwd, "weather.json"), block)
    const ran = async (file: string, runId: string): Promise<string> => {
      const ended = await Command.run(["run", file, "--run-id", runId, "--quiet"], { cwd })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const logs = await Command.run(["logs", runId, "--node", "mean", "--file", "stdout.txt"], {
        cwd
      })
      return logs.stdout
    }
    assert.strictEqual(await ran("weather.json", "short"), "15.5\n")
    const printed = await Command.run(["plan", "weather.json", "--format", "workflow"], { cwd })
    assert.strictEqual(printed.code, 0, printed.stderr)
    writeFileSync(join(cwd, "whole.json"), printed.stdout)
    const again = await Command.run(["plan", "whole.json", "--format", "workflow"], { cwd })
    assert.strictEqual(again.stdout, printed.stdout)
    assert.strictEqual(await ran("whole.json", "whole"), "15.5\n")
  })
})
