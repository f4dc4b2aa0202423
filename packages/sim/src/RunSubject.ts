/**
 * In whose name a run draws: a task that was added again for the same work, under the name
 * `id-r2`, `id-r3` and so on, goes on where the tasks before it ended.
 *
 * S1 The runs of `id`, `id-r2`, `id-r3` … of one job are one sequence, so a world gives the same luck to
 *    the n-th run of the work whether it was put back in the queue or added again. A name counts as
 *    such only where the job holds `id`; what was deleted or refused between is not counted.
 */
import type { Job } from "./Job.ts"

/**
 * The subject of a draw.
 *
 * @category models
 */
export interface RunSubject {
  /** Of the first task of the work. */
  readonly taskId: string
  /** Runs of all tasks of the work up to this one, counted from 1. */
  readonly attempt: number
}

const resubmission = /^(.+)-r(\d{1,5})$/i

/**
 * Whether an id ends in `r` and digits: what nearly none does, at less than the cost of the pattern. Others
 * draw in their own name.
 *
 * @category queries
 */
export const endsInNumber = (taskId: string): boolean => {
  let place = taskId.length - 1
  for (let code = taskId.charCodeAt(place); code >= 48 && code <= 57;) {
    code = taskId.charCodeAt(--place)
  }
  const code = taskId.charCodeAt(place)
  return place < taskId.length - 1 && (code === 114 || code === 82)
}

/** What a submission is counted from when the first has the plain name. */
const secondSubmission = 2

/**
 * The id without the mark of a resubmission; `undefined` when it has none.
 *
 * @category queries
 */
export const firstIdOf = (taskId: string): string | undefined => resubmission.exec(taskId)?.[1]

/**
 * The subject of a run of a task; `undefined` when it is the task itself.
 *
 * @category queries
 */
export const of = (
  job: Job | undefined,
  { attempt, taskId }: RunSubject
): RunSubject | undefined => {
  if (job === undefined || !endsInNumber(taskId)) return undefined
  const found = resubmission.exec(taskId)
  if (found === null) return undefined
  const [, first = ""] = found
  const key = first.toLowerCase()
  const held = job.tasks.get(key)
  if (held === undefined) return undefined
  let runs = held.runsCount + attempt
  for (let submission = Number(found[2]) - 1; submission >= secondSubmission; submission--) {
    const before = job.tasks.get(`${key}-r${submission}`)
    if (before === undefined) break
    runs += before.runsCount
  }
  return { taskId: held.id, attempt: runs }
}
