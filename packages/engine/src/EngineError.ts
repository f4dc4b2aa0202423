/**
 * Why a run could not begin, go on or be resumed, as a closed union. A node that fails is no error
 * of the engine: it is part of the report.
 *
 * Nothing is lost by any of these: what was journaled stays, and the run can be resumed once the
 * cause is gone.
 */
import * as Schema from "effect/Schema"

/**
 * The service refused a request the run cannot do without, or could not be reached within the
 * patience of the run. `cause` is the client's failure.
 *
 * @category errors
 */
export class BackendFailed extends Schema.TaggedError<BackendFailed>()("BackendFailed", {
  /** What the engine was doing, as `Submitter.submit`. */
  operation: Schema.String,
  message: Schema.String,
  /** Whether it is about the way to the service or our identity, rather than about the run. */
  connection: Schema.Boolean,
  cause: Schema.Defect()
}) {}

/**
 * The journal could not be read or written. The run stops at once and submits nothing more.
 *
 * @category errors
 */
export class JournalFailed extends Schema.TaggedError<JournalFailed>()("JournalFailed", {
  file: Schema.String,
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Another process works on this run.
 *
 * @category errors
 */
export class JournalLocked extends Schema.TaggedError<JournalLocked>()("JournalLocked", {
  file: Schema.String,
  message: Schema.String
}) {}

/**
 * Another orchestrator, on the machine `host`, holds the job of this run. The one that fails has
 * changed nothing since it found out.
 *
 * @category errors
 */
export class RunTaken extends Schema.TaggedError<RunTaken>()("RunTaken", {
  runId: Schema.String,
  host: Schema.String,
  message: Schema.String
}) {}

/**
 * The plan is not the one the run was started with; `changed` names the nodes that differ.
 *
 * @category errors
 */
export class PlanChanged extends Schema.TaggedError<PlanChanged>()("PlanChanged", {
  message: Schema.String,
  changed: Schema.Array(Schema.String)
}) {}

/**
 * The settings of the run make no sense. Nothing was read, written or sent.
 *
 * @category errors
 */
export class SettingsRefused extends Schema.TaggedError<SettingsRefused>()("SettingsRefused", {
  /** Each of the problems in a sentence. */
  message: Schema.String,
  problems: Schema.Array(Schema.String)
}) {}

/**
 * An artifact could not be stored or found.
 *
 * @category errors
 */
export class ArtifactFailed extends Schema.TaggedError<ArtifactFailed>()("ArtifactFailed", {
  key: Schema.String,
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * The cache of results could not be read or written, or what it keeps is damaged. A run goes on
 * without it.
 *
 * @category errors
 */
export class CacheFailed extends Schema.TaggedError<CacheFailed>()("CacheFailed", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/**
 * Any failure of the engine.
 *
 * @category errors
 */
export type EngineError =
  | BackendFailed
  | JournalFailed
  | JournalLocked
  | RunTaken
  | PlanChanged
  | SettingsRefused
  | ArtifactFailed
