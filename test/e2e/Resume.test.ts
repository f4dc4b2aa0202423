/**
 * Kill -9 of the orchestrator, resume, and Ctrl-C, with real processes that leave marks on disk.
 */
import { JobOperations } from "@batchwave/client/JobOperations"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Command from "./Command.ts"
import * as World from "./EngineWorld.ts"

/** Eight tasks that log each execution, half of them held back by a file, and one that joins. */
const pipeline = (directory: string): string =>
  Command.writePipeline(
    directory,
    "pipeline.ts",
    `
import { Output, Pipeline, sh } from "batchwave"
import { Schema } from "effect"

const directory = ${JSON.stringify(directory)}

export default Pipeline.make("marks", {}, (p) => {
  const first = p.each("first", ["0", "1", "2", "3"], { key: String }, (key) => ({
    run: sh\`echo first-\${key} >> \${directory}/log; echo '"\${sh.raw(key)}"' > output.json\`,
    output: Output.json(Schema.String)
  }))
  const held = p.each("held", ["0", "1", "2", "3"], { key: String }, (key) => ({
    run: sh\`echo held-\${key} >> \${directory}/log; echo $$ >> \${directory}/pids; until test -e \${directory}/go; do sleep 0.05; done\`,
    after: [first]
  }))
  return p.task("join", {
    inputs: { all: first.outputs },
    after: [held],
    run: sh\`echo join >> \${directory}/log; cp "$BATCHWAVE_INPUTS_FILE" result.json\`,
    output: Output.file("result.json")
  })
})
`
  )

const expected = [
  "first-0",
  "first-1",
  "first-2",
  "first-3",
  "held-0",
  "held-1",
  "held-2",
  "held-3",
  "join"
]

const logOf = (directory: string): ReadonlyArray<string> => {
  const file = join(directory, "log")
  return existsSync(file)
    ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "")
    : []
}

const runsOf = (directory: string): ReadonlyArray<string> => {
  const runs = join(directory, ".batchwave", "runs")
  return existsSync(runs) ? readdirSync(runs) : []
}

const pidsOf = (directory: string): ReadonlyArray<number> => {
  const file = join(directory, "pids")
  return existsSync(file)
    ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map(Number)
    : []
}

