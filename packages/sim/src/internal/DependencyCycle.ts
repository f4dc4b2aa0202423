/**
 * Finding out whether a new task closes a circle of dependencies.
 *
 * @internal
 */
import * as DependencyLedger from "../DependencyLedger.ts"
import type { Job } from "../Job.ts"
import type { TaskDependencies } from "../Task.ts"

/**
 * Tells whether a task of that id would wait for itself, over any number of others. Looks at every
 * task it would wait for, and at all tasks of the job for each range.
 *
 * @internal
 */
export const isClosed = (job: Job, id: string, dependsOn: TaskDependencies): boolean => {
  const key = id.toLowerCase()
  const number = DependencyLedger.numberOf(key)
  const seen = new Set<string>()
  const open: Array<TaskDependencies> = [dependsOn]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { taskIdRanges = [], taskIds = [] } = next
    if (taskIds.some((each) => each.toLowerCase() === key)) return true
    if (number !== undefined && taskIdRanges.some((range) => isIn(range, number))) return true
    for (const parent of parentsOf(job, taskIds, taskIdRanges)) {
      if (seen.has(parent)) continue
      seen.add(parent)
      const wait = job.tasks.get(parent)?.wait
      if (wait !== undefined) open.push({ taskIds: wait.ids, taskIdRanges: wait.ranges })
    }
  }
  return false
}

interface Range {
  readonly start: number
  readonly end: number
}

const isIn = ({ end, start }: Range, number: number): boolean => start <= number && number <= end

const parentsOf = function*(
  job: Job,
  taskIds: ReadonlyArray<string>,
  ranges: ReadonlyArray<Range>
): Generator<string> {
  for (const id of taskIds) yield id.toLowerCase()
  if (ranges.length === 0) return
  for (const key of job.tasks.keys()) {
    const number = DependencyLedger.numberOf(key)
    if (number !== undefined && ranges.some((range) => isIn(range, number))) yield key
  }
}
