/**
 * The original client, Python `azure-batch`, as a peer: it runs where Python can load the package, and
 * is left out with the reason where it cannot. `npm run test:conformance` brings the package.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Taken } from "./Harness.ts"
import * as PythonPackages from "./PythonPackages.ts"

/** What the peer works on. */
export interface PeerOrder {
  readonly endpoint: string
  readonly account: string
  readonly key: string
  readonly tasks: number
}

/** A Python with the package. */
export interface Peer {
  readonly version: string
  /** Adds tasks in a process of its own, one request after another, as it does by default. */
  readonly add: (order: PeerOrder) => Taken
}

const program = fileURLToPath(new URL("azure_batch_peer.py", import.meta.url))
const requirementsPath = fileURLToPath(
  new URL("../../../test/conformance/clients/requirements.txt", import.meta.url)
)

/** Finds a Python with the package, or says why there is none. `PYTHON` names the interpreter. */
export const find = async (): Promise<Peer | PythonPackages.Missing> => {
  const python = await PythonPackages.locate(requirementsPath)
  if ("reason" in python) return python
  const { program: interpreter } = python
  const env = PythonPackages.environmentOf(python)
  const run = (args: ReadonlyArray<string>, input = "") =>
    spawnSync(interpreter, args, { env, input, encoding: "utf8", timeout: 120_000 })
  const about = run(["-c", "import azure.batch; print(azure.batch.__version__)"])
  if (about.status !== 0) {
    const reason = about.error?.message ?? about.stderr.trim().split("\n").at(-1) ?? "unknown"
    return {
      reason: `${interpreter} cannot load azure-batch (${reason}); test:conformance installs it`
    }
  }
  return {
    version: about.stdout.trim(),
    add: (order) => {
      const done = run([program], JSON.stringify(order))
      if (done.status !== 0) throw new Error(`Python failed: ${done.stderr}`)
      const taken: { readonly cpuSeconds: number; readonly wallSeconds: number } = JSON.parse(
        done.stdout
      )
      return {
        items: order.tasks,
        cpuMicros: taken.cpuSeconds * 1e6,
        wallMicros: taken.wallSeconds * 1e6
      }
    }
  }
}
