/**
 * The processes that a process has started through its supervisor, and the end of all of them.
 *
 * O1. Ours is what carries the variable of the owner, so that what left its session is found too, and
 *     what is in the group or the session of a leader, so that what dropped its variables is. The
 *     variable needs `/proc`.
 * O2. Where there is `/proc`, the id of a leader that was reaped and is another process's now is left
 *     alone.
 */
import process from "node:process"
import * as ProcessTable from "./ProcessTable.ts"
import * as Signal from "./Signal.ts"

/** The variable every process of ours carries. */
export const variableName = "BATCHWAVE_SUPERVISED"

/** The leaders whose groups may not be gone, by id; whether each still has its id for itself. */
export type Leaders = ReadonlyMap<number, "alive" | "reaped">

/** Kills what lives and tells how many processes that were. */
export const kill = (variable: string, leaders: Leaders): number =>
  find(variable, leaders).filter((id) => Signal.send(id, "SIGKILL")).length

/** Our processes that live; where there is no table, the groups that may, as negative ids. */
const find = (variable: string, leaders: Leaders): ReadonlyArray<number> => {
  const entries = ProcessTable.list()
  if (entries === undefined) return Array.from(leaders.keys(), (pid) => -pid)
  const living = new Set(entries.map(({ pid }) => pid))
  const isOurs = (id: number): boolean => {
    const leader = leaders.get(id)
    return leader === "alive" || leader === "reaped" && !living.has(id)
  }
  return entries
    .filter(({ groupId, pid, sessionId }) =>
      pid !== process.pid &&
      (isOurs(groupId) || isOurs(sessionId) || ProcessTable.wasStartedWith(pid, variable))
    )
    .map(({ pid }) => pid)
}
