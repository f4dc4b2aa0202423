/**
 * Orchestrators written for Python, HyperQueue and Dask distributed, each in a process of its own with
 * its workers, on the graphs of `PeerGraphs.ts`. What they need is listed, at one version each, in
 * `orchestrator_requirements.txt`; `npm run bench:peers` brings it.
 */
import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as PythonPackages from "./PythonPackages.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

/** A way to run a graph: `processes` is no orchestrator, and starts as many in no order. */
export type PeerName = "processes" | "hyperqueue" | "daskInProcess" | "daskOverTcp"

/** What a run took, without its start. */
export interface PeerRun {
  /** Of the peer; empty for `processes`. */
  readonly version: string
  readonly wallSeconds: number
  /** Of the orchestrator and its workers. */
  readonly cpuSeconds: number
  /** Of the processes of tasks, where tasks are processes. */
  readonly tasksCpuSeconds: number
  /** How many tasks left a file, where they were to. */
  readonly witnesses: number
}

/** What to run. */
export interface PeerOrder {
  /** The parents of each node, by index. */
  readonly parents: ReadonlyArray<ReadonlyArray<number>>
  /** How many tasks may run at once. */
  readonly atOnce: number
  /** Whether each task leaves a file; those that are processes also fail unless their parents have. */
  readonly witness: boolean
}

/** The list of packages, which `PythonPackages.prepare` brings. */
export const requirementsPath = fileURLToPath(
  new URL("orchestrator_requirements.txt", import.meta.url)
)

const program = fileURLToPath(new URL("orchestrator_peer.py", import.meta.url))

/** What has to be there for a peer. */
const modules: Readonly<Record<PeerName, string>> = {
  processes: "resource",
  hyperqueue: "hyperqueue.cluster",
  daskInProcess: "distributed",
  daskOverTcp: "distributed"
}

const timeoutMs = 600_000

/** Why a peer cannot run here; `undefined` when it can. */
export const problemOf = (python: PythonPackages.Python, name: PeerName): string | undefined => {
  const tried = spawnSync(python.program, ["-c", `import ${modules[name]}`], {
    env: PythonPackages.environmentOf(python),
    encoding: "utf8",
    timeout: timeoutMs
  })
  if (tried.status === 0) return undefined
  const reason = tried.error?.message ?? tried.stderr.trim().split("\n").at(-1) ?? "unknown"
  return `${python.program} cannot load ${modules[name]} (${reason}); npm run bench:peers brings it`
}

/** Runs a graph to its end; throws with the peer's own words when it fails. */
export const run = (
  python: PythonPackages.Python,
  peer: PeerName,
  order: PeerOrder
): PeerRun => {
  const directory = ScratchDirectory.make("peer")
  try {
    const done = spawnSync(python.program, [program], {
      env: PythonPackages.environmentOf(python),
      input: JSON.stringify({ ...order, peer, directory }),
      encoding: "utf8",
      maxBuffer: 64 * 2 ** 20,
      timeout: timeoutMs
    })
    if (done.status !== 0) {
      throw new Error(`${peer} failed: ${done.error?.message ?? done.stderr}`)
    }
    const took: Omit<PeerRun, "witnesses"> = JSON.parse(done.stdout)
    const witnesses = readdirSync(directory).filter((file) => /^\d+$/.test(file)).length
    return { ...took, witnesses }
  } finally {
    ScratchDirectory.remove(directory)
  }
}
