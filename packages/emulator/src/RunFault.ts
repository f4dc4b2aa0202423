/**
 * What can go wrong with runs and nodes on purpose, as data: the faults that are not about requests.
 *
 * What they do is the account's matter (`RunFault` and `NodeFault` of the model); here is only how
 * they are read.
 */
import type * as NodeFaults from "@batchwave/sim/NodeFault"
import type * as RunFaults from "@batchwave/sim/RunFault"
import * as Schema from "effect/Schema"

const Ms = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Code = Schema.String.check(Schema.isPattern(/^\w{1,64}$/))
/** What a run leaves in one of its outputs. */
const Output = Schema.String.check(Schema.isMaxLength(65_536))

const nodeFault = {
  /** @default "unknown" */
  state: Schema.optionalKey(
    Schema.Literals(["unknown", "preempted", "unusable", "starttaskfailed", "starting", "offline"])
  ),
  /** Milliseconds until the nodes are back. @default as long as the plan holds */
  returnAfterMs: Schema.optionalKey(Ms),
  /** Milliseconds until the nodes leave and others are asked for in their place. */
  replaceAfterMs: Schema.optionalKey(Ms)
} as const

/**
 * Ends a run with an exit code, without its process.
 *
 * @category models
 */
export const ExitFault: Schema.Codec<RunFaults.ExitFault> = Schema.Struct({
  _tag: Schema.Literal("Exit"),
  exitCode: Schema.Int,
  /** How long the run takes. @default 0 */
  afterMs: Schema.optionalKey(Ms),
  /** What the run leaves in `stdout.txt`. @default nothing */
  stdout: Schema.optionalKey(Output),
  /** What the run leaves in `stderr.txt`. @default nothing */
  stderr: Schema.optionalKey(Output)
})

/**
 * Lets a run never end of itself: it has no process, and waits to be killed.
 *
 * @category models
 */
export const HangFault: Schema.Codec<RunFaults.HangFault> = Schema.Struct({
  _tag: Schema.Literal("Hang")
})

/**
 * Keeps a task in the queue although there is room for it.
 *
 * @category models
 */
export const HoldFault: Schema.Codec<RunFaults.HoldFault> = Schema.Struct({
  _tag: Schema.Literal("Hold"),
  /** How long. @default until the plan ends */
  forMs: Schema.optionalKey(Ms)
})

/**
 * Makes a run take longer than it would.
 *
 * @category models
 */
export const SlowFault: Schema.Codec<RunFaults.SlowFault> = Schema.Struct({
  _tag: Schema.Literal("Slow"),
  /** How many times as long. @default 1 */
  factor: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))
  ),
  /** How much longer. @default 0 */
  extraMs: Schema.optionalKey(Ms)
})

/**
 * Ends a run before its process, as when a resource file cannot be had.
 *
 * @category models
 */
export const SetupFault: Schema.Codec<RunFaults.SetupFault> = Schema.Struct({
  _tag: Schema.Literal("SetupFailed"),
  /** @default "BlobDownloadMiscError" */
  code: Schema.optionalKey(Code)
})

/**
 * Runs the process, and then fails to store its output files.
 *
 * @category models
 */
export const UploadFault: Schema.Codec<RunFaults.UploadFault> = Schema.Struct({
  _tag: Schema.Literal("UploadFailed"),
  /** @default "DiskFull" */
  code: Schema.optionalKey(Code)
})

/**
 * Takes the node of a run away while the run is under way.
 *
 * @category models
 */
export const NodeTakenFault: Schema.Codec<RunFaults.NodeTakenFault> = Schema.Struct({
  _tag: Schema.Literal("NodeTaken"),
  /** Milliseconds from the start of the run. */
  afterMs: Ms,
  ...nodeFault
})

/**
 * Any fault of a run.
 *
 * @category models
 */
export const RunFault: Schema.Codec<RunFaults.RunFault> = Schema.Union([
  ExitFault,
  HangFault,
  HoldFault,
  SlowFault,
  SetupFault,
  UploadFault,
  NodeTakenFault
])

/** Any fault of a run. */
export type RunFault = RunFaults.RunFault

/**
 * Takes nodes away without warning, once or again and again: their tasks become active again and run
 * elsewhere.
 *
 * @category models
 */
export const NodeRule: Schema.Codec<NodeFaults.NodeRule> = Schema.Struct({
  /** Tells the rule in reports. @default "node-1" for the first, and so on */
  name: Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, 100))),
  /** Ids of nodes, with `*` and `?`. */
  nodes: Schema.String,
  /** Milliseconds since the plan was put. */
  atMs: Ms,
  /** Strikes again after so many milliseconds, and so on. @default once */
  everyMs: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  /** Milliseconds since the plan was put; then it strikes no more. @default for ever */
  untilMs: Schema.optionalKey(Ms),
  /** With this probability, drawn for each node each time. @default 1 */
  probability: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
  ),
  /** The most nodes that are taken in all. @default no limit */
  countMax: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  ...nodeFault
})

/** Takes nodes away without warning. */
export type NodeRule = NodeFaults.NodeRule
