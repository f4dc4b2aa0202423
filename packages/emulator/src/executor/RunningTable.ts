/**
 * The executions that have not ended, by id; those with the same id stand in a queue.
 *
 * R1. An execution starts when every earlier one of its id has ended.
 * R2. The first wake-up of an execution is the one that counts.
 * R3. An id without executions has no entry.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** What happened first to an execution. */
export type Wake = "exited" | "terminated" | "wallClock" | "outputLimit"

/** An execution between registration and end. */
export interface Running {
  readonly wake: Deferred.Deferred<Wake>
  readonly done: Deferred.Deferred<void>
  /** The execution of the same id that has to end first. */
  previous: Running | undefined
  /** The process id while a process lives. */
  pid: number | undefined
  /** Where its outputs are, from the start of its process to its end. */
  outputsDirectory: string | undefined
}

/** The last execution of each id. */
export type RunningTable = Map<string, Running>

/** Makes an empty table. */
export const make = (): RunningTable => new Map()

/** Adds an execution behind those of the same id. */
export const register = (table: RunningTable, id: string): Running => {
  const running: Running = {
    wake: Deferred.makeUnsafe(),
    done: Deferred.makeUnsafe(),
    previous: table.get(id),
    pid: undefined,
    outputsDirectory: undefined
  }
  table.set(id, running)
  return running
}

/** Takes an execution out, wherever in the queue it stands. */
export const unregister = (table: RunningTable, id: string, running: Running): void => {
  Deferred.doneUnsafe(running.done, Exit.void)
  if (table.get(id) !== running) return
  let latest = running.previous
  while (latest !== undefined && Deferred.isDoneUnsafe(latest.done)) latest = latest.previous
  if (latest === undefined) table.delete(id)
  else table.set(id, latest)
}

/** Waits until the execution is the first of its id. */
export const awaitTurn = Effect.fnUntraced(function*(running: Running) {
  while (running.previous !== undefined) {
    yield* Deferred.await(running.previous.done)
    // One that was interrupted in the queue is done before the one it waited for.
    running.previous = running.previous.previous
  }
})

/** Tells an execution what happened to it. */
export const wake = (running: Running, why: Wake): void => {
  Deferred.doneUnsafe(running.wake, Exit.succeed(why))
}

/** All executions, or those of one id. */
export const list = (table: RunningTable, id?: string): ReadonlyArray<Running> => {
  const latest = id === undefined ? [...table.values()] : [table.get(id)]
  return latest.flatMap((last) => {
    const queue: Array<Running> = []
    for (let running = last; running !== undefined; running = running.previous) queue.push(running)
    return queue
  })
}
