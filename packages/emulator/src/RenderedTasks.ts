/**
 * A bounded memory of rendered tasks: whoever lists the same tasks again gets the same text without
 * rendering it. An entry counts only while nothing that is told of its task has changed.
 *
 * @internal
 */
import type { Task } from "@batchwave/sim/Task"
import type { TaskRecord } from "./State.ts"

interface Entry {
  readonly record: TaskRecord
  readonly tagSerial: number
  readonly touchedAtMs: number | undefined
  readonly changedNumber: number
  readonly exitCode: number | undefined
  readonly base: string
  readonly text: string
}

/** Entries by index of the task, the later of two with the same place. */
export type RenderedTasks = Array<Entry | undefined>

/** How many texts are kept. */
export const entriesMax = 8192

/** Makes an empty memory. */
export const make = (): RenderedTasks => []

/** The text of a task, rendered when the memory has none that is still true. */
export const get = (
  memory: RenderedTasks,
  task: Task,
  record: TaskRecord,
  base: string,
  render: () => string
): string => {
  const place = task.index % entriesMax
  const { changedNumber, execution: { exitCode } } = task
  const kept = memory[place]
  if (
    kept !== undefined && kept.record === record && kept.changedNumber === changedNumber &&
    kept.tagSerial === record.tagSerial && kept.touchedAtMs === record.touchedAtMs &&
    kept.exitCode === exitCode && kept.base === base
  ) {
    return kept.text
  }
  const text = render()
  const { tagSerial, touchedAtMs } = record
  memory[place] = { record, tagSerial, touchedAtMs, changedNumber, exitCode, base, text }
  return text
}
