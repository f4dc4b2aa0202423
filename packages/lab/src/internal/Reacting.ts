/**
 * What the orchestrator of a virtual run decides, makes durable and carries out.
 */
import type { Command } from "@batchwave/core/Command"
import type { ExternalEvent } from "@batchwave/core/RunEvent"
import * as Actions from "./Actions.ts"
import type { DriverState } from "./DriverState.ts"
import * as Polling from "./Polling.ts"
import * as Submitting from "./Submitting.ts"
import * as TaskNumbers from "./TaskNumbers.ts"
import * as Wire from "./Wire.ts"

/** Lets the reactor answer to what has come in, and carries out what it says. */
export const drain = (driver: DriverState): void => {
  const { memory } = driver
  if (memory.inbox.length > 0) {
    const events = memory.inbox
    memory.inbox = []
    answer(driver, events)
    memory.poll.isTelling = false
  }
  if (memory.outputs.length > 0) drainOutputs(driver)
}

/** The engine reads outputs in more than one request, and answers to those of each task alone. */
const drainOutputs = (driver: DriverState): void => {
  const { outputs } = driver.memory
  driver.memory.outputs = []
  for (const event of outputs) {
    if (driver.phase === "running" && !driver.isDoomed) answer(driver, [event])
  }
}

const answer = (driver: DriverState, events: ReadonlyArray<ExternalEvent>): void => {
  const commands = react(driver, events)
  if (commands !== undefined) carryOut(driver, commands)
}

/** Lets the reactor answer and makes the answer durable; nothing when the orchestrator died of it. */
export const react = (
  driver: DriverState,
  events: ReadonlyArray<ExternalEvent>
): ReadonlyArray<Command> | undefined => {
  const { counters, memory, nowMs, parts } = driver
  const reaction = parts.react(memory.state, events, nowMs, driver.policies)
  if (reaction.events.length === 0) return reaction.commands
  counters.reactions++
  counters.events += reaction.events.length
  if (driver.kill?.("beforeAppend", nowMs) === true) {
    driver.isDoomed = true
    return undefined
  }
  if (driver.keepsJournal) {
    driver.journal.push({ atMs: nowMs, events: parts.append(reaction.events) })
  }
  if (driver.kill?.("afterAppend", nowMs) === true) {
    driver.isDoomed = true
    return undefined
  }
  return reaction.commands
}

/** Carries out what follows from durable events. */
export const carryOut = (driver: DriverState, commands: ReadonlyArray<Command>): void => {
  const { memory, parts } = driver
  let isMoved = false
  for (const command of parts.carryOut(commands, memory.state)) {
    isMoved ||= command._tag !== "Wake" && command._tag !== "Finish"
    switch (command._tag) {
      case "Submit":
        Submitting.plan(driver, command.tasks)
        break
      case "Reactivate":
        TaskNumbers.remove(memory.poll.seenMs, command.task)
        Actions.plan(driver, {
          _tag: "ReactivateTask",
          task: command.task,
          execution: memory.state.executions[command.task.node]!
        })
        break
      case "Collect":
        Actions.plan(driver, { _tag: "ReadOutputs", task: command.task })
        break
      case "Terminate":
        Actions.planEnds(driver, command.tasks)
        break
      case "Recall":
        if (driver.recall === undefined) break
        Wire.post(driver, driver.nowMs + driver.recall.ms, {
          _tag: "Recalled",
          epoch: driver.epoch,
          nodes: command.nodes
        })
        break
      case "Wake":
        memory.wakeAtMs = Math.ceil(command.atMs)
        break
      case "Finish":
        return finish(driver)
    }
  }
  if (isMoved) Polling.moved(driver)
  Submitting.pump(driver)
}

/** Ends the job: the run is over. */
export const finish = (driver: DriverState): void => {
  driver.phase = "ending"
  driver.memory.poll.atMs = Infinity
  driver.memory.wakeAtMs = Infinity
  Wire.send(driver, { _tag: "EndJob" })
}
