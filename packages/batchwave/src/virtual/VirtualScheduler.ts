/**
 * Runs fibers of one world in the order in which they became runnable, and tells when none is left.
 *
 * S1 tasks run in order of priority, then of their arrival; what a task schedules runs in the same turn
 *    of the event loop, so nothing from outside comes between.
 * S2 `onIdle` is called only when no task is left, every promise that was settled has been followed and
 *    no operation on a file is under way: two runs of one program are idle at the same points.
 */
import * as Effect from "effect/Effect"
import type { Scheduler, SchedulerDispatcher } from "effect/Scheduler"
import * as process from "node:process"

/**
 * A scheduler of one world.
 *
 * @category models
 */
export interface VirtualScheduler extends Scheduler {
  /** Nothing runs before, and nothing after `stop`. */
  readonly start: () => void
  readonly stop: () => void
}

/** Tasks that run in one turn before the event loop gets another. */
const tasksPerTurnMax = 100_000

/**
 * Makes a scheduler that calls `onIdle` each time nothing is left to run, on and on until it is stopped.
 * `onIdle` answers how many milliseconds of real time to wait before it is called again.
 *
 * @category constructors
 */
export const make = (onIdle: () => number): VirtualScheduler => {
  const tasks = makeTasks()
  let isRunning = false
  let hasRested = false
  const turn = (): void => {
    if (!isRunning) return
    // A promise that was settled since the last turn may have made a fiber runnable.
    const waitMs = hasRested && tasks.isEmpty() && !isDiskBusy() ? onIdle() : 0
    hasRested = tasks.run(tasksPerTurnMax) === 0
    if (!isRunning) return
    if (waitMs > 0 && hasRested) {
      Effect.runFork(Effect.andThen(Effect.sleep(waitMs), Effect.sync(turn)))
    } else setImmediate(turn)
  }
  const dispatcher: SchedulerDispatcher = {
    scheduleTask: tasks.add,
    flush: () => {
      tasks.run(Infinity)
    }
  }
  return {
    executionMode: "async",
    shouldYield: (fiber) => fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield,
    makeDispatcher: () => dispatcher,
    start: () => {
      isRunning = true
      hasRested = false
      setImmediate(turn)
    },
    stop: () => {
      isRunning = false
    }
  }
}

interface Tasks {
  readonly isEmpty: () => boolean
  readonly add: (task: () => void, priority: number) => void
  /** Runs tasks until none is left, at most so many; answers how many. */
  readonly run: (tasksMax: number) => number
}

const makeTasks = (): Tasks => {
  /** By priority, the urgent ones first; `from` is how many of them have run. */
  const lanes: Array<
    { readonly priority: number; readonly tasks: Array<() => void>; from: number }
  > = []
  const laneOf = (priority: number) => {
    let index = 0
    for (; index < lanes.length; index++) {
      const lane = lanes[index]!
      if (lane.priority === priority) return lane
      if (lane.priority > priority) break
    }
    const lane = { priority, tasks: [], from: 0 }
    lanes.splice(index, 0, lane)
    return lane
  }
  const next = (): (() => void) | undefined => {
    for (const lane of lanes) {
      if (lane.from === lane.tasks.length) continue
      const task = lane.tasks[lane.from++]
      if (lane.from === lane.tasks.length) {
        lane.tasks.length = 0
        lane.from = 0
      }
      return task
    }
    return undefined
  }
  return {
    isEmpty: () => lanes.every(({ from, tasks }) => from === tasks.length),
    add: (task, priority) => {
      laneOf(priority).tasks.push(task)
    },
    run: (tasksMax) => {
      let count = 0
      for (; count < tasksMax; count++) {
        const task = next()
        if (task === undefined) break
        task()
      }
      return count
    }
  }
}

/** Names of the event loop's requests for files. */
const fileRequest = /^(?:FSReq|CloseReq$)/

const isDiskBusy = (): boolean =>
  process.getActiveResourcesInfo().some((name) => fileRequest.test(name))
