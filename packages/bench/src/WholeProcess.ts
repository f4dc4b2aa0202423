/**
 * What a program takes from the start of its process to its end.
 */
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Taken } from "./Harness.ts"
import * as ScratchDirectory from "./ScratchDirectory.ts"

/** A way to run programs of Node and to learn what they took. */
export interface WholeProcess {
  /** Runs a program to its end as so many items; throws when it fails. CPU time is that of all its threads. */
  readonly take: (argv: ReadonlyArray<string>, items: number) => Taken
  readonly close: () => void
}

/** Makes the module that has a process tell, at its end, the CPU time it took. */
export const open = (): WholeProcess => {
  const directory = ScratchDirectory.make("probe")
  const probe = join(directory, "probe.cjs")
  writeFileSync(
    probe,
    `process.on("exit", () => {
  const { system, user } = process.cpuUsage()
  require("node:fs").writeSync(3, String(user + system))
})
`
  )
  return {
    take: (argv, items) => {
      const startedAt = performance.now()
      const { output, status, stderr } = spawnSync(
        process.execPath,
        ["--require", probe, ...argv],
        { encoding: "utf8", stdio: ["ignore", "pipe", "pipe", "pipe"] }
      )
      const wallMicros = (performance.now() - startedAt) * 1000
      if (status !== 0) throw new Error(`node ${argv.join(" ")} failed: ${stderr}`)
      return { items, cpuMicros: Number(output[3]), wallMicros }
    },
    close: () => ScratchDirectory.remove(directory)
  }
}
