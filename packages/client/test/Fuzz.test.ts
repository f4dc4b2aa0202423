/**
 * What the client reads of replies with readers of its own, under hostile inputs. `npm run test:fuzz`
 * gives each reader 1,000,000 of them.
 */
import { retryAfterMs } from "@batchwave/client/RetryAfter"
import { describe } from "@effect/vitest"
import type * as FuzzInput from "../../wire/test/FuzzInput.ts"
import { fuzzText, unless } from "../../wire/test/FuzzTrial.ts"
import { eTagAt, eTagsOfAllAdded } from "../src/internal/AddedScan.ts"
import { cleanText } from "../src/internal/CleanText.ts"
import { formatHttpDate, parseHttpDate } from "../src/internal/HttpDate.ts"

const ids = ["a", "b-2"]

const results = (told: ReadonlyArray<string>): string =>
  JSON.stringify({
    "odata.metadata": "https://a.b/$metadata#taskaddresult",
    value: told.map((id) => ({
      status: "Success",
      taskId: id,
      eTag: `0x8D${id}`,
      lastModified: "2026-11-22T19:22:41.1234567Z",
      location: `https://a.b/jobs/j/tasks/${id}`
    }))
  })

const replies: FuzzInput.Vocabulary = {
  samples: [results(ids), results(ids.toReversed())],
  words: [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"taskId\":\"a\"",
    "\"eTag\":\"\"",
    "\"value\":"
  ]
}

const dates: FuzzInput.Vocabulary = {
  samples: ["Tue, 29 Jul 2014 21:49:13 GMT", "Thu, 29 Feb 2024 00:00:00 GMT"],
  words: ["Mon", "Feb", "GMT", ", ", " ", ":", "0", "31", "9999"]
}

const hints: FuzzInput.Vocabulary = {
  samples: ["5", "0", "999999999999", "1.5", ...dates.samples],
  words: [...dates.words, "-", "1e9", "0x10", "Infinity", "NaN", "soon"]
}

const quotes: FuzzInput.Vocabulary = {
  samples: [
    "Bad https://u:CANARY@a.b/c?sv=1&sig=CANARY here",
    "AccountName=a;AccountKey=CANARY;x=1",
    "Authorization: Bearer eyJ0eXAiOiJKV1Qi.CANARY.x",
    "a.".repeat(4000)
  ],
  words: ["a.", "a-", "://", "?", "@", "eyJ", "sig", "key=", "Bearer ", " ", "&", ";", "\"", "%3D"]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** What a parser of JSON makes of a reply that the scan took for one of added tasks. */
const parsedETags = (text: string): ReadonlyArray<unknown> | undefined => {
  const document: unknown = JSON.parse(text)
  const value: unknown = isRecord(document) ? document["value"] : undefined
  if (!Array.isArray(value) || value.length !== ids.length) return undefined
  const list: ReadonlyArray<unknown> = value
  return ids.map((id) => {
    const result = list.find((candidate) => isRecord(candidate) && candidate["taskId"] === id)
    return isRecord(result) && result["status"] === "Success" ? result["eTag"] ?? "" : undefined
  })
}

describe("a reply", () => {
  fuzzText("AddedScan", replies, (text) => {
    const list = eTagsOfAllAdded(
      Buffer.from(text, "utf8"),
      ids.length,
      (position) => ids[position] ?? ""
    )
    if (list === undefined) return undefined
    const parsed = parsedETags(text)
    return unless(
      parsed !== undefined &&
        ids.every((_, position) => eTagAt(list, position) === parsed[position]),
      "it says what the parser does not say"
    )
  })

  fuzzText("CleanText.cleanText", quotes, (text) => {
    const shown = cleanText(text)
    return unless(
      shown.length <= 2001 && !/:\/\/[^\s"'<>]*\?[^…\s"'<>]/.test(shown),
      "it shows a query, or too much"
    )
  })

  fuzzText("HttpDate.parseHttpDate", dates, (text) => {
    const ms = parseHttpDate(text)
    return unless(
      ms === undefined || (Number.isSafeInteger(ms) && parseHttpDate(formatHttpDate(ms)) === ms),
      "it is another instant when written again"
    )
  })

  fuzzText("RetryAfter.retryAfterMs", hints, (text) => {
    const headers = { "retry-after": text, "retry-after-ms": text, date: text }
    const ms = retryAfterMs(headers, 1_700_000_000_000)
    const alone = retryAfterMs({ "retry-after": text }, 1_700_000_000_000)
    return unless(
      // A number of hundreds of digits is for ever; whoever obeys it has a bound of their own.
      [ms, alone].every((hint) => hint === undefined || hint >= 0),
      "it is no time to wait"
    )
  })
})
