/**
 * The original, Python `azure-batch` 14.2.0, against the emulator, compared with our client. `PYTHON`
 * names another interpreter than `python3`. Without Python, pip or the network the comparison is left
 * out with the reason, except under `CI=true`.
 */
import { assert, it } from "@effect/vitest"
import * as Comparison from "./Comparison.ts"
import * as PythonClient from "./PythonClient.ts"

const python = await PythonClient.prepare()

if ("reason" in python) {
  const mayBeMissing = process.env["CI"] !== "true"
  console.warn(`Python azure-batch was not compared: ${python.reason}`)
  it("has Python with the original client, or is not CI", () => {
    assert.isTrue(mayBeMissing, python.reason)
  })
} else {
  Comparison.declare("Python azure-batch", PythonClient.run(python), [])
}
