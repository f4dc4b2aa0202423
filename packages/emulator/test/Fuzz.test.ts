/**
 * Everything of the emulator that reads a text of a stranger, under hostile inputs. `npm run test:fuzz`
 * gives each reader 1,000,000 of them.
 */
import * as CommandLine from "@batchwave/emulator/executor/CommandLine"
import * as FilePattern from "@batchwave/emulator/executor/FilePattern"
import * as SafePath from "@batchwave/emulator/executor/SafePath"
import * as FaultPlan from "@batchwave/emulator/FaultPlan"
import * as Authentication from "@batchwave/emulator/middleware/Authentication"
import * as QueryCheck from "@batchwave/emulator/middleware/QueryCheck"
import * as ScenarioFile from "@batchwave/emulator/ScenarioFile"
import * as IdPattern from "@batchwave/sim/IdPattern"
import { describe } from "@effect/vitest"
import * as Result from "effect/Result"
import { createSecretKey } from "node:crypto"
import * as FuzzInput from "../../wire/test/FuzzInput.ts"
import { fuzz, fuzzText, type Probe, unless } from "../../wire/test/FuzzTrial.ts"

const globs: FuzzInput.Vocabulary = {
  samples: ["**/*.txt", "wd/out-[a-c]?.bin", "../std*.txt", "[!a-z]*/**/x[*]", "a*a*a*a*b"],
  words: ["*", "**", "?", "[", "]", "[!", "-", "/", ".", "a", "wd", "$X"]
}

const paths: FuzzInput.Vocabulary = {
  samples: ["file:///data/in%20put.txt", "file://localhost/a/b", "wd/out.txt", "/etc/passwd"],
  words: ["..", ".", "/", "\\", "%2e", "%252e", "%00", "%2f", "file:", "//", "?", "#", "C:"]
}

const commands: FuzzInput.Vocabulary = {
  samples: ["/bin/sh -c 'echo \"$X\" | wc -l'", "python3 a.py --x=\"a b\"", "echo a\\ b"],
  words: ["'", "\"", "\\", " ", "\t", "a", "$(", ")", "`", ";"]
}

const ids: FuzzInput.Vocabulary = {
  samples: ["align-*", "t?", "*a*a*a*a*b", "run-1-*-x"],
  words: ["*", "?", "a", "-", "_", "9", "A"]
}

const queries: FuzzInput.Vocabulary = {
  samples: ["/jobs?api-version=2024-02-01.19.0&$filter=id%20eq%20%27a%27", "/jobs?a=b&a=c&d"],
  words: ["&", "=", "%20", "%", "+", "?", "#", "$select", "api-version"]
}

const authorizations: FuzzInput.Vocabulary = {
  samples: ["SharedKey batchwave:ElLJjGP3morsPuxt+bzsKZvY/H5gEJe4SFepBho3hU0=", "Bearer abc"],
  words: ["SharedKey", "batchwave", "Bearer", ":", "=", " ", "+", "/", "Tue, ", "GMT"]
}

const faultPlan = {
  seed: 7,
  server: { dateOffsetMs: -1, timesOffsetMs: 1, idleCloseMs: 5 },
  rules: [
    {
      name: "throttled",
      when: { operations: ["Task_*"], jobs: "run-*", everyNth: 3, probability: 0.5, countMax: 10 },
      fault: { _tag: "Status", status: 429, retryAfter: { seconds: 2 } }
    },
    { fault: { _tag: "Collection", items: [{ tasks: "a*", effect: "Missing" }], extra: 1 } },
    { fault: { _tag: "Stale", lagMs: 3000, jitterMs: 2000, tasks: "*" } }
  ],
  runs: [{ when: { tasks: "f*", retryCount: 0 }, fault: { _tag: "Exit", exitCode: 7 } }],
  nodes: [{ nodes: "node-1", atMs: 5000, state: "preempted", replaceAfterMs: 10000 }]
}

