/**
 * The process that outlives ours by a moment: it is told which process groups belong to us, and kills
 * them when its pipe closes, that is, when we are gone, however we ended. Then it ends.
 *
 * Started by `Supervisor` as a program of its own, in a session of its own, so that neither Ctrl-C nor
 * the end of a terminal reaches it. Its only argument is the variable all our processes carry. A line
 * of its standard input is `+` or `-` and the id of a group's leader.
 *
 * V1 it kills what it was told of and what carries the variable, so a process that was started and not
 *    told of in time is found too, as is one that left its session; the variable needs `/proc`.
 * V2 where there is `/proc`, an id that was given to another process meanwhile is left alone.
 */
import { readSync } from "node:fs"
import process from "node:process"
import * as ProcessTable from "./ProcessTable.ts"

/** How long new processes of ours are looked for, and how often. */
const lookMsMax = 5_000
const lookPauseMs = 10

/** Between two looks at the pipe, so that short tasks come and go without waking us for each. */
const listenPauseMs = 25

/** When each group's leader started, by its id; nothing where that is not known. */
const groups = new Map<number, string | undefined>()

const hear = (lines: ReadonlyArray<string>): void => {
  const added = new Set<number>()
  for (const line of lines) {
    const pid = Number(line.slice(1))
    if (!Number.isInteger(pid) || pid <= 1) continue
    if (line.startsWith("+")) added.add(pid)
    else if (!added.delete(pid)) groups.delete(pid)
  }
  for (const pid of added) groups.set(pid, ProcessTable.find(pid)?.startTicks)
}

const signal = new Int32Array(new SharedArrayBuffer(4))

const pause = (ms: number): void => {
  Atomics.wait(signal, 0, 0, ms)
}

/** Reads until the other end is closed. */
const listen = (): void => {
  const buffer = Buffer.alloc(65_536)
  let rest = ""
  for (;;) {
    let bytes = 0
    try {
      bytes = readSync(0, buffer)
    } catch (cause) {
      const isWaiting = cause instanceof Error && "code" in cause && cause.code === "EAGAIN"
      if (!isWaiting) return
      pause(listenPauseMs)
      continue
    }
    if (bytes === 0) return
    const lines = (rest + buffer.toString("latin1", 0, bytes)).split("\n")
    rest = lines.pop() ?? ""
    hear(lines)
    pause(listenPauseMs)
  }
}

/** Our processes that live; where there is no table, the groups that may. */
const findOurs = (variable: string): ReadonlyArray<number> => {
  const entries = ProcessTable.list()
  if (entries === undefined) return Array.from(groups.keys(), (pid) => -pid)
  const byId = new Map(entries.map((entry) => [entry.pid, entry]))
  const isOurs = (id: number): boolean => {
    if (!groups.has(id)) return false
    const leader = byId.get(id)
    return leader === undefined || leader.startTicks === groups.get(id)
  }
  return entries
    .filter(({ groupId, pid, sessionId }) =>
      pid !== process.pid &&
      (isOurs(groupId) || isOurs(sessionId) || ProcessTable.wasStartedWith(pid, variable))
    )
    .map(({ pid }) => pid)
}

const kill = (id: number): boolean => {
  try {
    return process.kill(id, "SIGKILL")
  } catch {
    return false
  }
}

/** Kills until nothing is left to kill: a process may have started another before it died. */
const killAll = (variable: string): void => {
  const untilMs = performance.now() + lookMsMax
  while (performance.now() < untilMs) {
    const found = findOurs(variable)
    const killed = found.filter(kill)
    if (killed.length === 0) return
    pause(lookPauseMs)
  }
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  process.on(name, () => undefined)
}
listen()
killAll(process.argv[2] ?? "")
