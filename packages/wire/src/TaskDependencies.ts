/**
 * The tasks of the same job that must be satisfied before a task may start.
 */
import * as Schema from "effect/Schema"
import { Int32 } from "./Scalar.ts"

/**
 * A range of tasks whose ids are whole numbers, inclusive at both ends. Leading zeros of an id do
 * not matter.
 *
 * @source TaskIdRange 2024-02-01.19.0
 */
export const TaskIdRange = Schema.Struct({
  /** The first number of the range. */
  start: Int32,
  /** The last number of the range, inclusive. */
  end: Int32
})

/** A range of tasks whose ids are whole numbers, inclusive at both ends. */
export interface TaskIdRange extends Schema.Schema.Type<typeof TaskIdRange> {}

/**
 * The tasks that must be satisfied first. The job must have been created with
 * `usesTaskDependencies`; all ids together have at most `Limits.dependencyIdCharacters` characters.
 *
 * @source TaskDependencies 2024-02-01.19.0
 */
export const TaskDependencies = Schema.Struct({
  taskIds: Schema.optionalKey(Schema.Array(Schema.String)),
  taskIdRanges: Schema.optionalKey(Schema.Array(TaskIdRange))
})

/** The tasks that must be satisfied first. */
export interface TaskDependencies extends Schema.Schema.Type<typeof TaskDependencies> {}
