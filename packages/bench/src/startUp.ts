/**
 * Goal P12: how long does it take until the command answers, or the library is loaded?
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as PublishedPackages from "./PublishedPackages.ts"

const bin = fileURLToPath(new URL("../../batchwave/src/bin.ts", import.meta.url))
const moduleOf = (name: string): string => new URL(`../../${name}`, import.meta.url).href

const imports = (module: string): ReadonlyArray<string> => [
  "--input-type=module",
  "-e",
  `await import(${JSON.stringify(module)})`
]

const fromSources: ReadonlyArray<Command> = [
  ["node, nothing", ["-e", "0"]],
  ["batchwave --version", [bin, "--version"]],
  ["batchwave --help", [bin, "--help"]],
  ["import batchwave, sources", imports(moduleOf("batchwave/src/index.ts"))],
  ["import effect/Schema", imports(import.meta.resolve("effect/Schema"))]
]

type Command = readonly [name: string, args: ReadonlyArray<string>]

const published = (packages: PublishedPackages.PublishedPackages): ReadonlyArray<Command> => [
  ["import batchwave", [packages.program("library", "batchwave")]],
  ["import the client", [packages.program("client", "@batchwave/client/BatchClient")]]
]

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: "string", default: "15" }, out: { type: "string" } }
  })
  const report = BenchReport.open({
    question: "how long until a process has answered or loaded?",
    measured:
      "wall time of whole processes with a warm file cache; libraries as they are published",
    notMeasured: "a cold disk"
  })
  const packages = PublishedPackages.install()
  if ("reason" in packages) {
    BenchReport.say(report, `the published packages are left out: ${packages.reason}`)
  }
  const compiled = "reason" in packages ? [] : published(packages)
  const measurements = await Harness.measure(
    [...fromSources, ...compiled].map(([name, argv]) => ({
      name,
      run: async () => {
        const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" })
        if (status !== 0) throw new Error(`${name} failed: ${stderr}`)
        return 1
      }
    })),
    { rounds: Number(values.rounds) }
  )
  if (!("reason" in packages)) packages.remove()
  BenchReport.table(report, "whole processes", measurements, "node, nothing")
  const medianMs = (name: string): number =>
    (measurements.find((one) => one.name === name)?.wallMicrosPerItem.median ?? Number.NaN) / 1000
  BenchReport.goal(report, "batchwave --version, ms", medianMs("batchwave --version"), {
    atMost: 150
  })
  if (compiled.length > 0) {
    BenchReport.goal(report, "import batchwave, ms", medianMs("import batchwave"), { atMost: 265 })
    BenchReport.goal(
      report,
      "import batchwave / import effect/Schema",
      Harness.pairedRatio(
        measurements,
        "import batchwave",
        "import effect/Schema",
        "wallMicrosPerItem"
      ),
      { atMost: 1.1 }
    )
  }
  BenchReport.close(report, values.out)
}
