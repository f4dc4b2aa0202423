/**
 * What a new task must satisfy where the rules of the account are stricter than our guesses.
 *
 * @internal
 */
import { type Account, findPool } from "../Account.ts"
import type { Job } from "../Job.ts"
import type * as Refusal from "../Refusal.ts"
import type { TaskSpec } from "../Task.ts"
import * as DependencyCycle from "./DependencyCycle.ts"
import * as TaskRules from "./TaskRules.ts"

/**
 * Checks a task that is right by itself against its pool and the tasks it depends on; answers with
 * the first problem.
 *
 * @internal
 */
export const check = (account: Account, job: Job, spec: TaskSpec): Refusal.Refusal | undefined =>
  checkSlots(account, job, spec) ?? checkParents(account, job, spec) ??
    checkCycle(account, job, spec)

const checkSlots = (
  account: Account,
  { poolId }: Job,
  { requiredSlots = 1 }: TaskSpec
): Refusal.Refusal | undefined => {
  if (account.rules.unfitTasks === "stuck") return undefined
  const pool = findPool(account, poolId)
  if (pool === undefined || requiredSlots <= pool.slotsPerNode) return undefined
  const reason = `Nodes of the pool have ${pool.slotsPerNode} slots`
  return TaskRules.invalid("requiredSlots", requiredSlots, reason)
}

const checkParents = (
  { rules }: Account,
  { dependencies: { satisfiedIds }, tasks }: Job,
  { dependsOn }: TaskSpec
): Refusal.Refusal | undefined => {
  if (rules.unknownParents === "awaited") return undefined
  const unknown = dependsOn?.taskIds?.find((id) => {
    const key = id.toLowerCase()
    return !tasks.has(key) && !satisfiedIds.has(key) && !satisfiedIds.has(id)
  })
  return unknown === undefined
    ? undefined
    : TaskRules.invalid("dependsOn", unknown, "The job has no task of that id")
}

const checkCycle = (
  { rules }: Account,
  job: Job,
  { dependsOn, id }: TaskSpec
): Refusal.Refusal | undefined =>
  rules.dependencyCycles === "refused" && dependsOn !== undefined &&
    DependencyCycle.isClosed(job, id, dependsOn)
    ? TaskRules.invalid("dependsOn", id, "The task would wait for itself")
    : undefined
