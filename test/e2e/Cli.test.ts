/**
 * The command from outside: bad input, a service that is not there, a node that fails, plans, and the
 * emulator's line. Each ending has its exit code and one message, and what is refused leaves nothing
 * behind.
 */
import { BatchClient } from "@batchwave/client/BatchClient"
import { JobOperations } from "@batchwave/client/JobOperations"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { requireText } from "../PublishedSchema.ts"
import * as Command from "./Command.ts"

const node = (name: string, after: ReadonlyArray<string> = []) => ({
  name,
  after,
  command: [{ _tag: "Text", text: "true" }],
  inputs: {},
  files: [],
  outputs: [],
  environment: {},
  slots: 1
})

const workflow = (...nodes: ReadonlyArray<ReturnType<typeof node>>): string =>
  JSON.stringify({ version: 1, name: "bad", nodes })

const withParameters = `
import { Pipeline, sh } from "batchwave"
import { Schema } from "effect"
export default Pipeline.make(
  "weather",
  { params: { years: Schema.Array(Schema.Int), csv: Schema.String } },
  (p, { csv }) => { p.task("a", { run: sh\`echo \${csv}\` }) }
)
`

interface BadInput {
  readonly what: string
  readonly file: string
  /** Absent when the file is not written. */
  readonly body?: string
  readonly flags?: ReadonlyArray<string>
  readonly message: ReadonlyArray<RegExp>
}

const badInputs: ReadonlyArray<BadInput> = [
  {
    what: "a cycle",
    file: "w.json",
    body: workflow(node("a", ["c"]), node("b", ["a"]), node("c", ["b"])),
    message: [/"a" → "b" → "c" → "a"/, /remove one/]
  },
  {
    what: "an unknown dependency",
    file: "w.json",
    body: workflow(node("fetch"), node("load", ["fecth"])),
    message: [/"load".*"fecth"/, /did you mean "fetch"\?/]
  },
  {
    what: "a name used twice",
    file: "w.json",
    body: workflow(node("fetch"), node("fetch")),
    message: [/"fetch"/, /twice|2 times/]
  },
  {
    what: "names that differ only by case",
    file: "w.json",
    body: workflow(node("Fetch"), node("fetch")),
    message: [/"Fetch"/, /"fetch"/, /case/]
  },
  {
    what: "JSON that is no workflow",
    file: "w.json",
    body: "{\"version\":1,\"name\":\"x\"}",
    message: [/w\.json is no workflow/, /nodes/]
  },
  { what: "text that is no JSON", file: "w.json", body: "{", message: [/w\.json is not JSON/] },
  {
    what: "a file that does not exist",
    file: "absent.ts",
    message: [/absent\.ts does not exist/, /check the path/]
  },
  { what: "a file of another kind", file: "w.yaml", body: "", message: [/\.ts.*\.json/] },
  {
    what: "a module without a default export",
    file: "w.ts",
    body: "export const x = 1\n",
    message: [/w\.ts has no default export/, /export default Pipeline\.make/]
  },
  {
    what: "a module that exports something else",
    file: "w.ts",
    body: "export default [1]\n",
    message: [/default export of .*w\.ts is an array/, /export default Pipeline\.make/]
  },
  {
    what: "a pipeline that is not the default export",
    file: "w.ts",
    body: "import { Pipeline } from \"batchwave\"\n"
      + "export const mine = Pipeline.graph(\"g\", { a: { run: \"true\" } })\n",
    message: [/as "mine"/, /export default mine/]
  },
  {
    what: "a module that throws",
    file: "w.ts",
    body: "const word: string = \"boom\"\nthrow new TypeError(word)\n",
    message: [/threw TypeError: boom \(at w\.ts:2\)/]
  },
  {
    what: "missing parameters",
    file: "w.ts",
    body: withParameters,
    message: [/"years" is missing; it takes array of integer/, /"csv" is missing/]
  },
  {
    what: "wrong and unknown parameters",
    file: "w.ts",
    body: withParameters,
    flags: ["--param", "years=[2020,\"x\"]", "--param", "cvs=a"],
    message: [/"cvs"; did you mean "csv"\?/, /"years\[1\]"/, /"csv" is missing/]
  },
  {
    what: "a parameter without a value",
    file: "w.ts",
    body: withParameters,
    flags: ["--param", "years"],
    message: [/--param name=value/]
  }
]