const scenario = {
  seed: 3,
  tasks: [{
    tasks: "a*",
    attempts: { from: 1, to: 2 },
    duration: { _tag: "Weibull", scale: 1, shape: 2 },
    failures: [{ exitCode: 1, probability: 0.1, part: 0.5 }],
    memory: { needMiB: { _tag: "LogNormal", median: 1, sigma: 1 }, perSlotMiB: 1 }
  }],
  nodes: [{ nodes: "n*", slowness: { _tag: "Empirical", values: [1, 2] } }],
  recordedMs: { a1: 12.5 }
}

const credential: Authentication.Credential = {
  account: "batchwave",
  key: createSecretKey(Buffer.from("key")),
  isToken: () => false,
  unknownTokenStatus: 401
}

describe("a pattern", () => {
  const path = `${"a/".repeat(200)}out-a1.bin`

  fuzzText("FilePattern", globs, (text) => {
    const isMatch = FilePattern.matches(FilePattern.parse(text), path)
    const isMatchBelow = FilePattern.matches(FilePattern.parse(`**/${text}`), path)
    return unless(!isMatch || isMatchBelow, "it matches, and does not below any directories")
  })

  fuzzText("IdPattern.matches", ids, (text) => {
    const isMatch = IdPattern.matches(text, "a".repeat(64))
    return unless(
      isMatch === IdPattern.matches(text.toUpperCase(), "A".repeat(64)),
      "it depends on the case"
    )
  })
})

describe("a path", () => {
  const isPlain = (name: string) =>
    name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name)

  fuzzText("SafePath.namesOfFileUrl", paths, (text) => {
    const names = SafePath.namesOfFileUrl(text)
    return unless(Result.isFailure(names) || names.success.every(isPlain), "it can lead elsewhere")
  })

  fuzzText("SafePath.namesOfRelativePath", paths, (text) => {
    const names = SafePath.namesOfRelativePath(text)
    return unless(
      Result.isFailure(names) || (names.success.length > 0 && names.success.every(isPlain)),
      "it can lead elsewhere"
    )
  })
})

describe("a command line", () => {
  fuzzText("CommandLine.split", commands, (text) => {
    const words = CommandLine.split(text)
    return unless(
      Result.isFailure(words) || words.success.every((word) => !word.includes("\0")),
      "it has a word that no process can be given"
    )
  })
})

describe("a request", () => {
  fuzzText("QueryCheck.read", queries, (target) => {
    const { parameters } = QueryCheck.read(target)
    return unless(parameters.size <= target.length, "it has too many parameters")
  })

  fuzzText("Authentication.check", authorizations, (text) => {
    const answer = Authentication.check(
      { base: "", requestId: "", nowMs: 0 },
      credential,
      "GET",
      "/jobs",
      { authorization: text, "ocp-date": text }
    )
    return unless(answer !== undefined && answer.status >= 400, "it lets a stranger in")
  })
})

describe("a plan", () => {
  const drawOf = (sample: unknown) => (draw: FuzzInput.Draw): string =>
    JSON.stringify(FuzzInput.damagedJson(draw, sample, 30))

  const probeOf =
    (decode: (input: unknown) => Result.Result<object, ReadonlyArray<string>>): Probe<string> =>
    (json) => {
      const decoded = decode(JSON.parse(json))
      return unless(
        Result.isSuccess(decoded) || (decoded.failure.length > 0 && decoded.failure.length <= 20),
        "its refusal names no problem, or too many"
      )
    }

  fuzz(
    "FaultPlan.decode",
    drawOf(faultPlan),
    probeOf((input) => {
      const decoded = FaultPlan.decode(input)
      if (Result.isSuccess(decoded)) FaultPlan.problems(decoded.success, ["Task_Get"])
      return decoded
    })
  )
  fuzz("ScenarioFile.decode", drawOf(scenario), probeOf(ScenarioFile.decode))
})
