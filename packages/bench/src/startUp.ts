/**
 * Goal P12: how long does it take until the command answers, or the library is loaded?
 */
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as Harness from "./Harness.ts"
import * as PublishedPackages from "./PublishedPackages.ts"
import * as WholeProcess from "./WholeProcess.ts"

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
  ["batchwave --help, published", [packages.program("command", "batchwave/bin"), "--help"]],
  ["import batchwave", [packages.program("library", "batchwave")]],
  ["import the client", [packages.program("client", "@batchwave/client/BatchClient")]]
]

const ratios = [["wall", "wallMicrosPerItem"], ["CPU", "cpuMicrosPerItem"]] as const

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
  const packages = await PublishedPackages.install()
  if ("reason" in packages) {
    BenchReport.say(report, `the published packages are left out: ${packages.reason}`)
  }
  const whole = WholeProcess.open()
  const compiled = "reason" in packages ? [] : published(packages)
  const measurements = await Harness.measure(
    [...fromSources, ...compiled].map(([name, argv]) => ({
      name,
      run: () => whole.take(argv, 1)
    })),
    { rounds: Number(values.rounds) }
  )
  if (!("reason" in packages)) packages.remove()
  whole.close()
  BenchReport.table(report, "whole processes", measurements, "node, nothing")
  const medianMs = (name: string): number =>
    (measurements.find((one) => one.name === name)?.wallMicrosPerItem.median ?? Number.NaN) / 1000
  BenchReport.goal(report, "batchwave --version, ms", medianMs("batchwave --version"), {
    atMost: 150
  })
  if (compiled.length > 0) {
    for (const name of ["import batchwave", "import the client"]) {
      BenchReport.absoluteGoal(report, `${name}, ms`, medianMs(name), {
        atMost: 265,
        yardstick: { name: "effect/Schema", now: medianMs("import effect/Schema"), whenSet: 193 }
      })
    }
    for (const [figure, measure] of ratios) {
      BenchReport.goal(
        report,
        `import batchwave / import effect/Schema, ${figure}`,
        Harness.pairedRatio(measurements, "import batchwave", "import effect/Schema", measure),
        { atMost: 1.1 }
      )
    }
  }
  BenchReport.close(report, values.out)
}