const writeBad = (directory: string, { body, file }: BadInput): string =>
  body === undefined ? join(directory, file) : Command.writePipeline(directory, file, body)

const hasRuns = (directory: string): boolean => existsSync(join(directory, ".batchwave"))

/** The ids of all jobs of an emulator. */
const jobsOf = ({ account, endpoint, key }: Command.EmulatorCoordinates) =>
  Effect.runPromise(
    Effect.gen(function*() {
      const jobs = yield* JobOperations
      const found = yield* Stream.runCollect(jobs.list())
      return found.map((job) => job.id)
    }).pipe(
      Effect.provide(BatchClient.layer({ endpoint, account, key: Redacted.make(key) }))
    )
  )

/** The milliseconds from start to end that an emulator tells of the tasks of its only job. */
const durationsOf = ({ account, endpoint, key }: Command.EmulatorCoordinates) =>
  Effect.runPromise(
    Effect.gen(function*() {
      const [job] = yield* Stream.runCollect((yield* JobOperations).list())
      const tasks = yield* Stream.runCollect((yield* TaskOperations).list(job?.id ?? ""))
      return tasks.map(({ executionInfo }) =>
        Date.parse(executionInfo?.endTime ?? "") - Date.parse(executionInfo?.startTime ?? "")
      )
    }).pipe(
      Effect.provide(BatchClient.layer({ endpoint, account, key: Redacted.make(key) }))
    )
  )

const failing = workflow(node("unused")).replace("\"unused\"", "\"fetch\"")

const writeFailing = (directory: string): string => {
  const fetch = {
    ...node("fetch"),
    command: [{
      _tag: "Text",
      text: "i=1; while [ $i -le 30 ]; do echo line-$i >&2; i=$((i+1)); done; "
        + "printf '\\033[31mred\\033[0m\\n' >&2; exit 3"
    }]
  }
  const file = join(directory, "failing.json")
  writeFileSync(
    file,
    workflow(fetch, node("clean", ["fetch"]), node("load", ["clean"]), node("other"))
  )
  return file
}

describe("bad input", () => {
  for (const bad of badInputs) {
    it(`${bad.what} ends plan and run with code 2, one message, and nothing submitted`, async () => {
      const directory = Command.makeDirectory()
      const file = writeBad(directory, bad)
      const both = await Promise.all(
        ["plan", "run"].map((verb) =>
          Command.run([verb, file, ...(bad.flags ?? [])], { cwd: directory })
        )
      )
      for (const ended of both) {
        assert.strictEqual(ended.code, 2, ended.stderr)
        assert.strictEqual(ended.stdout, "")
        assert.match(ended.stderr, /^error: /)
        for (const part of bad.message) assert.match(ended.stderr, part)
        assert.notMatch(ended.stderr, /\n {4}at /)
      }
      assert.isFalse(hasRuns(directory))
    })
  }

  it("reaches no service that is there", async () => {
    const directory = Command.makeDirectory()
    const emulator = await Command.startEmulator(directory)
    try {
      const file = join(directory, "w.json")
      writeFileSync(file, workflow(node("a", ["b"]), node("b", ["a"])))
      const ended = await Command.run(["run", file], { cwd: directory, env: emulator.env })
      assert.strictEqual(ended.code, 2)
      assert.deepStrictEqual(await jobsOf(emulator.coordinates), [])
    } finally {
      await Command.stop(emulator.started)
    }
  })
})

