/**
 * The ids of the service's operations that the emulator knows.
 *
 * @internal
 */
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import type { Operation } from "@batchwave/wire/Operation"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import { TasksApi } from "@batchwave/wire/TasksApi"

const tables: ReadonlyArray<Readonly<Record<string, Operation>>> = [
  TasksApi,
  JobsApi,
  FilesApi,
  PoolsApi,
  NodesApi
]

/** The ids, such as `Task_Add`. */
export const all: ReadonlyArray<string> = tables.flatMap((table) =>
  Object.values(table).map(({ operationId }) => operationId)
)
