/**
 * What can go wrong with runs and nodes on purpose, as data: the faults that are not about requests.
 */
import * as Schema from "effect/Schema"

const Ms = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Code = Schema.String.check(Schema.isPattern(/^\w{1,64}$/))

/**
 * Ends a run with an exit code, without its process.
 *
 * @category models
 */
export const ExitFault = Schema.Struct({
  _tag: Schema.Literal("Exit"),
  exitCode: Schema.Int,
  /** How long the run takes. @default 0 */
  afterMs: Schema.optionalKey(Ms)
})

/**
 * Lets a run never end of itself: it has no process, and waits to be killed.
 *
 * @category models
 */
export const HangFault = Schema.Struct({ _tag: Schema.Literal("Hang") })

/**
 * Ends a run before its process, as when a resource file cannot be had.
 *
 * @category models
 */
export const SetupFault = Schema.Struct({
  _tag: Schema.Literal("SetupFailed"),
  /** @default "BlobDownloadMiscError" */
  code: Schema.optionalKey(Code)
})

/**
 * Runs the process, and then fails to store its output files.
 *
 * @category models
 */
export const UploadFault = Schema.Struct({
  _tag: Schema.Literal("UploadFailed"),
  /** @default "DiskFull" */
  code: Schema.optionalKey(Code)
})

/**
 * Any fault of a run.
 *
 * @category models
 */
export const RunFault = Schema.Union([ExitFault, HangFault, SetupFault, UploadFault])

/** Any fault of a run. */
export type RunFault = Schema.Schema.Type<typeof RunFault>

/**
 * Takes a node away without warning: its tasks become active again and run elsewhere.
 *
 * @category models
 */
export const NodeLoss = Schema.Struct({
  /** Ids of nodes, with `*` and `?`. */
  nodes: Schema.String,
  /** Milliseconds since the plan was put. */
  atMs: Ms,
  /** Milliseconds until the nodes are back. @default they never come back */
  returnAfterMs: Schema.optionalKey(Ms)
})

/** Takes a node away without warning. */
export interface NodeLoss extends Schema.Schema.Type<typeof NodeLoss> {}
