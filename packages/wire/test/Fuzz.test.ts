/**
 * Every parser under hostile inputs: none throws, none answers outside its type, and none takes long.
 * The emulator's own readers are in its `Fuzz.test.ts`. `npm run test:fuzz` gives each 1,000,000.
 */
import * as BatchErrorDocument from "@batchwave/wire/BatchErrorDocument"
import * as Decode from "@batchwave/wire/Decode"
import { FilesApi } from "@batchwave/wire/FilesApi"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import { JobsApi } from "@batchwave/wire/JobsApi"
import { NodesApi } from "@batchwave/wire/NodesApi"
import * as OData from "@batchwave/wire/OData"
import * as ODataMatch from "@batchwave/wire/ODataMatch"
import * as ODataParser from "@batchwave/wire/ODataParser"
import * as ODataProperties from "@batchwave/wire/ODataProperties"
import type { Operation } from "@batchwave/wire/Operation"
import * as OperationPath from "@batchwave/wire/OperationPath"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import * as QueryString from "@batchwave/wire/QueryString"
import * as RequestHeaders from "@batchwave/wire/RequestHeaders"
import * as ResponseHeaders from "@batchwave/wire/ResponseHeaders"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as SharedKey from "@batchwave/wire/SharedKey"
import { TasksApi } from "@batchwave/wire/TasksApi"
import * as WireDecodeError from "@batchwave/wire/WireDecodeError"
import { describe } from "@effect/vitest"
import * as Result from "effect/Result"
import * as FuzzInput from "./FuzzInput.ts"
import { fuzz, fuzzText, type Probe, unless } from "./FuzzTrial.ts"

const isTime = (ms: number | undefined): boolean => ms === undefined || Number.isFinite(ms)

const filters: FuzzInput.Vocabulary = {
  samples: [
    "state eq 'completed' and stateTransitionTime ge DateTime'2024-11-13T21:00:00.1234567Z'",
    "(executionInfo/exitCode lt 0) or (executionInfo/exitCode gt 0)",
    "startswith(id,'wave-3-') and executionInfo/result eq 'Failure'",
    "enableAutoScale eq true or vmSize ne 'it''s'",
    "lastModified lt DateTime'Wed, 31 Jan 2024 12:00:00 GMT'",
    "((((id eq 'a'))))"
  ],
  words: ["(", ")", ",", "'", "''", "/", "id", "state", "eq", "ne", "and", "or", "not", "true"]
}

const valueOf = (property: string): string | number | boolean | undefined => {
  if (property === "enableAutoScale") return true
  if (property === "executionInfo/exitCode") return 1
  return property === "missing" ? undefined : "2024-11-13T21:00:00Z"
}

const durations: FuzzInput.Vocabulary = {
  samples: [
    "PT30M",
    "P7D",
    "P3Y6M4DT12H30M5S",
    Iso8601Duration.infiniteDuration,
    "-PT0.0000001S",
    "P10675200D"
  ],
  words: ["P", "T", "Y", "M", "D", "H", "S", "-", ".", "0", "9", "99999999", "W"]
}

const timestamps: FuzzInput.Vocabulary = {
  samples: [
    "2024-11-13T21:04:38.7890941Z",
    "2024-02-29T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "2024-11-13T21:04:38+05:30"
  ],
  words: ["T", "Z", "-", ":", ".", "0", "00", "9", "2024", "+", "60"]
}

const dates: FuzzInput.Vocabulary = {
  samples: ["Tue, 29 Jul 2014 21:49:13 GMT", "Thu, 29 Feb 2024 00:00:00 GMT"],
  words: ["Mon", "Feb", "GMT", "UTC", ", ", " ", ":", "0", "31", "9999"]
}

const delays: FuzzInput.Vocabulary = {
  samples: ["5", "0", "120", "999999999", ...dates.samples],
  words: [...dates.words, "-", "1e9", "0x10", "Infinity", "NaN"]
}

const authorizations: FuzzInput.Vocabulary = {
  samples: [
    "SharedKey myaccount:ElLJjGP3morsPuxt+bzsKZvY/H5gEJe4SFepBho3hU0=",
    "Bearer eyJ0eXAiOiJKV1Qi",
    "SharedKeyLite a:b=="
  ],
  words: ["SharedKey", " ", ":", "=", "==", "+", "/", "a", "Basic", ","]
}