describe("a run that was killed", () => {
  it("finishes with --resume, and no task that ended well ran twice", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const emulator = await Command.startEmulator(directory, ["--slots", "4"])
    try {
      const killed = Command.start(["run", file, "--backend", "azure"], {
        cwd: directory,
        env: emulator.env
      })
      await Command.eventually("held tasks run", () => logOf(directory).includes("held-0"))
      killed.child.kill("SIGKILL")
      assert.strictEqual((await killed.ended).signal, "SIGKILL")
      writeFileSync(join(directory, "go"), "")
      const resumed = await Command.run(["run", file, "--backend", "azure", "--resume", "--json"], {
        cwd: directory,
        env: emulator.env
      })
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(logOf(directory).toSorted(), expected)
      const document = JSON.parse(resumed.stdout)
      assert.strictEqual(document.outcome, "succeeded")
      assert.lengthOf(runsOf(directory), 1)
      assert.match(resumed.stderr, /adopted/)
    } finally {
      await Command.stop(emulator.started)
    }
  })

  it("finishes although it was killed again and again, at any moment", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const emulator = await Command.startEmulator(directory, ["--slots", "4"])
    try {
      let kills = 0
      let code: number | null = null
      let said = ""
      for (let attempt = 0; code === null && attempt < 12; attempt++) {
        // By its id, since a run that was killed when it had just finished is no unfinished one.
        const run = runsOf(directory).find((name) =>
          existsSync(join(directory, ".batchwave", "runs", name, "run.json"))
        )
        const started = Command.start(
          [
            "run",
            file,
            "--backend",
            "azure",
            ...(run === undefined ? [] : ["--resume", "--run-id", run])
          ],
          { cwd: directory, env: emulator.env }
        )
        if (attempt < 11) {
          const delayMs = 700 + attempt * 60
          const timer = setTimeout(() => started.child.kill("SIGKILL"), delayMs)
          const ended = await started.ended
          clearTimeout(timer)
          if (ended.signal === "SIGKILL") {
            kills++
            // However fast the machine is, the run cannot end before it was killed once.
            writeFileSync(join(directory, "go"), "")
          } else {
            code = ended.code
            said = ended.stderr
          }
        } else {
          const ended = await started.ended
          code = ended.code
          said = ended.stderr
        }
      }
      assert.strictEqual(code, 0, said)
      assert.isAbove(kills, 0)
      assert.deepStrictEqual(logOf(directory).toSorted(), expected)
    } finally {
      await Command.stop(emulator.started)
    }
  })

  it("finishes with the emulator inside the killed process too, running again what it lost", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const killed = Command.start(["run", file, "--slots", "4"], { cwd: directory })
    await Command.eventually("held tasks run", () => pidsOf(directory).length === 4)
    killed.child.kill("SIGKILL")
    await killed.ended
    writeFileSync(join(directory, "go"), "")
    const resumed = await Command.run(["run", file, "--slots", "4", "--resume"], { cwd: directory })
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    const log = logOf(directory)
    assert.deepStrictEqual(
      log.filter((line) => !line.startsWith("held")).toSorted(),
      [...expected.slice(0, 4), "join"]
    )
    assert.isAbove(log.filter((line) => line.startsWith("held")).length, 4)
  })

  it.live("between the end of its run and that of its job ends the job when it is resumed", () =>
    Effect.gen(function*() {
      const { directory, emulator } = yield* World.make
      const file = Command.writePipeline(
        directory,
        "pipeline.ts",
        `
import { Pipeline, sh } from "batchwave"

export default Pipeline.make("short", {}, (p) => p.task("only", { run: sh\`true\` }))
`
      )
      const options = {
        cwd: directory,
        env: {
          AZURE_BATCH_ENDPOINT: emulator.endpoint,
          AZURE_BATCH_ACCOUNT: emulator.account,
          AZURE_BATCH_ACCESS_KEY: emulator.key,
          AZURE_BATCH_POOL: emulator.pool
        }
      }
      const endsOf = Effect.map(
        emulator.control.requests,
        ({ operations }) => operations["Job_Terminate"]?.count ?? 0
      )
      const stateOf = JobOperations.use((jobs) => Stream.runCollect(jobs.list())).pipe(
        Effect.map((jobs) => jobs.map(({ state }) => state)),
        Effect.provide(World.clientLayer({ directory, emulator }))
      )
      yield* emulator.control.putFaults({
        rules: [{ when: { operations: ["Job_Terminate"] }, fault: { _tag: "Status", status: 503 } }]
      })
      const killed = Command.start(["run", file, "--backend", "azure"], options)
      yield* endsOf.pipe(
        Effect.repeat({ until: (ends) => ends > 0, schedule: Schedule.spaced("20 millis") })
      )
      killed.child.kill("SIGKILL")
      yield* Effect.promise(() => killed.ended)
      yield* emulator.control.clearFaults
      assert.deepStrictEqual(yield* stateOf, ["active"])
      const [run = ""] = runsOf(directory)
      const resumed = yield* Effect.promise(() =>
        Command.run(["run", file, "--backend", "azure", "--resume", "--run-id", run], options)
      )
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(yield* stateOf, ["completed"])
    }).pipe(Effect.scoped))

  it("is refused while another process works on it", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const emulator = await Command.startEmulator(directory)
    try {
      const first = Command.start(["run", file, "--backend", "azure"], {
        cwd: directory,
        env: emulator.env
      })
      await Command.eventually("held tasks run", () => logOf(directory).includes("held-0"))
      const second = await Command.run(["run", file, "--backend", "azure", "--resume"], {
        cwd: directory,
        env: emulator.env
      })
      assert.strictEqual(second.code, 7, second.stderr)
      assert.match(second.stderr, /another process/)
      writeFileSync(join(directory, "go"), "")
      assert.strictEqual((await first.ended).code, 0)
      assert.deepStrictEqual(logOf(directory).toSorted(), expected)
    } finally {
      await Command.stop(emulator.started)
    }
  })
})