describe("the command line", () => {
  const cwd = Command.makeDirectory()

  it("prints help and version of every command on stdout", async () => {
    for (const verb of [[], ["plan"], ["run"], ["emulate"]]) {
      const [help, version] = await Promise.all([
        Command.run([...verb, "--help"], { cwd }),
        Command.run([...verb, "--version"], { cwd })
      ])
      assert.strictEqual(help.code, 0, help.stderr)
      assert.match(help.stdout, /USAGE/)
      assert.strictEqual(help.stderr, "")
      assert.match(version.stdout, /^batchwave \d+\.\d+\.\d+\n$/)
      assert.strictEqual(version.code, 0)
    }
  })

  it("answers a wrong flag or command with code 2 and the usage, all on stderr", async () => {
    for (const args of [["run", "--resum", "w.ts"], ["plann"], ["run"], [], ["plan", "a", "b"]]) {
      const ended = await Command.run(args, { cwd })
      assert.strictEqual(ended.code, 2, args.join(" "))
      assert.strictEqual(ended.stdout, "")
      assert.match(ended.stderr, /usage/i)
    }
  })

  it("says what to resume when there is nothing to resume", async () => {
    const directory = Command.makeDirectory()
    const file = join(directory, "w.json")
    writeFileSync(file, failing)
    const ended = await Command.run(["run", file, "--resume"], { cwd: directory })
    assert.strictEqual(ended.code, 2)
    assert.match(ended.stderr, /no run of "bad" to resume.*no runs yet/)
    assert.isFalse(hasRuns(directory))
  })

  it("tells the newest run again when every run has ended, without running anything", async () => {
    const directory = Command.makeDirectory()
    const file = writeFailing(directory)
    const first = await Command.run(["run", file], { cwd: directory })
    const again = await Command.run(["run", file, "--resume"], { cwd: directory })
    assert.strictEqual(first.code, 1)
    assert.strictEqual(again.code, 1)
    assert.strictEqual(again.stdout, first.stdout)
    assert.notInclude(again.stderr, "submitted")
  })
})

describe("a service that cannot be used", () => {
  const settings = {
    AZURE_BATCH_ACCOUNT: "someone",
    AZURE_BATCH_ACCESS_KEY: "c2VjcmV0LWtleS1vZi1zb21lb25l"
  }

  it("ends with code 2 naming every missing setting", async () => {
    const directory = Command.makeDirectory()
    const ended = await Command.run(["run", writeFailing(directory), "--backend", "azure"], {
      cwd: directory
    })
    assert.strictEqual(ended.code, 2)
    for (const name of ["ENDPOINT", "ACCOUNT", "ACCESS_KEY", "POOL"]) {
      assert.include(ended.stderr, `AZURE_BATCH_${name}`)
    }
    assert.isFalse(hasRuns(directory))
  })

  it("ends with code 5 within seconds when nobody listens, and leaves nothing behind", async () => {
    const directory = Command.makeDirectory()
    const { free, port } = await heldPort()
    const startedAtMs = performance.now()
    const ended = await Command.run(["run", writeFailing(directory)], {
      cwd: directory,
      env: { ...settings, AZURE_BATCH_ENDPOINT: `http://127.0.0.1:${port}` }
    })
    free()
    assert.strictEqual(ended.code, 5, ended.stderr)
    assert.isBelow(performance.now() - startedAtMs, 30_000)
    assert.include(ended.stderr, `http://127.0.0.1:${port}`)
    assert.match(ended.stderr, /check AZURE_BATCH_ENDPOINT/)
    assert.notInclude(ended.stderr, settings.AZURE_BATCH_ACCESS_KEY)
    assert.isFalse(hasRuns(directory))
  })

  it("ends with code 5 when the key is wrong, and submits nothing", async () => {
    const directory = Command.makeDirectory()
    const emulator = await Command.startEmulator(directory)
    try {
      const ended = await Command.run(["run", writeFailing(directory)], {
        cwd: directory,
        env: { ...emulator.env, AZURE_BATCH_ACCESS_KEY: settings.AZURE_BATCH_ACCESS_KEY }
      })
      assert.strictEqual(ended.code, 5, ended.stderr)
      assert.match(ended.stderr, /did not accept the key/)
      assert.include(ended.stderr, emulator.coordinates.endpoint)
      assert.notInclude(ended.stderr, settings.AZURE_BATCH_ACCESS_KEY)
      assert.deepStrictEqual(await jobsOf(emulator.coordinates), [])
      assert.isFalse(existsSync(join(directory, ".batchwave", "runs")))
    } finally {
      await Command.stop(emulator.started)
    }
  })
})