const targets: FuzzInput.Vocabulary = {
  samples: [
    "/jobs/j1/tasks?$filter=state%20eq%20%27completed%27&$select=id%2Cstate&api-version=2024-02-01.19.0",
    "/jobs/j1/tasks/t1/files/wd%2Fout%201.txt?timeout=30",
    "/pools/p1/nodes/tvm-1/files/startup/stdout.txt?recursive=true",
    "/pools?b=2&A=1&b=3&c=&d"
  ],
  words: ["/", "?", "&", "=", "jobs", "tasks", "pools", "files", "%2F", "%", "..", ";", "#", "$"]
}

const tags: FuzzInput.Vocabulary = {
  samples: ["0x8DD042A212281A5", "\"0x8DD042A212281A5\"", "W/\"0x8D\"", "*"],
  words: ["\"", "W/", "'", " ", "*", "0x"]
}

const ranges: FuzzInput.Vocabulary = {
  samples: ["bytes=0-9", "bytes=100-", "bytes=999999999999999-999999999999999"],
  words: ["bytes", "=", "-", ",", "0", "9", " "]
}

const errorDocument = {
  "odata.metadata": "https://x/$metadata#Error",
  code: "JobNotFound",
  message: { lang: "en-US", value: "The job does not exist.\nRequestId:1\nTime:2024" },
  values: [{ key: "Reason", value: "none" }, { key: "PropertyName", value: null }]
}

const taskPage = {
  value: [{
    id: "t1",
    state: "Completed",
    executionInfo: {
      retryCount: 0,
      requeueCount: 0,
      exitCode: 1,
      failureInfo: { category: "UserError", details: [{ name: "n", value: "v" }] }
    },
    stats: { readIOps: "12" },
    constraints: { maxWallClockTime: "PT1H", maxTaskRetryCount: 3 }
  }],
  "odata.nextLink": "https://x/?$skiptoken=1"
}

const pool = {
  id: "p1",
  state: "Active",
  metadata: [{ name: "a", value: "b" }],
  resourceTags: { a: "b" },
  startTask: { commandLine: "c", resourceFiles: [{ httpUrl: "https://x" }] },
  networkConfiguration: { publicIPAddressConfiguration: { provision: "NoPublicIPAddresses" } }
}

const operations: ReadonlyArray<Operation> = [
  ...Object.values(TasksApi),
  ...Object.values(JobsApi),
  ...Object.values(FilesApi),
  ...Object.values(PoolsApi),
  ...Object.values(NodesApi)
]

describe("a filter", () => {
  fuzzText("ODataParser.parse", filters, (source) => {
    const parsed = ODataParser.parse(source)
    if (Result.isFailure(parsed)) {
      const { position } = parsed.failure
      ODataParser.describe(parsed.failure)
      return unless(position >= 0 && position <= source.length, "its position is outside the text")
    }
    const filter = parsed.success
    ODataProperties.problems(filter, ODataProperties.taskProperties)
    ODataMatch.matches(filter, valueOf)
    const printed = OData.print(filter)
    const again = ODataParser.parse(printed)
    return unless(
      Result.isSuccess(again) && OData.print(again.success) === printed,
      "its print does not parse back"
    )
  })

  fuzzText("OData.parseSelect", filters, (source) => {
    const names = OData.parseSelect(source)
    return unless(names.every((name) => name !== "" && name === name.trim()), "it has blank names")
  })
})

describe("a time", () => {
  fuzzText("Iso8601Duration", durations, (text) => {
    const ms = Iso8601Duration.durationToMs(text)
    const normal = Iso8601Duration.normaliseDuration(text)
    if (ms === undefined || normal === undefined) {
      return unless(
        ms === normal && !Iso8601Duration.isDuration(text),
        "its readings disagree whether it is one"
      )
    }
    return unless(
      !Number.isNaN(ms) && Iso8601Duration.isDuration(text) &&
        Iso8601Duration.normaliseDuration(normal) === normal,
      "its normal form is not stable"
    )
  })

  fuzzText("Iso8601", timestamps, (text) => {
    const ms = Iso8601.timestampToEpochMs(text)
    const order = Iso8601.compareTimestamps(text, "2024-01-01T00:00:00Z")
    const reverse = Iso8601.compareTimestamps("2024-01-01T00:00:00Z", text)
    return unless(
      isTime(ms) && Math.sign(order) + Math.sign(reverse) === 0 &&
        Iso8601.isTimestamp(text) === (ms !== undefined),
      "its readings disagree"
    )
  })

  fuzzText("Rfc1123.dateToEpochMs", dates, (text) => {
    const ms = Rfc1123.dateToEpochMs(text)
    if (ms === undefined) return undefined
    return unless(
      Rfc1123.dateToEpochMs(Rfc1123.dateOfEpochMs(ms)) === ms,
      "it is another instant when written again"
    )
  })

  fuzzText("ResponseHeaders.parseRetryAfterMs", delays, (text) => {
    const ms = ResponseHeaders.parseRetryAfterMs(text, 1_700_000_000_000)
    return unless(isTime(ms) && (ms ?? 0) >= 0, "it is no time to wait")
  })
})

