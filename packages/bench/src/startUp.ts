/**
 * Goal P12: how long does it take until the command answers, or the library is loaded?
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"

const bin = fileURLToPath(new URL("../../batchwave/src/bin.ts", import.meta.url))
const moduleOf = (name: string): string => new URL(`../../${name}`, import.meta.url).href

const imports = (module: string): ReadonlyArray<string> => [
  "--input-type=module",
  "-e",
  `await import(${JSON.stringify(module)})`
]

const contenders: ReadonlyArray<readonly [name: string, args: ReadonlyArray<string>]> = [
  ["node, nothing", ["-e", "0"]],
  ["batchwave --version", [bin, "--version"]],
  ["batchwave --help", [bin, "--help"]],
  ["import batchwave", imports(moduleOf("batchwave/src/index.ts"))],
  ["import the client", imports(moduleOf("client/src/BatchClient.ts"))],
  ["import effect/Schema", imports(import.meta.resolve("effect/Schema"))]
]

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "15" }, out: { type: "string" } }
  })
  const report = BenchReport.open({
    question: "how long until a process has answered or loaded?",
    measured: "wall time of whole processes, from sources, with a warm file cache",
    notMeasured: "a cold disk; the published, compiled packages"
  })
  const measurements = await Harness.measure(
    contenders.map(([name, argv]) => ({
      name,
      run: async () => {
        const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" })
        if (status !== 0) throw new Error(`${name} failed: ${stderr}`)
        return 1
      }
    })),
    { rounds: Number(values.rounds) }
  )
  BenchReport.table(report, "whole processes", measurements, "node, nothing")
  const medianMs = (name: string): number =>
    (measurements.find((one) => one.name === name)?.wallMicrosPerItem.median ?? Number.NaN) / 1000
  BenchReport.goal(report, "batchwave --version, ms", medianMs("batchwave --version"), {
    atMost: 150
  })
  BenchReport.goal(report, "import batchwave, ms", medianMs("import batchwave"), { atMost: 265 })
  BenchReport.close(report, values.out)
}