describe("a node that fails", () => {
  it("ends with code 1, the end of its stderr, and the chain to what it blocked", async () => {
    const directory = Command.makeDirectory()
    const ended = await Command.run(["run", writeFailing(directory)], { cwd: directory })
    assert.strictEqual(ended.code, 1, ended.stderr)
    assert.match(ended.stderr, /^backend: emulator/)
    assert.match(ended.stdout, /^fetch +failed .*exit code 3/m)
    assert.match(ended.stdout, /^clean +blocked .*blocked by fetch$/m)
    assert.match(ended.stdout, /^load +blocked .*blocked by fetch → clean$/m)
    assert.match(ended.stdout, /^other +succeeded/m)
    assert.include(ended.stderr, "| line-12\n")
    assert.notInclude(ended.stderr, "line-11\n")
    assert.include(ended.stderr, "| red\n")
    assert.notInclude(ended.stderr, "\u{1b}")
  })

  it("is one document with --json, kept as report.json, and told again on resume", async () => {
    const directory = Command.makeDirectory()
    const file = writeFailing(directory)
    const ended = await Command.run(["run", file, "--json", "--run-id", "r"], { cwd: directory })
    assert.strictEqual(ended.code, 1, ended.stderr)
    requireText("run", ended.stdout)
    const document = JSON.parse(ended.stdout)
    assert.deepStrictEqual(Object.keys(document), [
      "run",
      "pipeline",
      "backend",
      "outcome",
      "counts",
      "retries",
      "cached",
      "degraded",
      "nodes",
      "results",
      "directory"
    ])
    assert.strictEqual(document.outcome, "failed")
    assert.deepStrictEqual(document.counts, {
      succeeded: 1,
      skipped: 0,
      failed: 1,
      blocked: 2,
      cancelled: 0,
      pending: 0
    })
    const kept: unknown = JSON.parse(readFileSync(join(document.directory, "report.json"), "utf8"))
    assert.deepStrictEqual(kept, document)
    const again = await Command.run(["run", file, "--json", "--resume", "--run-id", "r"], {
      cwd: directory
    })
    assert.strictEqual(again.code, 1)
    assert.deepStrictEqual(JSON.parse(again.stdout), document)
    const taken = await Command.run(["run", file, "--run-id", "r"], { cwd: directory })
    assert.strictEqual(taken.code, 2)
    assert.match(taken.stderr, /exists already.*batchwave resume r,/)
    assert.deepStrictEqual(readdirSync(join(directory, ".batchwave", "runs")), ["r"])
  })
})

describe("doctor", () => {
  it("finds the newest run sound, tells a damaged one from it, and cuts it when told to", async () => {
    const directory = Command.makeDirectory()
    const file = writeFailing(directory)
    await Command.run(["run", file, "--run-id", "r"], { cwd: directory })
    const sound = await Command.run(["doctor"], { cwd: directory })
    assert.strictEqual(sound.code, 0, sound.stderr)
    assert.match(sound.stdout, /^run r of "bad": the journal is sound: \d+ records with \d+ events/)

    const journal = join(directory, ".batchwave", "runs", "r", "journal.db")
    const bytes = readFileSync(journal)
    bytes[bytes.indexOf("NodeFailed")]! ^= 1
    writeFileSync(journal, bytes)
    const refused = await Command.run(["run", file, "--resume"], { cwd: directory })
    assert.strictEqual(refused.code, 6)
    assert.match(refused.stderr, /record \d+ is damaged[^]*batchwave doctor r/)
    const damaged = await Command.run(["doctor", "r", "--json"], { cwd: directory })
    assert.strictEqual(damaged.code, 6)
    assert.isFalse(JSON.parse(damaged.stdout).sound)

    const cut = await Command.run(["doctor", "r", "--cut"], { cwd: directory })
    assert.strictEqual(cut.code, 0, cut.stderr)
    assert.match(cut.stdout, /the journal as it was is .*journal\.db\.damaged-1/)
    const again = await Command.run(["doctor", "r"], { cwd: directory })
    assert.strictEqual(again.code, 0)

    truncateSync(journal, 0)
    const emptied = await Command.run(["doctor", "r"], { cwd: directory })
    assert.strictEqual(emptied.code, 6)
    assert.match(
      emptied.stdout,
      /damaged:\n- it holds nothing, and the run has ended \(failed\)\nintact up to the damage: no record/
    )
  })

  it("ends with code 2 for a run that is not there", async () => {
    const directory = Command.makeDirectory()
    for (const args of [["doctor"], ["doctor", "nope"], ["doctor", "../nope"]]) {
      const ended = await Command.run(args, { cwd: directory })
      assert.strictEqual(ended.code, 2, args.join(" "))
    }
  })
})

