/**
 * From `--scenario` to a world: one that is built in, or a JSON file with a scenario and what is around
 * it.
 */
import * as FaultPlan from "@batchwave/emulator/FaultPlan"
import { NodeRule } from "@batchwave/emulator/RunFault"
import * as ScenarioFile from "@batchwave/emulator/ScenarioFile"
import * as World from "@batchwave/lab/World"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { cleanLine } from "../screen/CleanText.ts"

const optional = Schema.optionalKey

const Throttle = Schema.Struct({
  requestsPerSecond: Schema.Finite,
  burst: optional(Schema.Finite),
  retryAfterMs: optional(Schema.Finite)
})

/** What a file may hold besides the members of a scenario. */
const Surroundings = Schema.Struct({
  name: optional(Schema.NonEmptyString),
  pool: optional(Schema.Struct({ nodes: Schema.Finite, slotsPerNode: Schema.Finite })),
  link: optional(Schema.Struct({
    latencyMs: optional(Schema.Finite),
    throttle: optional(Throttle),
    outages: optional(
      Schema.Array(Schema.Struct({ fromMs: Schema.Finite, forMs: Schema.Finite }))
    ),
    errorShare: optional(Schema.Finite)
  })),
  faults: optional(Schema.Struct({
    runs: optional(Schema.Array(FaultPlan.RunRule)),
    nodes: optional(Schema.Array(NodeRule))
  })),
  pricePerSlotHour: optional(Schema.Finite),
  latestMs: optional(Schema.Finite)
})

const surroundingKeys = Object.keys(Surroundings.fields)

/**
 * Reads the world of a flag. Fails with every problem, one sentence each.
 *
 * @category operations
 */
export const load = (file: string): Result.Result<World.World, ReadonlyArray<string>> =>
  Result.flatMap(read(file), (value) => decode(file, value))

const read = (
  file: string
): Result.Result<Readonly<Record<string, unknown>>, ReadonlyArray<string>> => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"))
    return typeof value === "object" && value !== null
      ? Result.succeed({ ...value })
      : Result.fail([`the scenario ${file} is not a JSON object`])
  } catch (cause) {
    const why = cleanLine(cause instanceof Error ? cause.message : String(cause))
    return Result.fail([
      `the scenario ${file} cannot be read: ${why}; give a JSON file or one of ${
        [...World.builtIn.keys()].join(", ")
      }`
    ])
  }
}

const decode = (
  file: string,
  value: Readonly<Record<string, unknown>>
): Result.Result<World.World, ReadonlyArray<string>> => {
  const members = Object.entries(value)
  const around = decodeSurroundings(
    Object.fromEntries(members.filter(([key]) => surroundingKeys.includes(key)))
  )
  const scenario = ScenarioFile.decode(
    Object.fromEntries(members.filter(([key]) => !surroundingKeys.includes(key)))
  )
  if (Result.isFailure(around) || Result.isFailure(scenario)) {
    return Result.fail([
      ...(Result.isFailure(around) ? issuesOf(around.failure.issue) : []),
      ...(Result.isFailure(scenario) ? scenario.failure : []),
      ...(Result.isFailure(around) ? [] : World.problems(worldOf(file, around.success, {})))
    ].map((problem) => `${file}: ${problem}`))
  }
  return Result.succeed(worldOf(file, around.success, scenario.success))
}

const worldOf = (
  file: string,
  { link, name, ...rest }: typeof Surroundings.Type,
  scenario: World.World["scenario"]
): World.World => {
  const { latencyMs, ...others } = link ?? {}
  return {
    pool: World.steady.pool,
    ...rest,
    name: name ?? basename(file, ".json"),
    scenario,
    link: {
      ...others,
      ...(latencyMs === undefined ? {} : { latencyMs: { _tag: "Fixed", value: latencyMs } })
    }
  }
}

const decodeSurroundings = Schema.decodeUnknownResult(Surroundings, {
  errors: "all",
  onExcessProperty: "error"
})

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const issuesOf = (issue: SchemaIssue.Issue): ReadonlyArray<string> =>
  formatIssue(issue).issues.map(({ message, path }) => {
    const place = (path ?? []).map((key) => String(typeof key === "object" ? key.key : key))
    return `${place.join(".")}: ${message}`
  })
