/**
 * `Task_Reactivate`: makes a failed task active again. It counts as a user's write.
 *
 * @internal
 */
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import type { Handler } from "../../Exchange.ts"
import { act } from "./internal/TaskAction.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => act(exchange, TaskOperations.reactivate, "reactivate")
