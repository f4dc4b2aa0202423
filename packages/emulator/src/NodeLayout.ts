/**
 * Where nodes keep the directories of their tasks.
 *
 * `{dataDirectory}/nodes/{node}` is the root of a node; a task lives in
 * `workitems/{job}/job-1/{task}` below it, as on the service's own nodes.
 *
 * @source Azure Batch documentation "Files and directories"
 */
import * as Path from "node:path"

import type { Switches } from "./Switches.ts"

/**
 * The root directory of a node.
 *
 * @category paths
 */
export const nodeRoot = (dataDirectory: string, nodeId: string): string =>
  Path.join(dataDirectory, "nodes", nodeId)

/**
 * The directories every node has besides `workitems`.
 *
 * @category paths
 */
export const nodeDirectories = ["shared", "startup", "fsmounts", "workitems"] as const

/**
 * What is to be removed is moved here first, below the data directory.
 *
 * @category paths
 */
export const trash = "trash"

/**
 * The path of a task directory from the root of its node, with slashes.
 *
 * @category paths
 */
export const taskPath = (jobId: string, taskId: string): string =>
  `workitems/${jobId}/job-1/${taskId}`

/**
 * The directory of a task on a node.
 *
 * @category paths
 */
export const taskDirectory = (
  dataDirectory: string,
  nodeId: string,
  jobId: string,
  taskId: string
): string => Path.join(nodeRoot(dataDirectory, nodeId), taskPath(jobId, taskId))

/**
 * The name of a subtask's directory in that of its task. The example of `Task_ListSubtasks` has the number
 * alone; no recorded exchange confirms it.
 *
 * @category paths
 */
export const subtaskName = (
  form: Switches["subtaskDirectories"],
  subtaskId: number
): string => form === "numbered" ? String(subtaskId) : `subtask${subtaskId}`

/**
 * The directory of all tasks of a job on a node.
 *
 * @category paths
 */
export const jobDirectory = (dataDirectory: string, nodeId: string, jobId: string): string =>
  Path.join(nodeRoot(dataDirectory, nodeId), "workitems", jobId)
