/**
 * Kills an orchestrator at every point where it reaches outside: before each synchronisation of its
 * journal, before each write to it, and before each write to a socket; and resumes it.
 */
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as CrashStory from "./CrashStory.ts"
import * as World from "./CrashWorld.ts"
import * as Orchestrator from "./Orchestrator.ts"

/** The nth call of a system call by the main thread. */
export interface Point {
  readonly story: string
  readonly kind: "sync" | "write" | "send"
  readonly call: string
  readonly nth: number
}

const kinds: Readonly<Record<string, Point["kind"]>> = {
  fsync: "sync",
  fdatasync: "sync",
  pwrite64: "write",
  ftruncate: "write",
  unlink: "write",
  write: "send",
  writev: "send",
  sendto: "send",
  sendmsg: "send"
}

const calls = Object.keys(kinds).join(",")

/** Points of a run vary a little from one time to the next, so some are tried beyond the last seen. */
const beyond = 3

let traced = 0

/** Runs a story under a trace and lists where its main thread reaches outside, in order. */
export const trace = async (
  world: World.CrashWorld,
  story: string
): Promise<ReadonlyArray<Point>> => {
  const order = World.orderOf(world, story, `${story}-traced-${++traced}`)
  const file = join(order.directory, "trace")
  const wrapper = ["strace", "-f", "-y", "-o", file, "-e", `trace=${calls}`]
  const exit = await Orchestrator.run(world.program, order, wrapper)
  const lines = readFileSync(file, "utf8").split("\n")
  World.judge(world, order, exit, `${story}, traced`)
  const counts = new Map<string, number>()
  const points: Array<Point> = []
  const main = /^\d+/.exec(lines[0] ?? "")?.[0]
  for (const line of lines) {
    const [, thread, call = "", first = ""] = /^(\d+) +(\w+)\(([^,)]*)/.exec(line) ?? []
    const kind = kinds[call]
    if (kind === undefined || thread !== main) continue
    const nth = (counts.get(call) ?? 0) + 1
    counts.set(call, nth)
    if (kind === "send" ? /<(?:socket|TCP)/.test(first) : first.includes("journal.db")) {
      points.push({ story, kind, call, nth })
    }
  }
  return points
}

const withBeyond = (points: ReadonlyArray<Point>): ReadonlyArray<Point> => {
  const more: Array<Point> = []
  for (const call of ["fsync", "fdatasync", "pwrite64"]) {
    const last = points.findLast((point) => point.call === call)
    if (last === undefined) continue
    for (let next = 1; next <= beyond; next++) more.push({ ...last, nth: last.nth + next })
  }
  return [...points, ...more]
}

/** How many points a sample takes of each story. */
const samplePoints = 9

/** Kills at every point, or at a sample of them. */
export const run = async (world: World.CrashWorld): Promise<void> => {
  const points: Array<Point> = []
  for (const { name } of CrashStory.references) {
    points.push(...World.sample(world, withBeyond(await trace(world, name)), samplePoints))
  }
  await World.each(world, points, (point) => killAt(world, point))
}

const killAt = async (world: World.CrashWorld, point: Point): Promise<void> => {
  const { call, kind, nth, story } = point
  const where = `${story}, killed at ${call} ${nth}`
  const order = World.orderOf(world, story, `${story}-${call}-${nth}`)
  const exit = await Orchestrator.run(world.program, order, [
    "strace",
    "-f",
    "-o",
    join(order.directory, "trace"),
    "-e",
    `trace=${call}`,
    "-e",
    `inject=${call}:signal=KILL:when=${nth}`
  ])
  rmSync(join(order.directory, "trace"), { force: true })
  if (exit.isKilled) {
    World.count(world, `killed at a ${kind}`)
    return World.resume(world, order, where)
  }
  World.count(world, "over before the point")
  World.judge(world, order, exit, where)
}
