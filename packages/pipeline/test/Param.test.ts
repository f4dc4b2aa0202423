import * as Pipeline from "@batchwave/pipeline/Pipeline"
import { sh } from "@batchwave/pipeline/Shell"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const fields = {
  csv: Schema.String,
  years: Schema.Array(Schema.Int),
  rate: Schema.Number,
  isFast: Schema.Boolean,
  level: Schema.Literals(["low", "high"]),
  region: Schema.Struct({ name: Schema.String, size: Schema.optionalKey(Schema.Int) }),
  limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))),
  mode: Schema.String.annotate({ description: "How to run." }).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("plain"))
  ),
  since: Schema.Date.pipe(Schema.withDecodingDefaultType(Effect.succeed(new Date(0)))),
  either: Schema.optionalKey(Schema.Union([Schema.Int, Schema.String])),
  textual: Schema.optionalKey(Schema.NumberFromString)
}

const pipeline = Pipeline.make("params", { params: fields }, (p) => {
  p.task("only", { run: sh`true` })
})

const given = {
  csv: "12",
  years: "[2019, 2020]",
  rate: "1e-3",
  isFast: "false",
  level: "low",
  region: "{\"name\":\"north\"}"
}

const decoded: Schema.Struct.Type<typeof fields> = {
  csv: "12",
  years: [2019, 2020],
  rate: 0.001,
  isFast: false,
  level: "low",
  region: { name: "north" },
  mode: "plain",
  since: new Date(0)
}

/** The same without what has another encoded type. */
const decodedGiven = (({ textual: _, ...rest }) => rest)(decoded)

const problems = (raw: { readonly [name: string]: string }): ReadonlyArray<string> => {
  const result = pipeline.decodeParams(raw)
  return Result.isFailure(result) ? result.failure.problems : []
}

describe("Param", () => {
  it("decodes text by each schema, fills defaults and leaves optional ones out", () => {
    assert.deepStrictEqual(Result.getOrThrow(pipeline.decodeParams(given)), decoded)
  })

  it("decodes values of the encoded types", () => {
    const result = pipeline.compile({ ...decodedGiven, level: "high", textual: "7" })
    assert.isTrue(Result.isSuccess(result))
  })

  const accepted: ReadonlyArray<
    readonly [name: keyof typeof fields, text: string, value: unknown]
  > = [
    ["csv", "", ""],
    ["csv", "[1]", "[1]"],
    ["csv", "\"quoted\"", "\"quoted\""],
    ["csv", "null", "null"],
    ["years", "[]", []],
    ["rate", "-0.5", -0.5],
    ["rate", "Infinity", Infinity],
    ["isFast", "true", true],
    ["level", "high", "high"],
    ["region", "{\"name\":\"a\",\"size\":2}", { name: "a", size: 2 }],
    ["limit", "1", 1],
    ["limit", "9", 9],
    ["mode", "", ""],
    ["since", "2020-01-02", new Date("2020-01-02")],
    ["either", "ten", "ten"],
    ["textual", "10", 10]
  ]
  for (const [name, text, value] of accepted) {
    it(`takes ${name}=${text}`, () => {
      assert.deepStrictEqual(
        Result.getOrThrow(pipeline.decodeParams({ ...given, [name]: text }))[name],
        value
      )
    })
  }

  const refused: ReadonlyArray<
    readonly [name: string, text: string, problem: string]
  > = [
    ["years", "2019,2020", "\"years\": expected array of integer as JSON, got \"2019,2020\""],
    ["years", "2019", "\"years\": expected array, got 2019"],
    ["years", "[1,1.5]", "\"years[1]\": expected an integer, got 1.5"],
    ["rate", "fast", "\"rate\": expected number, got \"fast\""],
    ["rate", "\"1\"", "\"rate\": expected number, got \"1\""],
    ["isFast", "yes", "\"isFast\": expected boolean, got \"yes\""],
    ["isFast", "1", "\"isFast\": expected boolean, got 1"],
    ["level", "mid", "\"level\": expected \"low\" | \"high\", got \"mid\""],
    ["region", "{}", "\"region.name\": missing key"],
    [
      "region",
      "{\"name\":\"a\",\"sise\":1}",
      "\"region.sise\": unexpected key with value 1"
    ],
    ["limit", "0", "\"limit\": expected a value between 1 and 9, got 0"],
    ["limit", "10", "\"limit\": expected a value between 1 and 9, got 10"],
    ["limit", "", "\"limit\": expected integer (a value between 1 and 9), got \"\""]
  ]
  for (const [name, text, problem] of refused) {
    it(`refuses ${name}=${text}`, () => {
      assert.deepStrictEqual(problems({ ...given, [name]: text }), [`parameter ${problem}`])
    })
  }

  it("names every unknown, missing and wrong parameter at once", () => {
    assert.deepStrictEqual(
      problems({
        yeras: "[1]",
        csv: "a",
        rate: "x",
        isFast: "true",
        level: "low",
        q: "",
        ["__proto__"]: "p"
      }),
      [
        "there is no parameter \"yeras\"; did you mean \"years\"?",
        "there is no parameter \"q\"; known are \"csv\", \"years\", \"rate\", \"isFast\", \"level\", "
        + "\"region\", \"limit\", \"mode\" and 3 more",
        "there is no parameter \"__proto__\"; known are \"csv\", \"years\", \"rate\", \"isFast\", "
        + "\"level\", \"region\", \"limit\", \"mode\" and 3 more",
        "parameter \"years\" is missing; it takes array of integer",
        "parameter \"rate\": expected number, got \"x\"",
        "parameter \"region\" is missing; it takes { name: string, size?: integer }"
      ]
    )
  })

  it("names every wrong value given by a program", () => {
    const result = pipeline.compile({
      ...decodedGiven,
      // @ts-expect-error years are numbers
      years: ["2019"],
      level: "low",
      extra: 1
    })
    assert.deepStrictEqual(Result.isFailure(result) ? result.failure.problems : [], [
      "there is no parameter \"extra\"; known are \"csv\", \"years\", \"rate\", \"isFast\", "
      + "\"level\", \"region\", \"limit\", \"mode\" and 3 more",
      "parameter \"years[0]\": expected number, got \"2019\""
    ])
  })

  it("says that a pipeline without parameters takes none", () => {
    const none = Pipeline.make("none", {}, () => undefined).decodeParams({ a: "b" })
    assert.deepStrictEqual(Result.isFailure(none) ? none.failure.problems : [], [
      "there is no parameter \"a\"; there are none"
    ])
  })

  it("describes parameters with type, need, default and description", () => {
    assert.deepStrictEqual(pipeline.describeParams(), [
      { name: "csv", type: "string", isRequired: true },
      { name: "years", type: "array of integer", isRequired: true },
      { name: "rate", type: "number", isRequired: true },
      { name: "isFast", type: "boolean", isRequired: true },
      { name: "level", type: "\"low\" | \"high\"", isRequired: true },
      { name: "region", type: "{ name: string, size?: integer }", isRequired: true },
      { name: "limit", type: "integer (a value between 1 and 9)", isRequired: false },
      {
        name: "mode",
        type: "string",
        isRequired: false,
        default: "plain",
        description: "How to run."
      },
      {
        name: "since",
        type: "a valid Date",
        isRequired: false,
        default: "1970-01-01T00:00:00.000Z"
      },
      { name: "either", type: "integer | string", isRequired: false },
      { name: "textual", type: "number", isRequired: false }
    ])
  })
})
