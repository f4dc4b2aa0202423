/**
 * Which handler serves which request: the wire's operation tables, compiled for matching.
 *
 * @internal
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import type { Operation } from "@batchwave/wire/Operation"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { AdminApi } from "./AdminApi.ts"
import type { Handler } from "./Exchange.ts"
import * as AdminFaults from "./handlers/admin/Faults.ts"
import * as AdminRequests from "./handlers/admin/Requests.ts"
import * as FileDelete from "./handlers/file/Delete.ts"
import * as FileGet from "./handlers/file/Get.ts"
import * as FileList from "./handlers/file/List.ts"
import * as FileProperties from "./handlers/file/Properties.ts"
import * as JobAdd from "./handlers/job/Add.ts"
import * as JobDelete from "./handlers/job/Delete.ts"
import * as JobDisable from "./handlers/job/Disable.ts"
import * as JobEnable from "./handlers/job/Enable.ts"
import * as JobGet from "./handlers/job/Get.ts"
import * as JobList from "./handlers/job/List.ts"
import * as JobPatch from "./handlers/job/Patch.ts"
import * as JobPreparationStatus from "./handlers/job/PreparationAndReleaseStatus.ts"
import * as JobTaskCounts from "./handlers/job/TaskCounts.ts"
import * as JobTerminate from "./handlers/job/Terminate.ts"
import * as JobUpdate from "./handlers/job/Update.ts"
import * as NodeGet from "./handlers/node/Get.ts"
import * as NodeList from "./handlers/node/List.ts"
import * as PoolAdd from "./handlers/pool/Add.ts"
import * as PoolDelete from "./handlers/pool/Delete.ts"
import * as PoolExists from "./handlers/pool/Exists.ts"
import * as PoolGet from "./handlers/pool/Get.ts"
import * as PoolList from "./handlers/pool/List.ts"
import * as PoolResize from "./handlers/pool/Resize.ts"
import * as TaskAdd from "./handlers/task/Add.ts"
import * as TaskAddCollection from "./handlers/task/AddCollection.ts"
import * as TaskDelete from "./handlers/task/Delete.ts"
import * as TaskGet from "./handlers/task/Get.ts"
import * as TaskList from "./handlers/task/List.ts"
import * as TaskListSubtasks from "./handlers/task/ListSubtasks.ts"
import * as TaskReactivate from "./handlers/task/Reactivate.ts"
import * as TaskTerminate from "./handlers/task/Terminate.ts"
import * as TaskUpdate from "./handlers/task/Update.ts"

/** One served operation. */
export interface Route {
  readonly operation: Operation
  readonly handle: Handler
  /** Fixed segments in lower case; a parameter's is its name in braces. */
  readonly segments: ReadonlyArray<string>
}

/** A route found for a request, with its decoded path parameters. */
export interface Match {
  readonly route: Route
  readonly parameters: Readonly<Record<string, string>>
}

const served: ReadonlyArray<readonly [Operation, Handler]> = [
  [TasksApi.addCollection, TaskAddCollection.handle],
  [TasksApi.list, TaskList.handle],
  [TasksApi.get, TaskGet.handle],
  [TasksApi.add, TaskAdd.handle],
  [TasksApi.terminate, TaskTerminate.handle],
  [TasksApi.reactivate, TaskReactivate.handle],
  [TasksApi.update, TaskUpdate.handle],
  [TasksApi.delete, TaskDelete.handle],
  [TasksApi.listSubtasks, TaskListSubtasks.handle],
  [JobsApi.add, JobAdd.handle],
  [JobsApi.get, JobGet.handle],
  [JobsApi.list, JobList.handle],
  [JobsApi.patch, JobPatch.handle],
  [JobsApi.terminate, JobTerminate.handle],
  [JobsApi.delete, JobDelete.handle],
  [JobsApi.taskCounts, JobTaskCounts.handle],
  [JobsApi.update, JobUpdate.handle],
  [JobsApi.disable, JobDisable.handle],
  [JobsApi.enable, JobEnable.handle],
  [JobsApi.preparationAndReleaseTaskStatus, JobPreparationStatus.handle],
  [FilesApi.get, FileGet.handle],
  [FilesApi.properties, FileProperties.handle],
  [FilesApi.list, FileList.handle],
  [FilesApi.delete, FileDelete.handle],
  [FilesApi.getOfNode, FileGet.handle],
  [FilesApi.propertiesOfNode, FileProperties.handle],
  [FilesApi.listOfNode, FileList.handle],
  [FilesApi.deleteOfNode, FileDelete.handle],
  [PoolsApi.add, PoolAdd.handle],
  [PoolsApi.get, PoolGet.handle],
  [PoolsApi.exists, PoolExists.handle],
  [PoolsApi.list, PoolList.handle],
  [PoolsApi.delete, PoolDelete.handle],
  [PoolsApi.resize, PoolResize.handle],
  [NodesApi.get, NodeGet.handle],
  [NodesApi.list, NodeList.handle]
]

/** The emulator's own, which are no part of the service. */
const servedApart: ReadonlyArray<readonly [Operation, Handler]> = [
  [AdminApi.putFaults, AdminFaults.put],
  [AdminApi.getFaults, AdminFaults.get],
  [AdminApi.deleteFaults, AdminFaults.remove],
  [AdminApi.getRequests, AdminRequests.get]
]

const routes: ReadonlyArray<Route> = [...served, ...servedApart].map(([operation, handle]) => ({
  operation,
  handle,
  segments: operation.path.split("/").map((segment) =>
    segment.startsWith("{") ? segment : segment.toLowerCase()
  )
}))

/** The operations of the service that the emulator serves. */
export const operations: ReadonlyArray<Operation> = served.map(([operation]) => operation)

/**
 * Finds the route of a request. Without one, tells whether the path is served under other methods.
 */
export const find = (
  method: string,
  path: string
): Match | { readonly isPathKnown: boolean } => {
  const given = path.split("/")
  let isPathKnown = false
  for (const route of routes) {
    const parameters = match(route.segments, given)
    if (parameters === undefined) continue
    if (route.operation.method === method) return { route, parameters }
    isPathKnown = true
  }
  return { isPathKnown }
}

/** A file path takes all that is left, whether its slashes are encoded or not. */
const match = (
  segments: ReadonlyArray<string>,
  given: ReadonlyArray<string>
): Readonly<Record<string, string>> | undefined => {
  const last = segments.length - 1
  const takesRest = segments[last] === "{filePath}" && given.length > segments.length
  if (given.length !== segments.length && !takesRest) return undefined
  const parameters: Record<string, string> = {}
  for (let index = 0; index <= last; index++) {
    const segment = segments[index]!
    const text = takesRest && index === last ? given.slice(last).join("/") : given[index]!
    if (!segment.startsWith("{")) {
      if (text !== segment && text.toLowerCase() !== segment) return undefined
      continue
    }
    const value = decode(text)
    if (value === undefined || value === "") return undefined
    parameters[segment.slice(1, -1)] = value
  }
  return parameters
}

const decode = (text: string): string | undefined => {
  if (!text.includes("%")) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
