/**
 * What every command prints for programs, held against its published JSON Schema by a validator that is
 * not ours.
 */
import { assert, describe, it } from "@effect/vitest"
import { batchwave } from "batchwave/command/Commands"
import { type SchemaName, schemaNames } from "batchwave/schema/SchemaNames"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { requireText } from "../PublishedSchema.ts"
import * as Command from "./Command.ts"

/** A command with its arguments, and the schema of what it then prints. */
type Printing = readonly [name: SchemaName, args: string, code?: number]

/** Of runs that have ended: `one`, in which a node failed, and `two`, which differs from it. */
const ofEnded: ReadonlyArray<Printing> = [
  ["run", "run story.ts --param word=a --run-id one --json", 1],
  ["run", "run story.ts --param word=b --run-id two --on-failure failFast --json", 1],
  ["run", "resume two --json", 1],
  ["run", "watch two --json", 1],
  ["run", "retry two failed --json", 1],
  ["run", "demo --json"],
  ["status", "status one --json"],
  ["explain", "explain one --node after --node left --json"],
  ["report", "report one --json"],
  ["report", "report two --format json"],
  ["runs", "runs --json"],
  ["compare", "compare one two --json"],
  ["retry", "retry one failed --dry-run --json"],
  ["plan", "plan story.ts --param word=a --json"],
  ["plan", "plan story.ts --param word=a --mode native --format json"],
  ["plan-cache", "plan story.ts --param word=b --cache --json"],
  ["plan-cache", "plan story.ts --param word=c --cache --json"],
  ["workflow", "plan story.ts --param word=a --format workflow"],
  ["workflow", "graph story.ts --param word=a --json"],
  ["workflow", "graph one --json"],
  ["export", "export one --az --json"],
  [
    "export",
    "export story.ts --param word=a --store https://account.blob.core.windows.net/files --partial"
  ],
  ["gc-cache", "gc --cache --json"],
  ["config", "config --json"],
  ["doctor", "doctor one --json"]
]

/** Of a run that waits in another process; the last one ends it. */
const ofLive: ReadonlyArray<Printing> = [
  ["status", "status live --json"],
  ["explain", "explain live --json"],
  ["report", "report live --json"],
  ["retry", "retry live first --dry-run --json"],
  ["retry", "retry live first --json"],
  ["steer", "pause live --json"],
  ["steer", "pause live --json"],
  ["steer", "continue live --json"],
  ["steer", "set live --on-failure drain --json"],
  ["runs", "runs --json"],
  ["steer", "cancel live --node waits --json"]
]

/** Trials without a finite difference, with one, of a sweep, and of a recorded run. */
const ofLab: ReadonlyArray<Printing> = [
  ["lab", "lab story.ts --param word=a --arm pipeline --trials 1 --json"],
  ["lab", "lab sweep.ts --trials 1 --format json"],
  ["lab", "lab sweep.ts --trials 8 --until-clear --json"],
  ["lab", "lab replay one --arm sweep-arm.ts --trials 2 --json"],
  ["lab-grid", "lab sweep.ts --scenario steady --scenario flaky --trials 2 --json"],
  ["lab-search", "lab search sweep.ts --finalists 1 --trials 3 --json"],
  ["lab-sensitivity", "lab sensitivity sweep.ts --vary pool.nodes=2..4 --trials 2 --json"]
]