describe("plan", () => {
  const directory = Command.makeDirectory()
  const file = join(directory, "w.json")
  writeFileSync(file, workflow(node("a"), node("b \"quoted\"", ["a"]), node("c", ["a"])))

  const plan = async (...flags: ReadonlyArray<string>): Promise<string> => {
    const ended = await Command.run(["plan", file, ...flags], { cwd: directory })
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(ended.stderr, "")
    return ended.stdout
  }

  it("prints nodes, edges, levels and critical path as JSON, by either flag", async () => {
    const text = await plan("--json")
    assert.strictEqual(await plan("--format", "json"), text)
    assert.deepStrictEqual(JSON.parse(text), {
      nodes: 3,
      edges: 2,
      levels: [["a"], ["b \"quoted\"", "c"]],
      criticalPath: ["a", "b \"quoted\""]
    })
  })

  it("says of the native mode what the service cannot hold", async () => {
    const path = join(directory, "native.json")
    const late = { ...node("c", ["a"]), when: "allDone" }
    writeFileSync(path, workflow(node("a"), node("b", ["a"]), late))
    const ended = await Command.run(["plan", path, "--mode", "native"], { cwd: directory })
    assert.include(
      ended.stdout,
      "native mode: the service holds 1 of 2 edges\n"
        + "  1 edge left to the engine, because of each child: the service knows no trigger rule but success (a → c)\n"
    )
    assert.notInclude(await plan("--mode", "eager"), "native mode")
  })

  it("prints waves for people, and graphs for the two languages that draw them", async () => {
    assert.match(await plan(), /3 nodes, 2 edges, 2 waves/)
    const mermaid = await plan("--format", "mermaid")
    assert.match(mermaid, /^flowchart TD\n(?: {2}n.*\n)+$/)
    assert.strictEqual((await Command.run(["graph", file], { cwd: directory })).stdout, mermaid)
    assert.match(await plan("--format", "dot"), /^digraph "bad" \{\n(?: {2}n.*\n)+\}\n$/)
    assert.isFalse(hasRuns(directory))
  })
})

describe("config", () => {
  it("is the environment, then the file of the project, and keeps secrets", async () => {
    const directory = Command.makeDirectory()
    Command.writePipeline(
      directory,
      "batchwave.config.ts",
      `
import { defineConfig } from "batchwave"
export default defineConfig({ data: "kept", mode: "native", account: "of-file" })
`
    )
    const env = {
      AZURE_BATCH_ACCOUNT_NAME: "of-environment",
      AZURE_BATCH_ACCOUNT_KEY: "of-nobody",
      AZURE_BATCH_ACCESS_KEY: "hidden"
    }
    const config = await Command.run(["config", "--show-origin"], { cwd: directory, env })
    assert.strictEqual(config.code, 0, config.stderr)
    assert.notMatch(config.stdout, /hidden|of-nobody|of-file/)
    assert.match(config.stdout, /^mode +native +file: batchwave.config.ts$/m)
    assert.match(
      config.stdout,
      /^account +of-environment +environment: AZURE_BATCH_ACCOUNT_NAME$/m
    )
    assert.match(
      config.stdout,
      /^key +\*{8} +environment: AZURE_BATCH_ACCESS_KEY; AZURE_BATCH_ACCOUNT_KEY is set too/m
    )
    const runs = await Command.run(["runs"], { cwd: directory })
    assert.strictEqual(runs.stderr, "kept has no runs\n")
    const given = await Command.run(["runs", "--data", "given"], {
      cwd: directory,
      env: { BATCHWAVE_DATA: "named" }
    })
    assert.strictEqual(given.stderr, "given has no runs\n")
  })

  it("names everything that is wrong with file or environment", async () => {
    const directory = Command.makeDirectory()
    writeFileSync(
      join(directory, "batchwave.config.mjs"),
      "export default { data: 3, moed: \"waves\", key: \"k\", onFailure: \"never\" }\n"
    )
    const wrong = await Command.run(["runs"], { cwd: directory })
    assert.strictEqual(wrong.code, 2)
    assert.deepStrictEqual(wrong.stderr.split("\n").slice(0, 5), [
      "error: batchwave.config.mjs is wrong:",
      "- data is a number; give a text",
      "- there is no setting \"moed\" (did you mean \"mode\"?)",
      "- key: a secret is read from the environment only",
      "- onFailure is \"never\"; use keepGoing, drain, failFast, tolerate:N or tolerate:N%"
    ])
    const elsewhere = { cwd: Command.makeDirectory(), env: { BATCHWAVE_MODE: "wave" } }
    assert.include(
      (await Command.run(["runs"], elsewhere)).stderr,
      "- BATCHWAVE_MODE is \"wave\"; use eager, waves or native"
    )
  })
})

