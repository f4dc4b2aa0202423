/** Executions are real process groups that start, end and disappear as promised. */
import * as OwnProcesses from "@batchwave/emulator/executor/OwnProcesses"
import { ProcessExecutor } from "@batchwave/emulator/executor/ProcessExecutor"
import * as Supervisor from "@batchwave/emulator/executor/Supervisor"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { bench, eventually, execution, livingProcesses, read, runOnce, timed } from "./Bench.ts"

/** Open descriptors of this process that lead below a directory. */
const openFilesBelow = (directory: string): ReadonlyArray<string> =>
  readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)]
    } catch {
      return []
    }
  }).filter((path) => path.startsWith(directory))

const quick = (directory: string) =>
  ProcessExecutor.layer({ allowedDirectories: [directory], graceMs: 100 })

describe("ProcessExecutor", () => {
  it.live("gives the exit code, and 128 + n for signal n", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const table: ReadonlyArray<readonly [string, number]> = [
        ["true", 0],
        ["false", 1],
        ["sh -c 'exit 255'", 255],
        ["sh -c 'kill -TERM $$'", 143],
        ["sh -c 'kill -KILL $$'", 137],
        ["sh -c 'kill -SEGV $$'", 139]
      ]
      for (const [commandLine, exitCode] of table) {
        const end = yield* runOnce(world, execution(world, commandLine))
        assert.deepStrictEqual(end, { _tag: "Exited", exitCode }, commandLine)
      }
    }))

  it.live("keeps all of 1 MB written to each output at the moment the process ends", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const script =
        "head -c 1048576 /dev/zero | tr '\\0' o; head -c 1048576 /dev/zero | tr '\\0' e >&2"
      yield* runOnce(world, execution(world, `sh -c "${script.replaceAll("\\", "\\\\")}"`))
      assert.strictEqual(read(world.taskDirectory, "stdout.txt"), "o".repeat(1_048_576))
      assert.strictEqual(read(world.taskDirectory, "stderr.txt"), "e".repeat(1_048_576))
    }))

  it.live("runs without a shell, in wd, with nothing on standard input", () =>
    Effect.gen(function*() {
      const world = yield* bench
      yield* runOnce(world, execution(world, "echo '$HOME' '*' ';' 'a  b'"))
      assert.strictEqual(read(world.taskDirectory, "stdout.txt"), "$HOME * ; a  b\n")
      yield* runOnce(world, execution(world, "sh -c 'pwd; cat; echo end'"))
      assert.strictEqual(
        read(world.taskDirectory, "stdout.txt"),
        `${world.workingDirectory}\nend\n`
      )
    }))

  it.live("keeps wd between tries and starts the outputs anew", () =>
    Effect.gen(function*() {
      const world = yield* bench
      yield* runOnce(world, execution(world, "sh -c 'echo first; echo kept > file; echo bad >&2'"))
      yield* runOnce(world, execution(world, "cat file"))
      assert.strictEqual(read(world.taskDirectory, "stdout.txt"), "kept\n")
      assert.strictEqual(read(world.taskDirectory, "stderr.txt"), "")
    }))

  it.live("passes the allow-listed variables and the given ones, nothing else", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const parent = { PATH: "/usr/bin:/bin", HOME: "/h", LC_ALL: "C", SECRET: "s", EXTRA: "e" }
      const wanted = execution(world, "env", { environment: { MINE: "x=y", HOME: "/mine" } })
      yield* ProcessExecutor.use((executor) => executor.run(wanted)).pipe(
        Effect.provide(ProcessExecutor.layer({ allowedDirectories: [] })),
        Effect.provideService(
          ConfigProvider.ConfigProvider,
          ConfigProvider.fromEnvRecord(parent)
        )
      )
      assert.deepStrictEqual(
        read(world.taskDirectory, "stdout.txt").trim().split("\n").toSorted(),
        [
          `AZ_BATCH_TASK_DIR=${world.taskDirectory}`,
          `AZ_BATCH_TASK_WORKING_DIR=${world.workingDirectory}`,
          `${OwnProcesses.variableName}=${Supervisor.variableValue}`,
          "HOME=/mine",
          "LC_ALL=C",
          "MINE=x=y",
          "PATH=/usr/bin:/bin"
        ]
      )
    }))

  it.live("tells a missing program from one that cannot be started", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const plain = join(world.outside, "plain.txt")
      writeFileSync(plain, "text")
      chmodSync(plain, 0o644)
      const table: ReadonlyArray<readonly [string, string]> = [
        ["no-such-program-here --x", "CommandProgramNotFound"],
        ["./missing.sh", "CommandProgramNotFound"],
        [plain, "CommandLaunchFailed"],
        [world.outside, "CommandLaunchFailed"],
        ["", "CommandLaunchFailed"],
        ["''", "CommandLaunchFailed"],
        ["sh 'open", "CommandLaunchFailed"],
        ["sh \0", "CommandLaunchFailed"],
        [`echo ${"x".repeat(3_000_000)}`, "CommandLaunchFailed"]
      ]
      for (const [commandLine, code] of table) {
        const end = yield* runOnce(world, execution(world, commandLine))
        assert.strictEqual(
          end._tag === "SetupFailed" ? end.code : end._tag,
          code,
          commandLine.slice(0, 40)
        )
      }
      const broken = execution(world, "true", { environment: { "A": "b\0c" } })
      assert.strictEqual((yield* runOnce(world, broken))._tag, "SetupFailed")
      assert.deepStrictEqual(openFilesBelow(world.root), [])
    }))

  it.live("refuses a task directory whose wd is a link", () =>
    Effect.gen(function*() {
      const world = yield* bench
      mkdirSync(world.taskDirectory)
      symlinkSync(world.outside, world.workingDirectory)
      const end = yield* runOnce(world, execution(world, "touch file"))
      assert.strictEqual(end._tag === "SetupFailed" && end.code, "ResourceDirectoryCreateFailed")
      assert.deepStrictEqual(readdirSync(world.outside), [])
    }))

  it.live("runs 100 processes, eight at a time, without a leak", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const started: Array<number> = []
      const ends = yield* ProcessExecutor.use((executor) =>
        Effect.forEach(
          Array.from({ length: 100 }, (_, index) => index),
          (index) =>
            executor.run(
              execution(world, `sh -c 'echo ${index}; exit ${index}'`, {
                id: `task-${index}`,
                taskDirectory: join(world.root, `task-${index}`)
              }),
              (pid) => Effect.sync(() => started.push(pid))
            ),
          { concurrency: 8 }
        )
      ).pipe(Effect.provide(quick(world.store)))
      assert.deepStrictEqual(ends, ends.map((_, exitCode) => ({ _tag: "Exited", exitCode })))
      for (const index of ends.keys()) {
        assert.strictEqual(read(world.root, `task-${index}`, "stdout.txt"), `${index}\n`)
      }
      assert.strictEqual(started.length, 100)
      assert.isTrue(started.every((pid) => !existsSync(`/proc/${pid}`)), "no zombie is left")
      assert.deepStrictEqual(openFilesBelow(world.root), [])
    }))

  it.live("ends a process within a second of its wall clock", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const startedAtMs = yield* Clock.currentTimeMillis
      const { ownMs, value: end } = yield* timed(
        runOnce(world, execution(world, "sleep 100", { wallClockMs: 200 }))
      )
      assert.deepStrictEqual(end, { _tag: "Killed", reason: "wallClock", exitCode: 143 })
      assert.isAtLeast((yield* Clock.currentTimeMillis) - startedAtMs, 199)
      assert.isBelow(ownMs, 1_200)
    }))

  it.live("ends what writes one byte more than its outputs may hold, both together, and nothing else", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const limited = ProcessExecutor.layer({ allowedDirectories: [], outputBytesMax: 200_000 })
      const outcome = yield* Effect.gen(function*() {
        const executor = yield* ProcessExecutor
        const writes = (bytes: number, then: string) =>
          executor.run(execution(
            world,
            `sh -c '
            trap "" TERM; head -c 100000 /dev/zero; head -c ${bytes} /dev/zero >&2; ${then}' ${world.marker}`
          ))
        return [yield* writes(100_000, "sleep 1"), yield* writes(100_001, "sleep 600; :")]
      }).pipe(Effect.provide(limited))
      assert.deepStrictEqual(outcome[0], { _tag: "Exited", exitCode: 0 })
      assert.deepInclude(outcome[1], { _tag: "SetupFailed", code: "DiskFull" })
      assert.isEmpty(livingProcesses(world.marker))
    }))

  it.live("takes the longest duration the service knows as a limit", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const wallClockMs = 922_337_203_685_477
      const end = yield* runOnce(world, execution(world, "true", { wallClockMs }))
      assert.deepStrictEqual(end, { _tag: "Exited", exitCode: 0 })
    }))

  it.live("starts one that is asked to end while its directories are made, so that it has an exit code", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const end = yield* Effect.gen(function*() {
        const executor = yield* ProcessExecutor
        const running = yield* Effect.forkChild(executor.run(execution(world, "sleep 600")), {
          startImmediately: true
        })
        assert.isFalse(existsSync(join(world.taskDirectory, "stdout.txt")))
        yield* executor.kill("a")
        return yield* Fiber.join(running)
      }).pipe(Effect.provide(quick(world.store)))
      assert.deepStrictEqual(end, { _tag: "Killed", reason: "terminated", exitCode: 143 })
    }))

  it.live("kills one that ignores SIGTERM after the grace", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const ready = join(world.root, "ready")
      const wanted = execution(
        world,
        `sh -c 'trap "" TERM; touch ${ready}; while :; do sleep 0.05; done' ${world.marker}`
      )
      const end = yield* Effect.gen(function*() {
        const executor = yield* ProcessExecutor
        const running = yield* Effect.forkChild(executor.run(wanted))
        yield* eventually(() => existsSync(ready))
        yield* executor.kill("a")
        yield* executor.kill("unknown")
        return yield* Fiber.join(running)
      }).pipe(Effect.provide(quick(world.store)))
      assert.deepStrictEqual(end, { _tag: "Killed", reason: "terminated", exitCode: 137 })
      assert.deepStrictEqual(livingProcesses(world.marker), [])
    }))

  it.live("lets one that handles SIGTERM finish and keeps its exit code and last words", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const ready = join(world.root, "ready")
      const wanted = execution(
        world,
        `sh -c 'trap "echo bye; exit 7" TERM; touch ${ready}; while :; do sleep 0.01; done'`
      )
      const end = yield* Effect.gen(function*() {
        const executor = yield* ProcessExecutor
        const running = yield* Effect.forkChild(executor.run(wanted))
        yield* eventually(() => existsSync(ready))
        yield* executor.kill("a")
        return yield* Fiber.join(running)
      }).pipe(Effect.provide(ProcessExecutor.layer({ allowedDirectories: [], graceMs: 30_000 })))
      assert.deepStrictEqual(end, { _tag: "Killed", reason: "terminated", exitCode: 7 })
      assert.strictEqual(read(world.taskDirectory, "stdout.txt"), "bye\n")
    }))

  it.live("kills the whole group, also children in groups of their own", () =>
    Effect.gen(function*() {
      const world = yield* bench
      // The last word is $0 of each inner shell, so that the test can find it.
      const sleeper = `sh -c "sleep 100; true" ${world.marker}`
      // `timeout` moves itself and its child to a group of its own.
      const table: ReadonlyArray<readonly [string, number]> = [
        [`${sleeper} & ${sleeper}`, 2],
        [`timeout 100 ${sleeper} & timeout 100 ${sleeper}`, 4]
      ]
      for (const [script, count] of table) {
        const end = yield* Effect.gen(function*() {
          const executor = yield* ProcessExecutor
          const running = yield* Effect.forkChild(
            executor.run(execution(world, `sh -c '${script}'`))
          )
          yield* eventually(() =>
            livingProcesses(`sleep 100; true\0${world.marker}`).length === count
          )
          yield* executor.kill("a")
          return yield* Fiber.join(running)
        }).pipe(Effect.provide(quick(world.store)))
        assert.strictEqual(end._tag, "Killed")
        assert.deepStrictEqual(livingProcesses(world.marker), [])
      }
    }))

  it.live("kills what a leader leaves in its group when it exits", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const stray = `sh -c "trap : TERM HUP; while :; do sleep 0.05; done" ${world.marker}`
      const end = yield* runOnce(world, execution(world, `sh -c '${stray} & exit 3'`))
      assert.deepStrictEqual(end, { _tag: "Exited", exitCode: 3 })
      assert.deepStrictEqual(livingProcesses(world.marker), [])
    }))

  it.live("leaves no process when run is interrupted", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const sleeper = `sh -c "sleep 100; true" ${world.marker}`
      yield* Effect.gen(function*() {
        const executor = yield* ProcessExecutor
        const wanted = execution(world, `sh -c '${sleeper} & ${sleeper}'`, { wallClockMs: 60_000 })
        const running = yield* Effect.forkChild(executor.run(wanted))
        yield* eventually(() => livingProcesses(`sleep 100; true\0${world.marker}`).length === 2)
        yield* Fiber.interrupt(running)
        assert.deepStrictEqual(livingProcesses(world.marker), [])
        const again = yield* executor.run(execution(world, "true"))
        assert.deepStrictEqual(again, { _tag: "Exited", exitCode: 0 })
      }).pipe(Effect.provide(quick(world.store)))
    }))

  it.live(
    "leaves no process when it is interrupted at any moment of the start",
    () =>
      Effect.gen(function*() {
        const world = yield* bench
        const executor = yield* ProcessExecutor
        for (let yields = 0; yields < 40; yields += 1) {
          const wanted = execution(world, `sh -c 'sleep 100; true' ${world.marker}`)
          const running = yield* Effect.forkChild(executor.run(wanted))
          for (let count = 0; count < yields; count += 1) yield* Effect.yieldNow
          yield* Fiber.interrupt(running)
          assert.deepStrictEqual(livingProcesses(world.marker), [])
        }
        assert.deepStrictEqual(openFilesBelow(world.root), [])
      }).pipe(Effect.provide(quick("/nowhere")))
  )

  it.live("ends everything when its scope closes, and refuses what comes later", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(quick(world.store), scope)
      const { run } = yield* ProcessExecutor.pipe(Effect.provide(context))
      const started = yield* Deferred.make<number>()
      const running = yield* Effect.forkChild(
        run(
          execution(world, `sh -c 'sleep 100; true' ${world.marker}`),
          (pid) => Effect.asVoid(Deferred.succeed(started, pid))
        )
      )
      const queued = yield* Effect.forkChild(run(execution(world, "true")))
      yield* Deferred.await(started)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(livingProcesses(world.marker), [])
      assert.deepStrictEqual(
        yield* Fiber.join(running),
        { _tag: "Killed", reason: "terminated", exitCode: 143 }
      )
      for (const end of [yield* Fiber.join(queued), yield* run(execution(world, "true"))]) {
        assert.strictEqual(end._tag === "SetupFailed" && end.code, "TaskEnded")
      }
    }))

  it.live("runs executions of one id after each other, also past one that left the queue", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const executor = yield* ProcessExecutor
      const gate = join(world.root, "gate")
      const log = join(world.root, "log")
      const started = yield* Deferred.make<void>()
      const waiting =
        `sh -c 'echo in >> ${log}; while ! test -e ${gate}; do sleep 0.01; done; echo out >> ${log}'`
      const first = yield* Effect.forkChild(
        executor.run(
          execution(world, waiting),
          () => Effect.asVoid(Deferred.succeed(started, undefined))
        )
      )
      yield* Deferred.await(started)
      const second = yield* Effect.forkChild(executor.run(execution(world, "true")))
      yield* Effect.yieldNow
      const third = yield* Effect.forkChild(executor.run(execution(world, waiting)))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(second)
      writeFileSync(gate, "")
      yield* Fiber.join(first)
      yield* Fiber.join(third)
      assert.strictEqual(read(log), "in\nout\nin\nout\n")
    }).pipe(Effect.provide(quick("/nowhere"))))

  it.live("counts the start hook's defect as an end and leaves no process", () =>
    Effect.gen(function*() {
      const world = yield* bench
      const executor = yield* ProcessExecutor
      const exit = yield* Effect.exit(
        executor.run(
          execution(world, `sh -c 'sleep 100; true' ${world.marker}`),
          () => Effect.die("hook")
        )
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(livingProcesses(world.marker), [])
      rmSync(world.taskDirectory, { recursive: true })
    }).pipe(Effect.provide(quick("/nowhere"))))
})
