import { ProcessExecutor } from "@batchwave/emulator/executor/ProcessExecutor"
import * as Supervisor from "@batchwave/emulator/executor/Supervisor"
import * as SupervisorMessage from "@batchwave/emulator/executor/SupervisorMessage"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { type Bench, bench, eventually, execution, livingProcesses, timed } from "./Bench.ts"

const module = (name: string): string =>
  JSON.stringify(new URL(`../../src/executor/${name}.ts`, import.meta.url).href)

/** A process that starts groups, says so in a file, and waits to be killed, or does what is given. */
const startOwner = (
  world: Bench,
  commands: ReadonlyArray<string>,
  atLast = "setInterval(() => {}, 1000)"
): ChildProcess => {
  const file = Path.join(world.root, "owner.ts")
  writeFileSync(
    file,
    `
import * as ProcessGroup from ${module("ProcessGroup")}
import * as Effect from ${JSON.stringify(import.meta.resolve("effect/Effect"))}
import { writeFileSync } from "node:fs"
for (const command of ${JSON.stringify(commands)}) {
  await Effect.runPromise(ProcessGroup.start({
    program: "/bin/sh",
    programArguments: ["-c", command, ${JSON.stringify(world.marker)}],
    workingDirectory: ${JSON.stringify(world.root)},
    environment: { PATH: "/usr/bin:/bin" },
    stdout: "/dev/null",
    stderr: "/dev/null",
    keepsOutputs: true
  }, () => {}))
}
writeFileSync(${JSON.stringify(Path.join(world.root, "ready"))}, "")
${atLast}
`
  )
  return spawn(process.execPath, [file], { stdio: "ignore", detached: true })
}

/** The living supervisors of which a file in `/proc` fits. */
const supervisorsWith = (file: string, fits: RegExp): ReadonlyArray<number> =>
  livingProcesses("SupervisorProcess").filter((pid) => {
    try {
      return fits.test(readFileSync(`/proc/${pid}/${file}`, "latin1"))
    } catch {
      return false
    }
  })

const ownSupervisors = (): ReadonlyArray<number> =>
  supervisorsWith("cmdline", new RegExp(Supervisor.variableValue))

const supervisorsStartedBy = (pid: number): ReadonlyArray<number> =>
  supervisorsWith("status", new RegExp(`^PPid:\\s*${pid}$`, "m"))

const has = (world: Bench, name: string): boolean => existsSync(Path.join(world.root, name))

/** A supervisor of nobody, which is talked to by hand. */
const openDialog = (world: Bench) =>
  Effect.sync(() => {
    const program = fileURLToPath(
      new URL("../../src/executor/SupervisorProcess.ts", import.meta.url)
    )
    const child = spawn(process.execPath, [program, "SOMEBODY=has-this"], {
      stdio: ["pipe", "pipe", "inherit"]
    })
    const reports: Array<SupervisorMessage.Report> = []
    const linesOf = SupervisorMessage.lineReader()
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      for (const line of linesOf(piece)) reports.push(JSON.parse(line))
    })
    const ended = new Promise((resolve) => child.once("exit", resolve))
    const tell = (order: SupervisorMessage.Order) =>
      child.stdin.write(SupervisorMessage.encode(order))
    const pids = () =>
      new Map(reports.flatMap((each) => each._tag === "Started" ? [[each.pid, each.orderId]] : []))
    return {
      reports,
      tell,
      launch: (
        orderId: number,
        script: string,
        rest: Partial<SupervisorMessage.Launch> = {}
      ) =>
        tell({
          _tag: "Launch",
          orderId,
          program: "/bin/sh",
          programArguments: ["-c", script, world.marker],
          workingDirectory: world.root,
          environment: { PATH: "/usr/bin:/bin" },
          stdout: "/dev/null",
          stderr: "/dev/null",
          keepsOutputs: true,
          ...rest
        }),
      pidOf: (orderId: number) => [...pids()].find(([, id]) => id === orderId)?.[0] ?? 0,
      refusals: () =>
        reports
          .flatMap((each) =>
            each._tag === "Refused" ? [[each.orderId, each.errno, each.path] as const] : []
          )
          .toSorted(([a], [b]) => a - b),
      exits: () =>
        reports
          .flatMap((each) =>
            each._tag === "Exited"
              ? [[pids().get(each.pid) ?? 0, each.code, each.signal, each.isGroupLeft] as const]
              : []
          )
          .toSorted(([a], [b]) => a - b),
      end: Effect.promise(() => {
        child.stdin.end()
        return ended
      })
    }
  })

const sleeping = "sleep 60 & wait"

