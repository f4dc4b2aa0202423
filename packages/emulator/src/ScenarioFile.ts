/**
 * Scenarios as JSON: the shape of `Scenario` with nothing added, so that a file can be checked where it
 * is read.
 */
import * as Scenario from "@batchwave/sim/Scenario"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

const optional = Schema.optionalKey

const Distribution = Schema.Union([
  Schema.Struct({ _tag: Schema.Literal("Fixed"), value: Schema.Finite }),
  Schema.Struct({ _tag: Schema.Literal("Uniform"), min: Schema.Finite, max: Schema.Finite }),
  Schema.Struct({ _tag: Schema.Literal("Exponential"), mean: Schema.Finite }),
  Schema.Struct({
    _tag: Schema.Literal("LogNormal"),
    median: Schema.Finite,
    sigma: Schema.Finite
  }),
  Schema.Struct({ _tag: Schema.Literal("Weibull"), scale: Schema.Finite, shape: Schema.Finite }),
  Schema.Struct({ _tag: Schema.Literal("Empirical"), values: Schema.Array(Schema.Finite) })
])

const ExitFailure = Schema.Struct({
  exitCode: Schema.Finite,
  probability: Schema.Finite,
  part: optional(Schema.Finite)
})

const CodedFailure = Schema.Struct({
  probability: Schema.Finite,
  code: optional(Schema.String)
})

const TaskRule = Schema.Struct({
  tasks: optional(Schema.String),
  attempts: optional(
    Schema.Struct({ from: optional(Schema.Finite), to: optional(Schema.Finite) })
  ),
  duration: optional(Distribution),
  setup: optional(Distribution),
  upload: optional(Distribution),
  failures: optional(Schema.Array(ExitFailure)),
  memory: optional(Schema.Struct({
    needMiB: Distribution,
    perSlotMiB: Schema.Finite,
    exitCode: optional(Schema.Finite)
  })),
  stuckProbability: optional(Schema.Finite),
  straggler: optional(Schema.Struct({ probability: Schema.Finite, factor: Schema.Finite })),
  setupFailure: optional(CodedFailure),
  uploadFailure: optional(CodedFailure),
  stdout: optional(Schema.String),
  stderr: optional(Schema.String),
  files: optional(Schema.Record(Schema.String, Schema.String))
})

const NodeRule = Schema.Struct({
  nodes: optional(Schema.String),
  slowness: optional(Distribution),
  failures: optional(Schema.Array(ExitFailure)),
  boot: optional(Distribution),
  life: optional(Distribution),
  away: optional(Distribution)
})

const RecordedRun = Schema.Struct({
  durationMs: Schema.Finite,
  exitCode: optional(Schema.Finite),
  setupFailure: optional(Schema.String),
  uploadFailure: optional(Schema.String),
  slots: optional(Schema.Finite)
})

const ScenarioFile = Schema.Struct({
  seed: optional(Schema.Finite),
  tasks: optional(Schema.Array(TaskRule)),
  nodes: optional(Schema.Array(NodeRule)),
  recordedMs: optional(Schema.Record(Schema.String, Schema.Finite)),
  recordedRuns: optional(Schema.Record(Schema.String, Schema.Array(RecordedRun)))
})

/**
 * Reads a scenario. Unknown members are errors. Fails with one sentence for each problem, each with
 * the place of the value.
 *
 * @category decoding
 */
export const decode = (
  value: unknown
): Result.Result<Scenario.Scenario, ReadonlyArray<string>> => {
  const decoded = decodeStrictly(value)
  if (Result.isFailure(decoded)) {
    return Result.fail(
      formatIssue(decoded.failure.issue).issues.slice(0, problemsMax).map(({ message, path }) => {
        const place = (path ?? []).map((key) => String(typeof key === "object" ? key.key : key))
        return `${["scenario", ...place].join(".")}: ${message}`
      })
    )
  }
  const scenario: Scenario.Scenario = decoded.success
  const problems = Scenario.problems(scenario)
  return problems.length === 0
    ? Result.succeed(scenario)
    : Result.fail(problems.slice(0, problemsMax))
}

const problemsMax = 20

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const decodeStrictly = Schema.decodeUnknownResult(ScenarioFile, {
  errors: "all",
  onExcessProperty: "error"
})
