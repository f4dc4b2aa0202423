import {
  BackendFailed,
  JournalFailed,
  JournalLocked,
  PlanChanged
} from "@batchwave/engine/EngineError"
import { PipelineError } from "@batchwave/pipeline/PipelineError"
import { assert, describe, it } from "@effect/vitest"
import * as CommandError from "batchwave/command/CommandError"
import * as ExitCode from "batchwave/command/ExitCode"
import * as FailureLog from "batchwave/command/FailureLog"
import * as Parameters from "batchwave/command/Parameters"
import * as RunEnding from "batchwave/command/RunEnding"
import { Result } from "effect"

describe("ExitCode", () => {
  it("gives every outcome and signal its own code", () => {
    assert.deepStrictEqual(
      (["succeeded", "failed", "unfinished", "cancelled"] as const)
        .map((outcome) => ExitCode.ofReport({ outcome, nodes: [] })),
      [0, 1, 1, 3]
    )
    const node = { node: "a", state: "skipped", attempts: 1, runTimeMs: 1 } as const
    const done = [
      [{ ...node, outcome: "skipped" }, 0],
      [{ ...node, outcome: "skipped", failure: "exit code 3 (no file)" }, 4],
      [{ ...node, outcome: "succeeded", substituted: "exit code 3" }, 4],
      [{ ...node, outcome: "succeeded" }, 0]
    ] as const
    for (const [one, code] of done) {
      assert.strictEqual(ExitCode.ofReport({ outcome: "succeeded", nodes: [one] }), code)
      assert.strictEqual(ExitCode.ofReport({ outcome: "failed", nodes: [one] }), 1)
    }
    assert.deepStrictEqual((["SIGINT", "SIGTERM"] as const).map(ExitCode.ofSignal), [130, 143])
  })
})

describe("CommandError", () => {
  const codeOf = (error: Parameters_<typeof CommandError.ofEngine>[0]): number =>
    CommandError.ofEngine(error, "r", "http://e").exitCode
  const backend = { operation: "JobLife.begin", message: "m", cause: new Error("c") }

  it("tells what the user can change from the way to the service, the disk and another process", () => {
    assert.strictEqual(codeOf(new BackendFailed({ ...backend, connection: true })), 5)
    assert.strictEqual(codeOf(new BackendFailed({ ...backend, connection: false })), 2)
    assert.strictEqual(codeOf(new JournalFailed({ file: "f", message: "m" })), 6)
    assert.strictEqual(codeOf(new JournalLocked({ file: "f", message: "m" })), 7)
    assert.strictEqual(codeOf(new PlanChanged({ message: "m", changed: [] })), 2)
  })

  it("names run and endpoint when the service fails", () => {
    const { message } = CommandError.ofEngine(
      new BackendFailed({ ...backend, connection: true }),
      "run-1",
      "http://e"
    )
    assert.include(message, "run-1")
    assert.include(message, "http://e")
  })

  it("puts one problem of a pipeline on one line and several below each other", () => {
    const told = (...problems: ReadonlyArray<string>) =>
      CommandError.ofPipeline(new PipelineError({ pipeline: "p", problems })).message
    assert.strictEqual(told("a is wrong"), "pipeline \"p\": a is wrong")
    assert.include(told("a is wrong", "b is wrong"), "\n- a is wrong\n- b is wrong")
  })
})

describe("Parameters", () => {
  it("splits at the first equals sign", () => {
    assert.deepStrictEqual(
      Parameters.parse(["a=1", "b=x=y", "c="]),
      Result.succeed({ a: "1", b: "x=y", c: "" })
    )
  })

  it("names every flag without a name and every name given twice", () => {
    const problems = Result.getOrThrow(Result.flip(Parameters.parse(["a", "=1", "b=1", "b=2"])))
    assert.strictEqual(problems.length, 3)
  })

  it("takes names of the language's own for names", () => {
    const parsed = Result.getOrThrow(Parameters.parse(["__proto__=1", "constructor=2"]))
    assert.deepStrictEqual(Object.keys(parsed), ["__proto__", "constructor"])
  })

  it("finds the parameters that differ from the recorded ones", () => {
    assert.deepStrictEqual(Parameters.differing({ a: "1", b: "2", c: "3" }, { a: "1", b: "1" }), [
      "b",
      "c"
    ])
  })
})

describe("FailureLog", () => {
  const linesOf = (count: number) =>
    Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n")
  const shown = (text: string, isCut = false) =>
    FailureLog.render("n", "t", { _tag: "Text", text, isCut }).split("\n")

  it("shows the last 20 lines, and says when it left some out", () => {
    assert.strictEqual(shown(linesOf(20)).length, 21)
    assert.strictEqual(shown(linesOf(20))[0], "  n: stderr (task t):")
    const cut = shown(`${linesOf(21)}\n`)
    assert.strictEqual(cut.length, 21)
    assert.strictEqual(cut[0], "  n: the last 20 lines of stderr (task t):")
    assert.strictEqual(cut[1], "  | line 2")
  })

  it("says that there is nothing, and why there is nothing to read", () => {
    assert.deepStrictEqual(shown(""), ["  n: its stderr is empty"])
    assert.strictEqual(
      FailureLog.render("n", "t", { _tag: "Missing", why: "gone" }),
      "  n: its stderr is not available: gone"
    )
  })

  it("keeps control sequences of a task out", () => {
    assert.deepStrictEqual(shown("\u{1b}[31mred\u{1b}[0m\u{1b}]0;t\u{7}\n"), [
      "  n: stderr (task t):",
      "  | red"
    ])
  })
})

describe("RunEnding", () => {
  it("shows a text as itself and anything else as JSON", () => {
    assert.strictEqual(
      RunEnding.resultsText({ path: "/a/b", mean: [1, 2] }),
      "results:\n  path  /a/b\n  mean  [1,2]\n"
    )
    assert.strictEqual(RunEnding.resultsText({}), "")
  })

  it("gives a command that a shell takes as it is", () => {
    assert.strictEqual(
      RunEnding.resumeCommand({ data: "Jane's data" }, "r"),
      "batchwave resume r --data 'Jane'\\''s data'"
    )
    assert.strictEqual(
      RunEnding.resumeCommand({ data: ".batchwave" }, "r"),
      "batchwave resume r"
    )
  })
})

type Parameters_<F extends (...given: never) => unknown> = F extends (...given: infer P) => unknown
  ? P
  : never