const writeFiles = (directory: string): void => {
  Command.writePipeline(
    directory,
    "story.ts",
    `
import { Output, Pipeline, sh } from "batchwave"
import { Schema } from "effect"
export default Pipeline.make("story", { params: { word: Schema.String }, cache: true }, (p, { word }) => {
  const left = p.task("left", { run: sh\`echo 1 > output.json; : \${word}\`, output: Output.json(Schema.Int) })
  const right = p.task("right", { run: sh\`echo no >&2; exit 3\`, cache: false })
  p.task("after", { run: sh\`echo \${left.output} > said.txt\`, output: Output.file("said.txt") })
  p.task("last", { run: sh\`true\`, after: [right], when: "allDone" })
  p.task("tidy", { run: sh\`true\`, finalizer: true })
})
`
  )
  Command.writePipeline(
    directory,
    "waits.ts",
    `
import { Pipeline } from "batchwave"
export default Pipeline.graph("waits", {
  first: { run: "true" },
  waits: { run: "until [ -e go ]; do sleep 0.05; done", needs: ["first"] },
  behind: { run: "true", needs: ["waits"] }
})
`
  )
  Command.writePipeline(
    directory,
    "sweep-arm.ts",
    `
import { Policy } from "batchwave"
export default { name: "patient", policy: Policy.retry({ max: 4 }) }
`
  )
  Command.writePipeline(
    directory,
    "sweep.ts",
    `
import { Arm, Experiment, Sweep, Workload, World } from "${import.meta.resolve("@batchwave/lab")}"
import { Policy } from "batchwave"
export default Experiment.make({
  name: "retries",
  workload: Workload.forkJoin(4),
  world: World.flaky,
  arms: [
    Arm.make("never", { policy: Policy.giveUp }),
    ...Sweep.arms({ max: [0, 1, 2] }, ({ max }) => ({ policy: Policy.retry({ max }) }))
  ]
})
`
  )
}

/** The commands below one, by their path; those with commands of their own included. */
const pathsOf = (
  command: Pick<typeof batchwave, "subcommands">,
  path: string = ""
): ReadonlyArray<string> =>
  command.subcommands.flatMap(({ commands }) =>
    commands.flatMap((one) => [`${path}${one.name}`, ...pathsOf(one, `${path}${one.name} `)])
  )

describe("what is printed for programs", () => {
  const directory = Command.makeDirectory()
  writeFiles(directory)
  const seen = new Set<SchemaName>()

  const require = async (
    printings: ReadonlyArray<Printing>,
    env: { readonly [name: string]: string } = {}
  ): Promise<void> => {
    for (const [name, args, code = 0] of printings) {
      const ended = await Command.run(args.split(" "), { cwd: directory, env })
      assert.strictEqual(ended.code, code, `${args}: ${ended.stderr}`)
      requireText(name, ended.stdout)
      seen.add(name)
    }
  }

  it("fits its schema: runs that have ended, pipelines, settings and the cache", async () => {
    await require(ofEnded)
  })

  it("fits its schema: a run that goes on", async () => {
    const live = Command.start(["run", "waits.ts", "--run-id", "live", "--jsonl"], {
      cwd: directory
    })
    await Command.eventually("it waits", () => live.output().stdout.includes("\"NodeSucceeded\""))
    await require(ofLive)
    const { stdout } = await live.ended
    for (const line of stdout.trimEnd().split("\n")) requireText("events", line)
    seen.add("events")
  })

  it("fits its schema: an account, and the jobs that runs have left in it", async () => {
    const emulator = await Command.startEmulator(directory, ["--slots", "4"])
    requireText("emulate", emulator.line)
    seen.add("emulate")
    try {
      await require([["gc", "gc --json"]], emulator.env)
      const left = Command.start(["run", "waits.ts", "--run-id", "left"], {
        cwd: directory,
        env: emulator.env
      })
      await Command.eventually("it waits", () => left.output().stderr.includes("first succeeded"))
      left.child.kill("SIGKILL")
      await left.ended
      await require([["gc", "gc --json"], ["gc", "gc --end --interrupted --json"]], emulator.env)
    } finally {
      await Command.stop(emulator.started)
    }
  })

  it("fits its schema: the laboratory", async () => {
    await require(ofLab)
  })

  it("leaves out no schema, and no command with --json", async () => {
    assert.deepStrictEqual(schemaNames.filter((name) => !seen.has(name)), [])
    const published = readFileSync(
      join(import.meta.dirname, "../../docs/schemas/README.md"),
      "utf8"
    )
    for (const path of pathsOf(batchwave)) {
      const help = await Command.run([...path.split(" "), "--help"], { cwd: directory })
      if (!help.stdout.includes("--json") || path === "schema") continue
      assert.match(published, new RegExp(`^\\| .* \\|.*\`${path}\\b`, "m"), path)
    }
  })
})
