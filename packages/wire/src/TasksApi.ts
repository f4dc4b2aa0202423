/**
 * The nine operations on tasks as data.
 */
import * as Limits from "./Limits.ts"
import { common, conditional, type Operation } from "./Operation.ts"
import * as ResponseHeaders from "./ResponseHeaders.ts"
import { CloudTaskListSubtasksResult } from "./SubtaskInformation.ts"
import { CloudTask, TaskAddParameter, TaskUpdateParameter } from "./Task.ts"
import { TaskAddCollectionParameter, TaskAddCollectionResult } from "./TaskCollection.ts"
import { CloudTaskListResult } from "./TaskPage.ts"

const job = "/jobs/{jobId}"
const tasks = `${job}/tasks` as const
const task = `${tasks}/{taskId}` as const

/** The operations on tasks, by the short name a client gives them. @source BatchService swagger 2024-02-01.19.0 */
export const TasksApi = {
  add: {
    ...common,
    operationId: "Task_Add",
    method: "POST",
    path: tasks,
    success: 201,
    request: { schema: TaskAddParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  },
  addCollection: {
    ...common,
    operationId: "Task_AddCollection",
    method: "POST",
    path: `${job}/addtaskcollection`,
    success: 200,
    timeoutSecondsDefault: Limits.collectionTimeoutSecondsDefault,
    request: { schema: TaskAddCollectionParameter, isRequired: true },
    response: TaskAddCollectionResult,
    responseHeaders: ResponseHeaders.ofRequest
  },
  delete: {
    ...common,
    ...conditional,
    operationId: "Task_Delete",
    method: "DELETE",
    path: task,
    success: 200,
    responseHeaders: ResponseHeaders.ofRequest
  },
  get: {
    ...common,
    ...conditional,
    operationId: "Task_Get",
    method: "GET",
    path: task,
    success: 200,
    query: ["$select", "$expand"],
    response: CloudTask,
    responseHeaders: ResponseHeaders.ofEntity
  },
  list: {
    ...common,
    operationId: "Task_List",
    method: "GET",
    path: tasks,
    success: 200,
    query: ["$filter", "$select", "$expand", "maxresults"],
    response: CloudTaskListResult,
    isPaged: true,
    responseHeaders: ResponseHeaders.ofListing
  },
  listSubtasks: {
    ...common,
    operationId: "Task_ListSubtasks",
    method: "GET",
    path: `${task}/subtasksinfo`,
    success: 200,
    query: ["$select"],
    response: CloudTaskListSubtasksResult,
    responseHeaders: ResponseHeaders.ofListing
  },
  reactivate: {
    ...common,
    ...conditional,
    operationId: "Task_Reactivate",
    method: "POST",
    path: `${task}/reactivate`,
    success: 204,
    responseHeaders: ResponseHeaders.ofEntity
  },
  terminate: {
    ...common,
    ...conditional,
    operationId: "Task_Terminate",
    method: "POST",
    path: `${task}/terminate`,
    success: 204,
    responseHeaders: ResponseHeaders.ofEntity
  },
  update: {
    ...common,
    ...conditional,
    operationId: "Task_Update",
    method: "PUT",
    path: task,
    success: 200,
    request: { schema: TaskUpdateParameter, isRequired: true },
    responseHeaders: ResponseHeaders.ofEntity
  }
} as const satisfies Record<string, Operation>
