/**
 * Our signature beside that of the original client, Python `azure-batch` 14.2.0, for random requests.
 */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as PythonClient from "./PythonClient.ts"
import { account, headersOf, key, requests, sign, targetOf } from "./SignedRequests.ts"

const script = fileURLToPath(new URL("azure_batch_signer.py", import.meta.url))
const python = await PythonClient.prepare()

describe("the signature", () => {
  it("is the original Python client's, for random requests", () => {
    if ("reason" in python) {
      console.log(`not compared with the original client's signer: ${python.reason}`)
      assert.notStrictEqual(process.env["CI"], "true", python.reason)
      return
    }
    const seed = Number(process.env["BATCHWAVE_SEED"] ?? Date.now() % 2_147_483_647)
    console.log(`seed ${seed}; set BATCHWAVE_SEED to repeat`)
    const drawn = fc.sample(requests, { seed, numRuns: 5_000 })
    const answer = spawnSync(python.program, [script], {
      encoding: "utf8",
      maxBuffer: 64 * 1_048_576,
      env: { PATH: process.env["PATH"] ?? "", PYTHONPATH: python.packages, PYTHONUTF8: "1" },
      input: JSON.stringify({
        account,
        key,
        requests: drawn.map((request) => ({
          method: request.method,
          url: `https://${account}.westeurope.batch.azure.com${targetOf(request)}`,
          headers: headersOf(request)
        }))
      })
    })
    assert.strictEqual(answer.status, 0, answer.stderr)
    const theirs: ReadonlyArray<string> = JSON.parse(answer.stdout)
    drawn.forEach((request, index) => {
      assert.strictEqual(sign(request, headersOf(request)), theirs[index], JSON.stringify(request))
    })
  })
})
