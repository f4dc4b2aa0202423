/**
 * The Python program of `docs/laptop.md`, as it stands there, over http and over https.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Command from "../../e2e/Command.ts"
import * as PythonClient from "./PythonClient.ts"

const page = readFileSync(new URL("../../../docs/laptop.md", import.meta.url), "utf8")
const python = await PythonClient.prepare()

describe("docs/laptop.md in Python", () => {
  for (const flags of [[], ["--https"]]) {
    it(`runs a task ${flags.join(" ")}`, async () => {
      if ("reason" in python) {
        console.log(`the page's Python program was not run: ${python.reason}`)
        assert.notStrictEqual(process.env["CI"], "true", python.reason)
        return
      }
      const directory = Command.makeDirectory()
      const code = /```python\n(.*?)```/s.exec(page)?.[1]
      assert.isDefined(code)
      writeFileSync(join(directory, "hello.py"), code ?? "")
      const emulator = Command.start(["emulate", "--env", ...flags], { cwd: directory })
      const lines = await Command.eventually("the emulator is ready", () => {
        const { stdout } = emulator.output()
        return stdout.endsWith("\n") && stdout
      })
      const { stdout } = await promisify(execFile)(
        "sh",
        ["-euc", `${lines}\n'${python.program}' hello.py`],
        {
          cwd: directory,
          env: { PATH: process.env["PATH"], PYTHONPATH: python.packages, NO_PROXY: "*" }
        }
      )
      assert.strictEqual(stdout, "hello from Python\n")
      emulator.child.kill("SIGINT")
      await emulator.ended
    })
  }
})
