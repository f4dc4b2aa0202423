import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as CommandScript from "../src/CommandScript.ts"

const runByShell = (script: string): string =>
  spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" }).stdout

describe("CommandScript", () => {
  it("puts a plain script in the command line and any other in the environment", () => {
    assert.deepStrictEqual(CommandScript.make("node stats.mjs 1 > out.txt"), {
      commandLine: "/bin/sh -c 'node stats.mjs 1 > out.txt'",
      script: undefined
    })
    const quoted = "echo 'a b' \"$HOME\""
    assert.deepStrictEqual(CommandScript.make(quoted), {
      commandLine: "/bin/sh -c 'eval \"$BATCHWAVE_SCRIPT\"'",
      script: quoted
    })
  })

  it("runs the same script either way", () => {
    for (const script of ["echo plain", "printf '%s\\n' \"it's\" '$x' 'a  b'", "exit 3"]) {
      const { commandLine, script: carried } = CommandScript.make(script)
      const viaCommandLine = spawnSync("/bin/sh", ["-c", commandLine], {
        encoding: "utf8",
        env: { ...process.env, ...(carried === undefined ? {} : { BATCHWAVE_SCRIPT: carried }) }
      })
      const direct = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" })
      assert.strictEqual(viaCommandLine.stdout, direct.stdout)
      assert.strictEqual(viaCommandLine.status, direct.status)
    }
  })

  it("inserts every value as exactly one word", () => {
    for (const value of ["", "a b", "it's", "$(id)", "`id`", "*", "\"", "\\", "a\nb", "-n", "é"]) {
      const script = CommandScript.render(
        [
          { _tag: "Text", text: "printf '[%s]' " },
          { _tag: "Value", from: { node: "n", output: "o" }, path: [] }
        ],
        () => value
      )
      assert.strictEqual(runByShell(script), `[${value}]`)
    }
  })

  it("inserts values that are no strings as their JSON text", () => {
    const script = CommandScript.render(
      [
        { _tag: "Text", text: "printf %s " },
        { _tag: "Value", from: { node: "n", output: "o" }, path: ["rows"] },
        { _tag: "Text", text: "; printf ' %s' " },
        { _tag: "File", path: "in/my file.txt" }
      ],
      (_from, path) => ({ [path.join("/")]: [1, 2.5] })
    )
    assert.strictEqual(runByShell(script), "{\"rows\":[1,2.5]} in/my file.txt")
  })
})