describe("Ctrl-C", () => {
  it("detaches, and prints the command that resumes the run", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const emulator = await Command.startEmulator(directory, ["--slots", "4"])
    try {
      const started = Command.start(["run", file, "--backend", "azure"], {
        cwd: directory,
        env: emulator.env
      })
      await Command.eventually("held tasks run", () => pidsOf(directory).length === 4)
      started.child.kill("SIGINT")
      const ended = await started.ended
      assert.strictEqual(ended.code, 130, ended.stderr)
      const command = /batchwave (resume .*)/.exec(ended.stderr)?.[1]
      if (command === undefined) throw new Error(`no resume command in: ${ended.stderr}`)
      for (const pid of pidsOf(directory)) assert.isTrue(Command.isAlive(pid))
      writeFileSync(join(directory, "go"), "")
      const resumed = await Command.run(command.trim().split(/\s+/), {
        cwd: directory,
        env: emulator.env
      })
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(logOf(directory).toSorted(), expected)
    } finally {
      await Command.stop(emulator.started)
    }
  })

  it("leaves at once when it comes again, although the service does not answer", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const emulator = await Command.startEmulator(directory, ["--slots", "4"])
    const service = emulator.started.child
    try {
      const started = Command.start(
        ["run", file, "--backend", "azure", "--on-interrupt", "terminate"],
        { cwd: directory, env: emulator.env }
      )
      await Command.eventually("held tasks run", () => pidsOf(directory).length === 4)
      service.kill("SIGSTOP")
      started.child.kill("SIGINT")
      await Command.eventually(
        "it waits for the tasks to end",
        () => started.output().stderr.includes("cancelling")
      )
      const pressedAtMs = performance.now()
      // Two signals at once are one press of the keys.
      await Command.eventually("some time passes", () => performance.now() - pressedAtMs > 300)
      started.child.kill("SIGINT")
      const againAtMs = performance.now()
      assert.strictEqual((await started.ended).code, 130)
      assert.isBelow(performance.now() - againAtMs, 5_000)
    } finally {
      service.kill("SIGCONT")
      await Command.stop(emulator.started)
    }
  })

  it("leaves no child process behind when told to terminate", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const started = Command.start(
      ["run", file, "--slots", "4", "--on-interrupt", "terminate"],
      { cwd: directory }
    )
    await Command.eventually("held tasks run", () => pidsOf(directory).length === 4)
    started.child.kill("SIGINT")
    const ended = await started.ended
    assert.strictEqual(ended.code, 3, ended.stderr)
    for (const pid of pidsOf(directory)) assert.isFalse(Command.isAlive(pid))
  })

  it("leaves no child process of the embedded emulator behind when it detaches", async () => {
    const directory = Command.makeDirectory()
    const file = pipeline(directory)
    const started = Command.start(["run", file, "--slots", "4"], { cwd: directory })
    await Command.eventually("held tasks run", () => pidsOf(directory).length === 4)
    started.child.kill("SIGINT")
    const ended = await started.ended
    assert.strictEqual(ended.code, 130, ended.stderr)
    assert.match(ended.stderr, /batchwave resume /)
    for (const pid of pidsOf(directory)) assert.isFalse(Command.isAlive(pid))
    writeFileSync(join(directory, "go"), "")
    const resumed = await Command.run(["run", file, "--slots", "4", "--resume"], { cwd: directory })
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    const log = logOf(directory)
    assert.deepStrictEqual(
      log.filter((line) => line.startsWith("first")).toSorted(),
      expected.slice(0, 4)
    )
    assert.strictEqual(log.filter((line) => line === "join").length, 1)
  })
})
