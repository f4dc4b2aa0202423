/**
 * The eleven operations on jobs as data.
 */
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
import { common, conditional, type Operation } from "./Operation.ts"
import * as ResponseHeaders from "./ResponseHeaders.ts"
import { TaskCountsResult } from "./TaskCounts.ts"

const jobs = "/jobs"
const job = `${jobs}/{jobId}` as const

/** The operations on jobs, by the short name a client gives them. @source BatchService swagger 2024-02-01.19.0 */
export const JobsApi = {
  add: {
    ...common,
    operationId: "Job_Add",
    method: "POST",
    path: jobs,
    success: 201,
    request: { schema: JobAddParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  },
  delete: {
    ...common,
    ...conditional,
    operationId: "Job_Delete",
    method: "DELETE",
    path: job,
    success: 202,
    responseHeaders: ResponseHeaders.ofRequest
  },
  disable: {
    ...common,
    ...conditional,
    operationId: "Job_Disable",
    method: "POST",
    path: `${job}/disable`,
    success: 202,
    request: { schema: JobDisableParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  },
  enable: {
    ...common,
    ...conditional,
    operationId: "Job_Enable",
    method: "POST",
    path: `${job}/enable`,
    success: 202,
    responseHeaders: ResponseHeaders.ofEntity
  },
  get: {
    ...common,
    ...conditional,
    operationId: "Job_Get",
    method: "GET",
    path: job,
    success: 200,
    query: ["$select", "$expand"],
    response: CloudJob,
    responseHeaders: ResponseHeaders.ofListing
  },
  list: {
    ...common,
    operationId: "Job_List",
    method: "GET",
    path: jobs,
    success: 200,
    query: ["$filter", "$select", "$expand", "maxresults"],
    response: CloudJobListResult,
    isPaged: true,
    responseHeaders: ResponseHeaders.ofListing
  },
  patch: {
    ...common,
    ...conditional,
    operationId: "Job_Patch",
    method: "PATCH",
    path: job,
    success: 200,
    request: { schema: JobPatchParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  },
  preparationAndReleaseTaskStatus: {
    ...common,
    operationId: "Job_ListPreparationAndReleaseTaskStatus",
    method: "GET",
    path: `${job}/jobpreparationandreleasetaskstatus`,
    success: 200,
    query: ["$filter", "$select", "maxresults"],
    response: CloudJobListPreparationAndReleaseTaskStatusResult,
    isPaged: true,
    responseHeaders: ResponseHeaders.ofListing
  },
  taskCounts: {
    ...common,
    operationId: "Job_GetTaskCounts",
    method: "GET",
    path: `${job}/taskcounts`,
    success: 200,
    response: TaskCountsResult,
    responseHeaders: ResponseHeaders.ofRequest
  },
  terminate: {
    ...common,
    ...conditional,
    operationId: "Job_Terminate",
    method: "POST",
    path: `${job}/terminate`,
    success: 202,
    request: { schema: JobTerminateParameter, isRequired: false },
    responseHeaders: ResponseHeaders.ofEntity
  },
  update: {
    ...common,
    ...conditional,
    operationId: "Job_Update",
    method: "PUT",
    path: job,
    success: 200,
    request: { schema: JobUpdateParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  }
} as const satisfies Record<string, Operation>
