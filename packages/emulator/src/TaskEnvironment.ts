/**
 * The variables a task process sees.
 *
 * @source Azure Batch documentation "Compute node environment variables"
 */
import * as Path from "node:path"

/**
 * What the variables are made of.
 *
 * @category models
 */
export interface TaskPlace {
  readonly account: string
  readonly accountUrl: string
  readonly poolId: string
  readonly nodeId: string
  readonly nodeRoot: string
  readonly jobId: string
  readonly taskId: string
  readonly taskDirectory: string
  readonly isDedicated: boolean
  /** The directory of the job's preparation on the node; absent for a job without one. */
  readonly preparationDirectory?: string
}

/** A named value as tasks and jobs give it. */
interface Setting {
  readonly name: string
  readonly value?: string
}

/**
 * The variables of a task: those of the job, then those of the task, then the service's own, which
 * nobody overrides; `special` are those only some tasks have.
 *
 * @category operations
 */
export const make = (
  place: TaskPlace,
  jobSettings: ReadonlyArray<Setting>,
  taskSettings: ReadonlyArray<Setting>,
  special: Readonly<Record<string, string>> = {}
): Record<string, string> => {
  const variables: Array<readonly [string, string]> = []
  for (const { name, value = "" } of jobSettings) variables.push([name, value])
  for (const { name, value = "" } of taskSettings) variables.push([name, value])
  variables.push(
    ["AZ_BATCH_ACCOUNT_NAME", place.account],
    ["AZ_BATCH_ACCOUNT_URL", place.accountUrl],
    ["AZ_BATCH_POOL_ID", place.poolId],
    ["AZ_BATCH_NODE_ID", place.nodeId],
    ["AZ_BATCH_JOB_ID", place.jobId],
    ["AZ_BATCH_TASK_ID", place.taskId],
    ["AZ_BATCH_TASK_DIR", place.taskDirectory],
    ["AZ_BATCH_TASK_WORKING_DIR", Path.join(place.taskDirectory, "wd")],
    ["AZ_BATCH_NODE_ROOT_DIR", place.nodeRoot],
    ["AZ_BATCH_NODE_SHARED_DIR", Path.join(place.nodeRoot, "shared")],
    ["AZ_BATCH_NODE_STARTUP_DIR", Path.join(place.nodeRoot, "startup")],
    ["AZ_BATCH_NODE_MOUNTS_DIR", Path.join(place.nodeRoot, "fsmounts")],
    ["AZ_BATCH_NODE_IS_DEDICATED", String(place.isDedicated)],
    ...Object.entries(special)
  )
  const { preparationDirectory } = place
  if (preparationDirectory !== undefined) {
    variables.push(
      ["AZ_BATCH_JOB_PREP_DIR", preparationDirectory],
      ["AZ_BATCH_JOB_PREP_WORKING_DIR", Path.join(preparationDirectory, "wd")]
    )
  }
  return Object.fromEntries(variables)
}
