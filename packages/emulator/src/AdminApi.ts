/**
 * The emulator's own operations, below a path the service does not have. They need the account's
 * signature or a known token like all others, but no `api-version`, and no fault touches them.
 */
import type { Operation } from "@batchwave/wire/Operation"

/**
 * Below this path everything is the emulator's own.
 *
 * @category constants
 */
export const adminPath = "/_batchwave/"

/**
 * Tells whether a path is one of the emulator's own.
 *
 * @category guards
 */
export const isAdmin = (path: string): boolean =>
  path.slice(0, adminPath.length).toLowerCase() === adminPath

const common = {
  query: [],
  conditional: false,
  conditionalHeaders: [],
  timeoutSecondsDefault: 30,
  isPaged: false,
  responseHeaders: []
} as const

/**
 * The operations.
 *
 * @category values
 */
export const AdminApi = {
  /** Puts a fault plan in force, in place of the one before; answers with its report. */
  putFaults: {
    ...common,
    operationId: "Admin_PutFaults",
    method: "PUT",
    path: `${adminPath}faults`,
    success: 200
  },
  /** Tells the plan in force and its counts. */
  getFaults: {
    ...common,
    operationId: "Admin_GetFaults",
    method: "GET",
    path: `${adminPath}faults`,
    success: 200
  },
  /** Ends the plan in force, if there is one. */
  deleteFaults: {
    ...common,
    operationId: "Admin_DeleteFaults",
    method: "DELETE",
    path: `${adminPath}faults`,
    success: 204
  },
  /** Tells the counts of requests and the latest of them. */
  getRequests: {
    ...common,
    operationId: "Admin_GetRequests",
    method: "GET",
    path: `${adminPath}requests`,
    success: 200
  }
} as const satisfies Record<string, Operation>
