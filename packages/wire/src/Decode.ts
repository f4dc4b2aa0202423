/**
 * The decoders of all bodies in scope. What they tolerate and cost is told in `Decoder`; each takes
 * its input over.
 */
import { BatchErrorDocument } from "./BatchErrorDocument.ts"
import { ComputeNode, ComputeNodeListResult } from "./ComputeNode.ts"
import * as Decoder from "./Decoder.ts"
import {
  CloudJob,
  CloudJobListResult,
  JobAddParameter,
  JobDisableParameter,
  JobPatchParameter,
  JobTerminateParameter,
  JobUpdateParameter
} from "./Job.ts"
import { CloudJobListPreparationAndReleaseTaskStatusResult } from "./JobPreparationAndReleaseStatus.ts"
import { NodeFileListResult } from "./NodeFile.ts"
import { CloudPool, CloudPoolListResult, PoolAddParameter } from "./Pool.ts"
import { PoolResizeParameter } from "./PoolResize.ts"
import { CloudTaskListSubtasksResult } from "./SubtaskInformation.ts"
import { CloudTask, TaskAddParameter, TaskUpdateParameter } from "./Task.ts"
import { TaskAddCollectionParameter, TaskAddCollectionResult } from "./TaskCollection.ts"
import { TaskCountsResult } from "./TaskCounts.ts"
import { CloudTaskListResult } from "./TaskPage.ts"

/** Reads a page of tasks at little more than the cost of parsing it. */
export const decodeTaskPage = Decoder.make("CloudTaskListResult", CloudTaskListResult)

/** Reads the outcomes of an addtaskcollection at little more than the cost of parsing them. */
export const decodeAddCollectionResult = Decoder.make(
  "TaskAddCollectionResult",
  TaskAddCollectionResult
)

/** Reads one task. */
export const decodeTask = Decoder.make("CloudTask", CloudTask)

/** Reads the subtasks of a task. */
export const decodeSubtasks = Decoder.make(
  "CloudTaskListSubtasksResult",
  CloudTaskListSubtasksResult
)

/** Reads one job. */
export const decodeJob = Decoder.make("CloudJob", CloudJob)

/** Reads a page of jobs. */
export const decodeJobPage = Decoder.make("CloudJobListResult", CloudJobListResult)

/** Reads a page of how a job's preparation and release tasks went. */
export const decodePreparationAndReleaseTaskStatusPage = Decoder.make(
  "CloudJobListPreparationAndReleaseTaskStatusResult",
  CloudJobListPreparationAndReleaseTaskStatusResult
)

/** Reads the task counts of a job. */
export const decodeTaskCounts = Decoder.make("TaskCountsResult", TaskCountsResult)

/** Reads a page of files. */
export const decodeFilePage = Decoder.make("NodeFileListResult", NodeFileListResult)

/** Reads one pool. */
export const decodePool = Decoder.make("CloudPool", CloudPool)

/** Reads a page of pools. */
export const decodePoolPage = Decoder.make("CloudPoolListResult", CloudPoolListResult)

/** Reads one node. */
export const decodeNode = Decoder.make("ComputeNode", ComputeNode)

/** Reads a page of nodes. */
export const decodeNodePage = Decoder.make("ComputeNodeListResult", ComputeNodeListResult)

/** Reads an error document. */
export const decodeError = Decoder.make("BatchError", BatchErrorDocument)

/** Reads a task to add. */
export const decodeTaskAddParameter = Decoder.make("TaskAddParameter", TaskAddParameter)

/** Reads the body of an addtaskcollection. */
export const decodeTaskAddCollectionParameter = Decoder.make(
  "TaskAddCollectionParameter",
  TaskAddCollectionParameter
)

/** Reads the body of a task update. */
export const decodeTaskUpdateParameter = Decoder.make("TaskUpdateParameter", TaskUpdateParameter)

/** Reads a job to add. */
export const decodeJobAddParameter = Decoder.make("JobAddParameter", JobAddParameter)

/** Reads the body of a job patch. */
export const decodeJobPatchParameter = Decoder.make("JobPatchParameter", JobPatchParameter)

/** Reads the body of a job terminate. */
export const decodeJobTerminateParameter = Decoder.make(
  "JobTerminateParameter",
  JobTerminateParameter
)

/** Reads the body of a job update. */
export const decodeJobUpdateParameter = Decoder.make("JobUpdateParameter", JobUpdateParameter)

/** Reads the body of a job disable. */
export const decodeJobDisableParameter = Decoder.make("JobDisableParameter", JobDisableParameter)

/** Reads a pool to add. */
export const decodePoolAddParameter = Decoder.make("PoolAddParameter", PoolAddParameter)

/** Reads the body of a pool resize. */
export const decodePoolResizeParameter = Decoder.make("PoolResizeParameter", PoolResizeParameter)
