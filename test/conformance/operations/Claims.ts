/**
 * All claims by operation, in the order of the page.
 */
import type { Claim } from "./Claim.ts"
import * as Files from "./claims/Files.ts"
import * as JobChanging from "./claims/JobChanging.ts"
import * as JobReading from "./claims/JobReading.ts"
import * as Pools from "./claims/Pools.ts"
import * as TaskAdding from "./claims/TaskAdding.ts"
import * as TaskChanging from "./claims/TaskChanging.ts"
import * as TaskReading from "./claims/TaskReading.ts"
import * as CommonClaims from "./CommonClaims.ts"
import * as Usual from "./Usual.ts"

/** The claims that single operations make. */
export const own: ReadonlyArray<Claim> = [
  ...TaskAdding.add,
  ...TaskAdding.addCollection,
  ...TaskReading.get,
  ...TaskReading.list,
  ...TaskReading.listSubtasks,
  ...TaskChanging.update,
  ...TaskChanging.remove,
  ...TaskChanging.terminate,
  ...TaskChanging.reactivate,
  ...JobReading.add,
  ...JobReading.get,
  ...JobReading.list,
  ...JobReading.taskCounts,
  ...JobReading.status,
  ...JobChanging.patch,
  ...JobChanging.update,
  ...JobChanging.remove,
  ...JobChanging.disable,
  ...JobChanging.enable,
  ...JobChanging.terminate,
  ...Files.taskFiles,
  ...Files.nodeFiles,
  ...Pools.add,
  ...Pools.get,
  ...Pools.list,
  ...Pools.exists,
  ...Pools.remove,
  ...Pools.resize,
  ...Pools.whileResizing,
  ...Pools.nodes,
  ...Pools.node
]

/** The names of the operations. */
export const operations: ReadonlyArray<string> = Object.keys(Usual.calls)

/** All claims of an operation: what it shares with others, then its own. */
export const ofOperation = (operation: string): ReadonlyArray<Claim> => [
  ...CommonClaims.ofOperation(operation),
  ...own.filter((claim) => claim.operation === operation)
]