describe("the supervisor", () => {
  it.live(
    "kills all groups of a process that was killed, and ends, within two seconds",
    () =>
      Effect.gen(function*() {
        const world = yield* bench
        const owner = startOwner(world, [
          `: > a; trap "" TERM INT HUP; ${sleeping}`,
          `: > b; ${sleeping}`,
          // Out of its session, but with its variables.
          `setsid sh -c ': > c; sleep 60; :' ${world.marker}; :`,
          // Without its variables, but in its group.
          `exec env -i /bin/sh -c ': > d; sleep 60; :' ${world.marker}`
        ])
        yield* eventually(() => ["ready", "a", "b", "c", "d"].every((name) => has(world, name)))
        const own = supervisorsStartedBy(owner.pid!)
        assert.lengthOf(own, 1)
        yield* eventually(() => livingProcesses(world.marker).length >= 5)
        owner.kill("SIGKILL")
        const { ownMs } = yield* timed(Effect.andThen(
          eventually(() => livingProcesses(world.marker).length === 0),
          eventually(() => !livingProcesses("SupervisorProcess").includes(own[0]!))
        ))
        assert.isBelow(ownMs, 2000)
      })
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
    "reports starts, refusals and ends, and kills all it started but what it was told to forget",
    () =>
      Effect.gen(function*() {
        const world = yield* bench
        const dialog = yield* openDialog(world)
        const stranger = spawn("/bin/sh", ["-c", "sleep 60; :", world.marker], {
          detached: true,
          stdio: "ignore"
        })
        // Members without the variable, which are known by their groups alone.
        const leaves = `env -i sh -c "sleep 60; :" ${world.marker} & exit 7`
        dialog.launch(1, "sleep 60; :")
        dialog.launch(2, leaves)
        dialog.launch(3, leaves)
        dialog.launch(4, "kill -TERM $$")
        dialog.launch(5, ":", { program: "/does/not/exist" })
        dialog.launch(6, ":", { stdout: Path.join(world.root, "none", "1") })
        dialog.launch(7, ":", { stdout: "/dev/null", stderr: "/dev/null", keepsOutputs: false })
        yield* eventually(() => dialog.reports.length === 4 + 3 + 3)
        assert.deepStrictEqual(dialog.refusals(), [
          [5, "ENOENT", "/does/not/exist"],
          [6, "ENOENT", Path.join(world.root, "none", "1")],
          [7, "EEXIST", "/dev/null"]
        ])
        assert.deepStrictEqual(dialog.exits(), [
          [2, 7, null, true],
          [3, 7, null, true],
          [4, null, "SIGTERM", false]
        ])
        yield* eventually(() => livingProcesses(world.marker).length === 4)
        dialog.tell({ _tag: "Forget", pid: dialog.pidOf(2) })
        // A leader that lives is not forgotten.
        dialog.tell({ _tag: "Forget", pid: dialog.pidOf(1) })
        assert.strictEqual(yield* dialog.end, 0)
        yield* eventually(() => livingProcesses(world.marker).length <= 2)
        const left = livingProcesses(world.marker)
        assert.lengthOf(left, 2)
        assert.include(left, stranger.pid)
        for (const pid of [dialog.pidOf(2), stranger.pid!]) process.kill(-pid, "SIGKILL")
      })
  )

  it.live("that was killed takes its tasks along as killed, and the next task has another", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const run = (id: string, script: string, onStart?: (pid: number) => Effect.Effect<void>) =>
        ProcessExecutor.use((executor) =>
          executor.run(
            execution(world, `/bin/sh -c '${script}' ${world.marker}`, {
              id,
              taskDirectory: Path.join(world.root, id)
            }),
            onStart
          )
        )
      yield* Effect.provide(
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* run("first", "exit 3"), { _tag: "Exited", exitCode: 3 })
          const started = yield* Deferred.make<number>()
          const sleeper = yield* Effect.forkChild(
            run(
              "second",
              "setsid sleep 60; :",
              (pid) => Effect.asVoid(Deferred.succeed(started, pid))
            )
          )
          // Its process is there before the supervisor has said so: killed by then, it was not started.
          const pid = yield* Deferred.await(started)
          assert.include(livingProcesses(world.marker), pid)
          const [supervisor] = ownSupervisors()
          process.kill(supervisor!, "SIGKILL")
          assert.deepStrictEqual(yield* Fiber.join(sleeper), { _tag: "Exited", exitCode: 137 })
          assert.deepStrictEqual(livingProcesses(world.marker), [])
          assert.deepStrictEqual(yield* run("third", "exit 4"), { _tag: "Exited", exitCode: 4 })
          const [next] = ownSupervisors()
          assert.notStrictEqual(next, supervisor)
        }),
        ProcessExecutor.layer({ allowedDirectories: [] })
      )
    }))

  it.live("keeps its owner alive for as long as a task runs, and no longer", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const owner = startOwner(world, ["sleep 0.3; : > late"], "")
      const ended = new Promise((resolve) => owner.once("exit", resolve))
      assert.strictEqual(yield* Effect.promise(() => ended), 0)
      assert.isTrue(has(world, "late"))
    }))
})
