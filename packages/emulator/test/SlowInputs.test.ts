import * as CommandLine from "@batchwave/emulator/executor/CommandLine"
import * as FilePattern from "@batchwave/emulator/executor/FilePattern"
import * as SafePath from "@batchwave/emulator/executor/SafePath"
import * as FaultPlan from "@batchwave/emulator/FaultPlan"
import * as Authentication from "@batchwave/emulator/middleware/Authentication"
import * as QueryCheck from "@batchwave/emulator/middleware/QueryCheck"
import * as IdPattern from "@batchwave/sim/IdPattern"
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as Iso8601Duration from "@batchwave/wire/Iso8601Duration"
import * as ODataParser from "@batchwave/wire/ODataParser"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import * as SharedKey from "@batchwave/wire/SharedKey"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createSecretKey } from "node:crypto"

const credential: Authentication.Credential = {
  account: "batchwave",
  key: createSecretKey(Buffer.from("key")),
  isToken: () => false,
  unknownTokenStatus: 401
}

/** Everything that reads a text of a stranger, by name. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  filter: ODataParser.parse,
  timestamp: Iso8601.timestampToEpochMs,
  duration: Iso8601Duration.durationToMs,
  date: Rfc1123.dateToEpochMs,
  authorization: SharedKey.parseAuthorization,
  query: (text) => QueryCheck.read(`/jobs?${text}`),
  credentials: (text) =>
    Authentication.check(
      { base: "", requestId: "", nowMs: 0 },
      credential,
      "GET",
      "/jobs",
      { authorization: text, "ocp-date": text }
    ),
  idPattern: (text) => IdPattern.matches(text, "a".repeat(64)),
  commandLine: CommandLine.split,
  filePattern: (text) => FilePattern.matches(FilePattern.parse(text), "a/".repeat(2000)),
  filePath: SafePath.namesOfFileUrl,
  relativePath: SafePath.namesOfRelativePath,
  faultPlan: (text) =>
    FaultPlan.decode({ rules: [{ name: text, when: { jobs: text }, fault: { _tag: text } }] })
}

/** As long as the head of a request may be. */
const length = 16_000

const fill = (unit: string, end = ""): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length) + end

/** Texts that make a reader which goes back and forth do so for ever. */
const attacks: ReadonlyArray<string> = [
  ...[
    "a",
    " ",
    "(",
    ")",
    "'",
    "''",
    "0",
    "9",
    "-",
    "*",
    "**/",
    "?",
    "[",
    "{",
    "{a,",
    ".",
    "/",
    "\\"
  ]
    .flatMap((unit) => [fill(unit), fill(unit, "!"), fill(unit, "a")]),
  ...[
    "a and ",
    "id eq 'a' and ",
    "id eq 'a' or ",
    "not ",
    "startswith(",
    "id eq ",
    "(id eq 1) and "
  ]
    .flatMap((unit) => [fill(unit), fill(unit, "x")]),
  ...["P1D", "1Y", "T1H", "PT", "1.", "2024-01-01T00:00:00."].map((unit) => fill(unit)),
  `P${fill("1")}D`,
  `2024-01-01T00:00:00.${fill("0")}Z`,
  `SharedKey ${fill("a")}:${fill("A")}=`,
  `Bearer ${fill(" ")}x`,
  `Bearer ${fill("x ")}`,
  `Mon, ${fill("01 ")}Jan 2024 00:00:00 GMT`,
  fill("a=b&"),
  fill("%"),
  fill("%41"),
  fill("+"),
  fill("a*"),
  fill("*a"),
  fill("[a-z]*"),
  `a${fill("*")}b`,
  fill("\"\\"),
  fill("$(x)")
]

/** Far above what any takes on a busy machine, far below what a reader takes that backtracks. */
const limitMs = 1000

/** A pause of the machine is no cost of the reader: the fastest of so many runs counts. */
const timingRuns = 3

const tookMs = (read: () => unknown): number => {
  const beganAtMs = performance.now()
  read()
  return performance.now() - beganAtMs
}

describe("readers of strangers' texts", () => {
  for (const [name, read] of Object.entries(readers)) {
    it(`${name} takes no time for a long text, whatever it is`, () => {
      for (const attack of attacks) {
        let ms = Infinity
        for (let run = 0; run < timingRuns && ms >= limitMs; run++) {
          ms = Math.min(ms, tookMs(() => read(attack)))
        }
        assert.isBelow(ms, limitMs, `${name} ${attack.slice(0, 40)}`)
      }
    })

    it(`${name} answers anything without throwing`, () => {
      const text = fc.oneof(
        fc.string({ maxLength: 60, unit: "binary" }),
        fc.array(
          fc.constantFrom(
            ...Array.from("aZ09 ()'\"*?[]{}\\/.,:;%+-_=&|$<>!~"),
            " and ",
            " or ",
            " eq ",
            "id",
            "datetime'",
            "startswith(",
            "SharedKey ",
            "Bearer ",
            "P",
            "T",
            "GMT",
            "2024-01-01"
          ),
          { maxLength: 40 }
        ).map((parts) => parts.join(""))
      )
      fc.assert(
        fc.property(text, (given) => {
          read(given)
        }),
        { numRuns: 4000 }
      )
    })
  }
})
