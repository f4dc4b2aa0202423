/**
 * How tasks are spread over the nodes of a pool.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"

/** The known ways of filling nodes. @source TaskSchedulingPolicy.nodeFillType 2024-02-01.19.0 */
export const nodeFillTypes = ["spread", "pack"] as const

/** Whether tasks go to the emptiest node or fill one before the next. */
export const NodeFillType = OpenEnum.make(nodeFillTypes)

/** Whether tasks go to the emptiest node or fill one before the next. */
export type NodeFillType = typeof NodeFillType.Type

/** How tasks are spread over nodes; `spread` when a pool has no policy. @source TaskSchedulingPolicy 2024-02-01.19.0 */
export const TaskSchedulingPolicy = Schema.Struct({
  nodeFillType: NodeFillType
})

/** How tasks are spread over nodes; `spread` when a pool has no policy. */
export interface TaskSchedulingPolicy extends Schema.Schema.Type<typeof TaskSchedulingPolicy> {}
