/**
 * The flags of commands that work on a run themselves: `run`, `resume` and `retry`.
 */
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import { color, data, jsonl, plain, quiet, verbose } from "./CommonFlags.ts"
import { flag } from "./FlagKinds.ts"

/**
 * Those that all of them have, with the same words; `SessionSettings` says what they are.
 *
 * @internal
 */
export const session = {
  json: flag("json", "Print one JSON document on stdout instead of the table"),
  jsonl,
  onInterrupt: Flag.Literals("on-interrupt", ["detach", "terminate"]).pipe(
    Flag.withFallbackConfig(Config.Literals(["detach", "terminate"], "BATCHWAVE_ON_INTERRUPT")),
    Flag.withDescription("Whether Ctrl-C leaves the tasks in the service running, or ends them"),
    Flag.withDefault("detach")
  ),
  store: Flag.Redacted("store").pipe(
    Flag.withMetavar("url"),
    Flag.withDescription(
      "A blob container with a signature, for files between tasks (or AZURE_STORAGE_CONTAINER_SAS_URL)"
    ),
    Flag.optional
  ),
  data,
  noCache: flag(
    "no-cache",
    "Neither use results that earlier runs have kept nor keep new ones"
  ),
  otlp: Flag.String("otlp").pipe(
    Flag.withMetavar("url"),
    Flag.withDescription(
      "Send spans and metrics to this OpenTelemetry collector (or OTEL_EXPORTER_OTLP_ENDPOINT)"
    ),
    Flag.optional
  ),
  quiet,
  plain,
  verbose,
  color
}

/**
 * Those of a run that was started before.
 *
 * @internal
 */
export const takenUp = {
  file: Flag.String("file").pipe(
    Flag.withDescription("The pipeline, if it is no longer where the run was started from"),
    Flag.optional
  ),
  scenario: Flag.String("scenario").pipe(
    Flag.withMetavar("file"),
    Flag.withDescription("Another scenario, for a run whose tasks are simulated"),
    Flag.optional
  ),
  ...session
}
