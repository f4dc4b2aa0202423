/**
 * HyperQueue and Dask run the graphs of the comparison as they are drawn: every task, and none before its
 * parents. `PYTHON` names another interpreter than `python3`. Without Python, pip or the network they are
 * left out with the reason, except under `CI=true`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as OrchestratorPeer from "../src/OrchestratorPeer.ts"
import * as PeerGraphs from "../src/PeerGraphs.ts"
import * as PythonPackages from "../src/PythonPackages.ts"

const python = await PythonPackages.prepare(OrchestratorPeer.requirementsPath)

describe("orchestrators beside ours", () => {
  for (const name of ["hyperqueue", "daskOverTcp", "daskInProcess"] as const) {
    it(`${name} runs every task once its parents have ended`, () => {
      const reason = "reason" in python
        ? python.reason
        : OrchestratorPeer.problemOf(python, name)
      if ("reason" in python || reason !== undefined) {
        console.log(`${name} was left out: ${reason}`)
        assert.notStrictEqual(process.env["CI"], "true", reason)
        return
      }
      const parents = PeerGraphs.rowsOf(PeerGraphs.make("forkJoin", 20))
      const took = OrchestratorPeer.run(python, name, { parents, atOnce: 2, witness: true })
      assert.strictEqual(took.witnesses, parents.length)
      assert.match(took.version, /^\d+\.\d+/)
      assert.isAbove(took.cpuSeconds, 0)
      assert.strictEqual(took.tasksCpuSeconds > 0, name === "hyperqueue")
    })
  }
})
