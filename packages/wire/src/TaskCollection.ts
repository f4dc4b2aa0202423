/**
 * Adding many tasks in one request: the body, and the outcome of each item.
 */
import * as Schema from "effect/Schema"
import { BatchErrorDocument } from "./BatchErrorDocument.ts"
import * as OpenEnum from "./OpenEnum.ts"
import { Timestamp } from "./Scalar.ts"
import { TaskAddParameter } from "./Task.ts"

/**
 * The tasks to add: at most `Limits.collectionTasks` and `Limits.collectionBodyBytes`.
 *
 * @source TaskAddCollectionParameter 2024-02-01.19.0
 */
export const TaskAddCollectionParameter = Schema.Struct({
  value: Schema.Array(TaskAddParameter)
})

/** The tasks to add in one request. */
export interface TaskAddCollectionParameter
  extends Schema.Schema.Type<typeof TaskAddCollectionParameter>
{}

/** The known outcomes of an item; the service writes them in Pascal case. @source TaskAddResult.status 2024-02-01.19.0 */
export const taskAddStatuses = ["success", "clienterror", "servererror"] as const

/** The outcome of one item. */
export const TaskAddStatus = OpenEnum.make(taskAddStatuses)

/** The outcome of one item: a `clienterror` must not be sent again unchanged, a `servererror` may. */
export type TaskAddStatus = typeof TaskAddStatus.Type

/** The outcome of one task of a collection. @source TaskAddResult 2024-02-01.19.0 */
export const TaskAddResult = Schema.Struct({
  status: TaskAddStatus,
  /** The id as sent, though it may differ in case. */
  taskId: Schema.String,
  /** Only on success. */
  eTag: Schema.optionalKey(Schema.String),
  /** Only on success. */
  lastModified: Schema.optionalKey(Timestamp),
  /** The URL of the new task; only on success. */
  location: Schema.optionalKey(Schema.String),
  /** Only when refused. */
  error: Schema.optionalKey(BatchErrorDocument)
})

/** The outcome of one task of a collection. */
export interface TaskAddResult extends Schema.Schema.Type<typeof TaskAddResult> {}

/** The outcomes of a collection in no particular order: match them by id. @source TaskAddCollectionResult 2024-02-01.19.0 */
export const TaskAddCollectionResult = Schema.Struct({
  value: Schema.optionalKey(Schema.Array(TaskAddResult))
})

/** The outcomes of a collection in no particular order: match them by id. */
export interface TaskAddCollectionResult
  extends Schema.Schema.Type<typeof TaskAddCollectionResult>
{}
