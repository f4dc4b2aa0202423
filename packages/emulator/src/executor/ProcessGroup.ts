/**
 * A child process that leads its own session and process group, and the rules for ending all of it.
 *
 * G1. The leader's exit is known without polling; its output goes straight to files, so at its exit
 *     everything it wrote is there.
 * G2. Ending a group sends SIGTERM, after `graceMs` SIGKILL, and waits until no member is alive;
 *     members that outlive the leader keep what is left of the grace.
 * G3. On Linux also processes that left the group but not the session are found (a shell with job
 *     control, `timeout`); a process that made its own session (`setsid`) is out of reach.
 * G4. A dead member that its new parent has not reaped yet counts as gone.
 * G5. No member outlives this process, whatever ends it, for longer than `Supervisor` takes, which
 *     starts the leader.
 *
 * The leader's id cannot be given to another process while a member of its group or session lives.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { constants } from "node:os"
import { errnoOf, FileFault } from "./FileFault.ts"
import * as ProcessTable from "./ProcessTable.ts"
import * as Signal from "./Signal.ts"
import * as Supervisor from "./Supervisor.ts"

/** How long a killed process may take to disappear before the wait is given up. */
const reapMs = 10_000

/** How often members that outlived their leader are looked for. */
const pollMs = 10

/** A started leader. */
export interface ProcessGroup {
  /** Id of the leader, of its group and of its session. */
  readonly pid: number
  /** The end of the leader. */
  readonly departure: Deferred.Deferred<Supervisor.Departure>
}

/**
 * Starts a leader; `onExit` runs at the moment its exit is known.
 *
 * Fails with the system's errno and the program or the output file concerned, with Node's code for an
 * argument it refuses, or with `ECHILD` when the supervisor has gone meanwhile.
 */
export const start = (
  launch: Supervisor.Launch,
  onExit: () => void
): Effect.Effect<ProcessGroup, FileFault> =>
  Effect.callback((resume) => {
    const departure = Deferred.makeUnsafe<Supervisor.Departure>()
    const refuse = (errno: string, path: string): void =>
      resume(Effect.fail(new FileFault({ errno, path })))
    try {
      Supervisor.start(launch, {
        onStarted: (pid) => resume(Effect.succeed({ pid, departure })),
        onRefused: refuse,
        onExited: (departed) => {
          Deferred.doneUnsafe(departure, Exit.succeed(departed))
          onExit()
        }
      })
    } catch (cause) {
      refuse(errnoOf(cause), launch.program)
    }
  })

/** Ends the whole group politely (G2) and gives the leader's exit code. */
export const terminate = Effect.fnUntraced(function*(
  group: ProcessGroup,
  graceMs: number
): Effect.fn.Return<number> {
  const deadlineAtMs = (yield* Clock.currentTimeMillis) + graceMs
  signalSession(group.pid, "SIGTERM")
  yield* Effect.timeoutOption(Deferred.await(group.departure), graceMs)
  while (isSessionAlive(group.pid) && (yield* Clock.currentTimeMillis) < deadlineAtMs) {
    yield* Effect.sleep(pollMs)
  }
  signalSession(group.pid, "SIGKILL")
  const departed = yield* Effect.timeoutOption(Deferred.await(group.departure), reapMs)
  yield* awaitGone(group.pid)
  return departed._tag === "Some" ? exitCodeOf(departed.value) : killedCode
})

/** Kills what a leader that exited left in its group, if anything, and gives the leader's exit code. */
export const sweep = Effect.fnUntraced(function*(group: ProcessGroup): Effect.fn.Return<number> {
  const departed = yield* Deferred.await(group.departure)
  if (departed.isGroupLeft) {
    Signal.send(-group.pid, "SIGKILL")
    yield* awaitGone(group.pid)
  }
  return exitCodeOf(departed)
})

/** Says that nothing is left of a group. */
export const forget = ({ pid }: ProcessGroup): void => Supervisor.forget(pid)

/** Kills a group at once without waiting, for the end of this process. */
export const killNow = (pid: number): void => {
  Signal.send(-pid, "SIGKILL")
}

/** 128 + n when signal n ended the leader. */
const exitCodeOf = ({ code, signal }: Supervisor.Departure): number =>
  code ?? (signal === null ? killedCode : 128 + constants.signals[signal])

const killedCode = 128 + constants.signals.SIGKILL

const awaitGone = Effect.fnUntraced(function*(pid: number): Effect.fn.Return<void> {
  const deadlineAtMs = (yield* Clock.currentTimeMillis) + reapMs
  while (isSessionAlive(pid) && (yield* Clock.currentTimeMillis) < deadlineAtMs) {
    yield* Effect.sleep(pollMs)
  }
})

const signalSession = (pid: number, signal: NodeJS.Signals): void => {
  const members = liveMembers(pid)
  const groups = members === undefined ? [pid] : members.map(({ groupId }) => groupId)
  for (const groupId of new Set(groups)) Signal.send(-groupId, signal)
}

const isSessionAlive = (pid: number): boolean => {
  const members = liveMembers(pid)
  return members === undefined ? Signal.send(-pid, 0) : members.length > 0
}

/** The living processes of a leader's group or session; `undefined` where there is no table. */
const liveMembers = (pid: number): ReadonlyArray<ProcessTable.ProcessEntry> | undefined =>
  ProcessTable.list()?.filter(({ groupId, sessionId }) => groupId === pid || sessionId === pid)