describe("a header", () => {
  fuzzText("SharedKey.parseAuthorization", authorizations, (text) => {
    const parsed = SharedKey.parseAuthorization(text)
    if (parsed === undefined) return undefined
    const written = SharedKey.authorizationOf(parsed.account, parsed.signature)
    return unless(
      written.toLowerCase() === text.toLowerCase() && written.endsWith(parsed.signature),
      "it is another one when written again"
    )
  })

  fuzzText(
    "ResponseHeaders.unquoteETag",
    tags,
    (text) => unless(ResponseHeaders.unquoteETag(text).length <= text.length, "it has grown")
  )

  fuzzText("RequestHeaders.parseRange", ranges, (text) => {
    const range = RequestHeaders.parseRange(text)
    if (range === undefined) return undefined
    const { firstByte, lastByte = firstByte } = range
    return unless(
      Number.isSafeInteger(firstByte) && Number.isSafeInteger(lastByte) && lastByte >= firstByte,
      "it is no range of bytes"
    )
  })

  fuzzText("ResponseHeaders.parseFile", delays, (text) => {
    const metadata = ResponseHeaders.parseFile({
      etag: text,
      "retry-after": [text],
      "content-length": text,
      "ocp-batch-file-isdirectory": text
    }, 0)
    return unless(
      isTime(metadata.retryAfterMs) && isTime(metadata.contentLengthBytes),
      "it has a number that is none"
    )
  })
})

describe("a request line", () => {
  fuzzText("QueryString.parse", targets, (text) => {
    const parameters = QueryString.parse(text)
    return unless(parameters.length <= text.length, "it has too many parameters")
  })

  fuzzText("SharedKey.stringToSign", targets, (target) => {
    const text = SharedKey.stringToSign({
      account: "a",
      method: "GET",
      target,
      headers: { "ocp-date": "now", "ocp-range": target }
    })
    return unless(text.startsWith("GET\n") && text.includes("\n/a"), "it misses its lines")
  })

  fuzzText("OperationPath.find", targets, (target) => {
    const found = OperationPath.find(operations, "GET", target)
    if ("allowed" in found) return undefined
    const { operation, parameters } = found
    return unless(
      OperationPath.parametersOf(operation.path).every((name) =>
        typeof parameters[name] === "string" && parameters[name] !== ""
      ),
      "it misses parameters"
    )
  })
})

describe("a body", () => {
  const probeOf = <A>(
    decode: (input: unknown) => Result.Result<A, WireDecodeError.WireDecodeError>,
    use: (value: A) => void = () => undefined
  ): Probe<string> =>
  (json) => {
    const decoded = decode(JSON.parse(json))
    if (Result.isSuccess(decoded)) {
      use(decoded.success)
      return undefined
    }
    const { length } = decoded.failure.problems
    return unless(
      length > 0 && length <= WireDecodeError.problemsMax && decoded.failure.message !== "",
      "its refusal names no problem, or too many"
    )
  }

  const drawOf = (sample: unknown) => (draw: FuzzInput.Draw): string =>
    JSON.stringify(FuzzInput.damagedJson(draw, sample, 30))

  fuzz(
    "Decode.decodeError",
    drawOf(errorDocument),
    probeOf(Decode.decodeError, (document) => {
      BatchErrorDocument.textOf(document)
      BatchErrorDocument.detailOf(document, "reason")
    })
  )
  fuzz("Decode.decodeTaskPage", drawOf(taskPage), probeOf(Decode.decodeTaskPage))
  fuzz("Decode.decodePool", drawOf(pool), probeOf(Decode.decodePool))
})
