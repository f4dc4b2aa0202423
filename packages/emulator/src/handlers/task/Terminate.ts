/**
 * `Task_Terminate`: ends a task that has not completed.
 *
 * @internal
 */
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import type { Handler } from "../../Exchange.ts"
import { act } from "./internal/TaskAction.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => act(exchange, TaskOperations.terminate, "terminate")
