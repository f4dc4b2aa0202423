/**
 * The journal of a killed orchestrator, as it lies on the disk, with every byte changed and cut off
 * everywhere: it is refused, or it tells the truth, or a part of it from the beginning on.
 */
import { Journal } from "@batchwave/engine/Journal"
import * as SqliteJournal from "@batchwave/engine/SqliteJournal"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import * as World from "./CrashWorld.ts"
import * as Orchestrator from "./Orchestrator.ts"

const story = "native"

/**
 * By then it holds the header and a few records, most of them in the log beside the file. A busy machine
 * brings more news at a time, so that a run may be over with fewer; then an earlier one is taken.
 */
const killedAtSync = { first: 14, last: 8 }

const parts = ["journal.db", "journal.db-wal"] as const

const sampleBytes = 150

/** Behind its last frame the log is room, all zeros, of which one byte in so many is changed. */
const roomStep = 64

/** Changes and cuts the journal of a killed run, and of one that has ended. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const killed = await killedRun(world, killedAtSync.first)
  await damageAll(world, killed, "killed")
  await World.resume(world, killed, "the damaged journal's own run")
  const ended = World.orderOf(world, story, `${story}-damaged-later`)
  const end = await Orchestrator.run(world.program, ended)
  await damageAll(world, ended, "ended")
  World.judge(world, ended, end, "the damaged journal's own run, ended")
}

/** A run that was killed at a synchronisation of its journal. */
const killedRun = async (world: World.CrashWorld, sync: number): Promise<Orchestrator.Order> => {
  const order = World.orderOf(world, story, `${story}-damaged-at-${sync}`)
  const exit = await Orchestrator.run(world.program, order, [
    "strace",
    "-f",
    "-o",
    "/dev/null",
    "-e",
    "trace=fsync,fdatasync",
    "-e",
    `inject=fsync,fdatasync:signal=KILL:when=${sync}`
  ])
  if (exit.isKilled) return order
  World.judge(world, order, exit, "a run that was over before its journal could be damaged")
  if (sync > killedAtSync.last) return killedRun(world, sync - 1)
  throw new Error(`it was not killed: ${World.sayExit(exit)}`)
}

const damageAll = async (
  world: World.CrashWorld,
  { directory }: Orchestrator.Order,
  what: string
): Promise<void> => {
  const sound = join(directory, "sound")
  mkdirSync(sound)
  for (const part of parts) {
    const file = join(directory, part)
    if (existsSync(file)) cpSync(file, join(sound, part))
  }
  const truth = await read(sound, join(directory, "copy"), () => {})
  if (truth === undefined || truth.length < 3) throw new Error("the journal holds too little")
  for (const part of parts) {
    if (existsSync(join(sound, part))) await damage(world, { what, sound, part, truth })
  }
}

interface Patient {
  /** Whose journal it is. */
  readonly what: string
  readonly sound: string
  readonly part: string
  /** Its lines. */
  readonly truth: ReadonlyArray<string>
}

const damage = async (world: World.CrashWorld, patient: Patient): Promise<void> => {
  const { part, sound, what } = patient
  const bytes = readFileSync(join(sound, part))
  const copy = join(sound, "..", "copy")
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1
  const places = Array.from(bytes.keys()).filter((at) => at < used || at % roomStep === 0)
  const offsets = World.sample(world, places, sampleBytes)
  for (const offset of offsets) {
    const flipped = await read(sound, copy, () => {
      const changed = Uint8Array.from(bytes)
      changed[offset]! ^= 1 << (offset % 8)
      writeFileSync(join(copy, part), changed)
    })
    judge(world, patient, flipped, `byte ${offset} of ${part} changed`)
    const cut = await read(sound, copy, () => truncateSync(join(copy, part), offset))
    judge(world, patient, cut, `${part} cut at byte ${offset}`)
  }
  World.count(world, `bytes changed, and cut off there: ${what}, ${part}`, offsets.length)
}

/** What a journal says, line by line, after a change to a copy of it; `undefined` when it is refused. */
const read = async (
  sound: string,
  copy: string,
  change: () => void
): Promise<ReadonlyArray<string> | undefined> => {
  rmSync(copy, { recursive: true, force: true })
  cpSync(sound, copy, { recursive: true })
  change()
  const lines: Array<string> = []
  const exit = await Effect.runPromiseExit(
    Effect.gen(function*() {
      const journal = yield* Journal
      const header = yield* journal.header
      if (header !== undefined) lines.push(JSON.stringify(header))
      yield* journal.replay((batch) => {
        lines.push(JSON.stringify(batch.events))
      })
    }).pipe(Effect.provide(SqliteJournal.layer(join(copy, parts[0]))))
  )
  return Exit.isSuccess(exit) ? lines : undefined
}

const judge = (
  world: World.CrashWorld,
  { truth, what }: Patient,
  found: ReadonlyArray<string> | undefined,
  where: string
): void => {
  if (found === undefined) return World.count(world, `damage of a run ${what}: refused`)
  const isTrue = found.every((line, index) => line === truth[index])
  if (!isTrue) return World.blame(world, where, ["the journal tells something else"])
  const effect = found.length === truth.length ? "harmless" : "tells a part"
  World.count(world, `damage of a run ${what}: ${effect}`)
}