describe("emulate", () => {
  it("prints one JSON object of four members when it is ready, and ends with its signal", async () => {
    const directory = Command.makeDirectory()
    const { coordinates, line, started } = await Command.startEmulator(directory)
    assert.deepStrictEqual(Object.keys(coordinates), ["endpoint", "account", "key", "pool"])
    assert.strictEqual(line.split("\n").length, 2)
    assert.match(coordinates.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/)
    started.child.kill("SIGTERM")
    assert.strictEqual((await started.ended).code, 143)
  })

  it("is ready for a run in the same directory, and ends with code 0 on SIGINT", async () => {
    const directory = Command.makeDirectory()
    const emulator = await Command.startEmulator(directory)
    const file = Command.writePipeline(
      directory,
      "files.ts",
      `
import { Output, Pipeline, sh } from "batchwave"
export default Pipeline.make("files", {}, (p) => {
  const word = p.task("word", { run: sh\`echo hello > word.txt\`, output: Output.file("word.txt") })
  return p.task("copy", { run: sh\`cp \${word.output} copy.txt\`, output: Output.file("copy.txt") })
})
`
    )
    const ended = await Command.run(["run", file, "--json"], { cwd: directory, env: emulator.env })
    assert.strictEqual(ended.code, 0, ended.stderr)
    const document = JSON.parse(ended.stdout)
    assert.strictEqual(document.backend, "azure")
    assert.strictEqual(readFileSync(document.results.result, "utf8"), "hello\n")
    assert.strictEqual((await jobsOf(emulator.coordinates)).length, 1)
    emulator.started.child.kill("SIGINT")
    assert.strictEqual((await emulator.started.ended).code, 0)
  })

  it("takes switches, and refuses what is none or has no such value", async () => {
    const directory = Command.makeDirectory()
    const refused = await Command.run(
      ["emulate", "--set", "nonsense=1", "--set", "listOrder=none"],
      { cwd: directory }
    )
    assert.strictEqual(refused.code, 2)
    assert.match(refused.stderr, /there is no switch nonsense; there are bodyBytesMax/)
    assert.match(refused.stderr, /listOrder must be added or id, not none/)
    const emulator = await Command.startEmulator(directory, ["--set", "apiVersions=any"])
    emulator.started.child.kill("SIGINT")
    assert.strictEqual((await emulator.started.ended).code, 0)
  })

  it("makes go wrong what a fault plan says, and refuses a wrong plan with every problem", async () => {
    const directory = Command.makeDirectory()
    const plan = join(directory, "faults.json")
    writeFileSync(plan, JSON.stringify({ rules: [{ fault: { _tag: "Nonsense" } }], sed: 1 }))
    const refused = await Command.run(["emulate", "--faults", plan], { cwd: directory })
    assert.strictEqual(refused.code, 2)
    assert.match(refused.stderr, /faults\.json is wrong/)
    const isBusy = { _tag: "Status", status: 503, code: "ServerBusy" }
    writeFileSync(
      plan,
      JSON.stringify({
        rules: [{ when: { operations: ["Task_AddCollection"], nth: 1 }, fault: isBusy }]
      })
    )
    const emulator = await Command.startEmulator(directory, ["--faults", plan])
    try {
      const file = Command.writePipeline(
        directory,
        "one.ts",
        `import { Pipeline } from "batchwave"
export default Pipeline.graph("one", { only: { run: "true" } })
`
      )
      const ended = await Command.run(["run", file, "--backend", "azure"], {
        cwd: directory,
        env: emulator.env
      })
      assert.strictEqual(ended.code, 0, ended.stderr)
    } finally {
      await Command.stop(emulator.started)
    }
  })

  it("runs a recorded workflow in its recorded time, faster, without any process", async () => {
    const directory = Command.makeDirectory()
    const trace = join(directory, "trace.json")
    writeFileSync(
      trace,
      JSON.stringify({
        name: "hours",
        schemaVersion: "1.5",
        workflow: {
          specification: {
            tasks: [{ id: "first", children: ["a b"] }, { id: "a b", parents: ["first"] }]
          },
          execution: {
            tasks: [
              { id: "first", runtimeInSeconds: 3600, command: { program: "no-such-program" } },
              { id: "a b", runtimeInSeconds: 7200.5, command: { program: "no-such-program" } }
            ]
          }
        }
      })
    )
    const refused = await Command.run(["emulate", "--trace", trace], { cwd: directory })
    assert.strictEqual(refused.code, 2)
    assert.match(refused.stderr, /--trace is only for --executor simulated/)
    const simulated = ["--executor", "simulated", "--trace", trace, "--speed", "50000"]
    const emulator = await Command.startEmulator(directory, simulated)
    try {
      const ended = await Command.run(["run", trace, "--backend", "azure", "--json"], {
        cwd: directory,
        env: emulator.env
      })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const durationsMs = await durationsOf(emulator.coordinates)
      assert.deepStrictEqual(
        durationsMs.toSorted((left, right) => left - right),
        [3_600_000, 7_200_500]
      )
    } finally {
      await Command.stop(emulator.started)
    }
  })

  it("listens for others only when executor and address are named, and never with the public key", async () => {
    const cwd = Command.makeDirectory()
    const unnamed = await Command.run(["emulate", "--host", "192.0.2.7"], { cwd })
    assert.strictEqual(unnamed.code, 2)
    assert.match(unnamed.stderr, /192\.0\.2\.7 lets others run commands .* name the executor/)
    const everywhere = await Command.run(
      ["emulate", "--host", "0.0.0.0", "--executor", "simulated"],
      { cwd }
    )
    assert.strictEqual(everywhere.code, 2)
    assert.include(everywhere.stderr, "give the one that clients use")
    const loopback = await Command.startEmulator(cwd, ["--host", "127.0.0.1"])
    await Command.stop(loopback.started)
    assert.match(loopback.coordinates.endpoint, /^http:\/\/127\.0\.0\.1:/)
  })

  it("takes the access tokens of the environment, and no others", async () => {
    const cwd = Command.makeDirectory()
    const tokens = "first-token-of-two, second-token-of-two"
    const { coordinates, line, started } = await Command.startEmulator(cwd, [], {
      BATCHWAVE_EMULATOR_TOKENS: tokens
    })
    try {
      const statusWith = async (token: string) => {
        const target = `${coordinates.endpoint}/jobs?api-version=2024-02-01.19.0`
        const { status } = await fetch(target, { headers: { Authorization: `Bearer ${token}` } })
        return status
      }
      assert.strictEqual(await statusWith("first-token-of-two"), 200)
      assert.strictEqual(await statusWith("second-token-of-two"), 200)
      for (const token of ["third-token-of-two", "first-token-of-two,", ""]) {
        assert.oneOf(await statusWith(token), [401, 403], token)
      }
      assert.notInclude(line, "token-of-two")
    } finally {
      await Command.stop(started)
    }
    const short = await Command.run(
      ["emulate", "--host", "192.0.2.7", "--executor", "simulated"],
      { cwd, env: { BATCHWAVE_EMULATOR_TOKENS: "tooShortAToken" } }
    )
    assert.strictEqual(short.code, 2)
    assert.include(short.stderr, "BATCHWAVE_EMULATOR_TOKENS must be")
    assert.notInclude(short.stderr, "tooShort")
  })

  it("says that a port is taken", async () => {
    const directory = Command.makeDirectory()
    const { coordinates, started } = await Command.startEmulator(directory)
    try {
      const { port } = new URL(coordinates.endpoint)
      const ended = await Command.run(["emulate", "--port", port], { cwd: directory })
      assert.strictEqual(ended.code, 2)
      assert.match(ended.stderr, new RegExp(`${port}.*another port`))
    } finally {
      await Command.stop(started)
    }
  })
})

/** A port on which nobody listens, or can until it is freed: it is one end of a connection of ours. */
const heldPort = async (): Promise<{ readonly port: number; readonly free: () => void }> => {
  const server = createServer()
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const client = connect(port, "127.0.0.1")
  await once(client, "connect")
  return {
    port: client.localPort ?? 0,
    free: () => {
      client.destroy()
      server.close()
    }
  }
}
