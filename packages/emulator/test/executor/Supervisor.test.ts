import * as Supervisor from "@batchwave/emulator/executor/Supervisor"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { type Bench, bench, eventually, livingProcesses } from "./Bench.ts"

const module = (name: string): string =>
  JSON.stringify(new URL(`../../src/executor/${name}.ts`, import.meta.url).href)

/** A process that starts groups, says so in a file, and waits to be killed. */
const startOwner = (world: Bench, commands: ReadonlyArray<string>): ChildProcess => {
  const file = Path.join(world.root, "owner.ts")
  writeFileSync(
    file,
    `
import * as ProcessGroup from ${module("ProcessGroup")}
import * as Effect from ${JSON.stringify(import.meta.resolve("effect/Effect"))}
import { openSync, writeFileSync } from "node:fs"
const output = openSync("/dev/null", "w")
for (const command of ${JSON.stringify(commands)}) {
  Effect.runSync(ProcessGroup.start({
    program: "/bin/sh",
    programArguments: ["-c", command, ${JSON.stringify(world.marker)}],
    workingDirectory: ${JSON.stringify(world.root)},
    environment: { PATH: "/usr/bin:/bin" },
    outputs: { stdout: output, stderr: output }
  }, () => {}))
}
writeFileSync(${JSON.stringify(Path.join(world.root, "ready"))}, "")
setInterval(() => {}, 1000)
`
  )
  return spawn(process.execPath, [file], { stdio: "ignore", detached: true })
}

const supervisorsOf = (word: string): ReadonlyArray<number> =>
  livingProcesses("SupervisorProcess").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(word)
    } catch {
      return false
    }
  })

const has = (world: Bench, name: string): boolean => existsSync(Path.join(world.root, name))

const sleeping = "sleep 60 & wait"

describe("the supervisor", () => {
  it.live(
    "kills all groups of a process that was killed, and ends, within two seconds",
    () =>
      Effect.gen(function*() {
        const world = yield* bench
        const before = supervisorsOf(Supervisor.variableName)
        const owner = startOwner(world, [
          `: > a; trap "" TERM INT HUP; ${sleeping}`,
          `: > b; ${sleeping}`,
          // Out of its session, but with its variables.
          `setsid sh -c ': > c; sleep 60; :' ${world.marker}; :`,
          // Without its variables, but in its group.
          `exec env -i /bin/sh -c ': > d; sleep 60; :' ${world.marker}`
        ])
        yield* eventually(() => ["ready", "a", "b", "c", "d"].every((name) => has(world, name)))
        const own = supervisorsOf(Supervisor.variableName).filter((pid) => !before.includes(pid))
        assert.lengthOf(own, 1)
        yield* eventually(() => livingProcesses(world.marker).length >= 5)
        owner.kill("SIGKILL")
        const killedMs = performance.now()
        yield* eventually(() => livingProcesses(world.marker).length === 0)
        yield* eventually(() => !supervisorsOf("").includes(own[0]!))
        assert.isBelow(performance.now() - killedMs, 2000)
      }),
    20_000
  )

  it.live("is not reached by Ctrl-C to the group of its owner", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const owner = startOwner(world, [`: > a; ${sleeping}`])
      yield* eventually(() => has(world, "ready") && has(world, "a"))
      process.kill(-owner.pid!, "SIGINT")
      yield* eventually(() => livingProcesses(world.marker).length === 0)
    }))

  it.live(
    "kills what it was told of, and nothing it was told to forget",
    () =>
      Effect.gen(function*() {
        const world = yield* bench
        const start = () =>
          spawn("/bin/sh", ["-c", "sleep 60; :", world.marker], { detached: true, stdio: "ignore" })
        const [told, forgotten, never] = [start(), start(), start()]
        yield* eventually(() => livingProcesses(world.marker).length === 3)
        const supervisor = spawn(
          process.execPath,
          [
            fileURLToPath(new URL("../../src/executor/SupervisorProcess.ts", import.meta.url)),
            "NOBODY=has-this"
          ],
          { stdio: ["pipe", "ignore", "inherit"] }
        )
        const ended = new Promise((resolve) => supervisor.once("exit", resolve))
        supervisor.stdin?.write(`+${told.pid}\n+${forgotten.pid}\n+0\n+1\n+x\n-${forgotten.pid}\n`)
        supervisor.stdin?.end()
        assert.strictEqual(yield* Effect.promise(() => ended), 0)
        const left = livingProcesses(world.marker)
        assert.sameMembers([...left], [forgotten.pid!, never.pid!])
        for (const { pid } of [forgotten, never]) process.kill(-pid!, "SIGKILL")
      }),
    20_000
  )
})
