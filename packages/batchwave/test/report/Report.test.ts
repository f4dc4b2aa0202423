/** The forms a run's report has. */
import * as Plan from "@batchwave/core/Plan"
import type { RunEvent } from "@batchwave/core/RunEvent"
import * as Workflow from "@batchwave/core/Workflow"
import { assert, describe, it } from "@effect/vitest"
import * as ReportCsv from "../../src/report/ReportCsv.ts"
import * as ReportHtml from "../../src/report/ReportHtml.ts"
import * as ReportText from "../../src/report/ReportText.ts"
import * as RunReport from "../../src/report/RunReport.ts"

const row = (
  node: string,
  rest: Partial<RunReport.ExecutionRow> = {}
): RunReport.ExecutionRow => ({
  node,
  task: "t",
  attempt: 1,
  slots: 1,
  end: "succeeded",
  plannedAtMs: 1_000,
  startedAtMs: 1_500,
  endedAtMs: 2_000,
  waitMs: 500,
  runMs: 500,
  ...rest
})

const reportOf = (executions: ReadonlyArray<RunReport.ExecutionRow>): RunReport.RunReport => ({
  run: "r",
  pipeline: "p & q",
  endpoint: "http://127.0.0.1:1",
  pool: "batchwave",
  seed: 1,
  mode: "eager",
  failureMode: "keepGoing",
  outcome: "failed",
  startedAtMs: 1_000,
  endedAtMs: 3_000,
  lengthMs: 2_000,
  counts: { succeeded: 1, failed: 1, blocked: 0, skipped: 0, cancelled: 0, pending: 0 },
  retries: 0,
  cached: 0,
  slotMs: 1_000,
  wastedSlotMs: 500,
  runningMax: 1,
  chain: executions.map(({ node }) => node),
  chainRunMs: 500,
  chainWaitMs: 500,
  nodes: executions.map(({ end, failure, node }) => ({
    node,
    outcome: end === "failed" ? "failed" : "succeeded",
    state: end === "failed" ? "failed" : "succeeded",
    attempts: 1,
    runTimeMs: 500,
    ...(failure === undefined ? {} : { failure })
  })),
  executions
})

describe("The load of a run", () => {
  it("counts what waits and what runs, at every time that changes it", () => {
    const { endedAtMs: _, ...open } = row("b", { plannedAtMs: 1_500, startedAtMs: 2_500 })
    assert.deepStrictEqual(RunReport.load([row("a"), { ...open, end: "open" }], 3_000), [
      { atMs: 1_000, waiting: 1, running: 0 },
      { atMs: 1_500, waiting: 1, running: 1 },
      { atMs: 2_000, waiting: 1, running: 0 },
      { atMs: 2_500, waiting: 0, running: 1 },
      { atMs: 3_000, waiting: 0, running: 0 }
    ])
  })
})

describe("A report in words", () => {
  it("counts what the service has put back, by cause, and says nothing of what it has not", () => {
    const report = reportOf([row("a")])
    const requeues = { Preempted: 2, NodeLost: 1, Unknown: 0 }
    const told = (one: RunReport.RunReport) =>
      ReportText.factsOf(one).filter((fact) => fact.includes("put back"))
    assert.deepStrictEqual(told({ ...report, requeues }), [
      "tasks were put back by the service 3 times (2 Preempted, 1 NodeLost)"
    ])
    assert.deepStrictEqual(told(report), [])
  })
})

describe("A report as CSV", () => {
  it("quotes what needs it, leaves empty what does not apply, and holds no formulas", () => {
    const [head, ...lines] = ReportCsv.render(reportOf([
      row("a,\"b\"", { end: "failed", failureClass: "Exit", exitCode: 3, failure: "exit code 3" }),
      row("=HYPERLINK(1)")
    ])).split("\r\n")
    assert.strictEqual(head, ReportCsv.columns.join(","))
    assert.deepStrictEqual(lines, [
      "\"a,\"\"b\"\"\",t,1,1,failed,1000,1500,2000,500,500,Exit,3,exit code 3",
      "'=HYPERLINK(1),t,1,1,succeeded,1000,1500,2000,500,500,,,",
      ""
    ])
  })
})

describe("A report as a page", () => {
  it("stands alone, and lets no name or message be markup", () => {
    const html = ReportHtml.page(reportOf([
      row("<script>alert(1)</script>", { end: "failed", failure: "<img src=x>\u001b[31m" })
    ]))
    assert.notMatch(html, /<script|<img|https?:\/\/(?!127\.0\.0\.1:1)|<link/)
    assert.notInclude(html, "\u001b")
    assert.include(html, "default-src 'none'")
    assert.include(html, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assert.include(html, "p &amp; q: failed")
    assert.match(html, /<rect class="failed"[^>]*><title>&lt;script/)
  })

  it("shows at most 300 rows: the chain, what failed, then what ran longest", () => {
    const many = Array.from(
      { length: 400 },
      (_, index) => row(`n${index}`, index === 399 ? { end: "failed" } : { runMs: index })
    )
    const html = ReportHtml.page({ ...reportOf(many), chain: ["n0"] })
    const named = (name: string): boolean => html.includes(`text-anchor="end">${name}</text>`)
    assert.strictEqual(html.match(/class="plain"/g)?.length, 300)
    assert.include(html, "A row for 300 of 400 nodes")
    assert.isTrue(named("n0"))
    assert.isTrue(named("n399"))
    assert.isTrue(named("n398"))
    assert.isFalse(named("n1"))
  })

  it("draws nothing of a run in which nothing was submitted", () => {
    const html = ReportHtml.page({ ...reportOf([]), lengthMs: 0 })
    assert.notInclude(html, "<svg")
  })
})

describe("The executions of a report", () => {
  it("are placed by the service's own times, whatever its clock says", () => {
    const workflow = Workflow.make("two", [Workflow.node("a", "true"), Workflow.node("b", "true")])
    const planned = Plan.make(workflow)
    if (planned._tag !== "Planned") throw new Error("no plan")
    const end = (node: number, transition: string): RunEvent => ({
      _tag: "TaskEnded",
      task: { node, submission: 1 },
      end: { transition, exitCode: 0, result: "success", runTimeMs: 1_000 }
    })
    const tasks = [{ node: 0, submission: 1 }, { node: 1, submission: 1 }]
    const header = {
      version: 3,
      runId: "r",
      jobId: "j",
      poolId: "p",
      pipeline: "two",
      parameters: {},
      endpoint: "http://127.0.0.1:1",
      workflow,
      planFingerprint: "",
      seed: 1,
      createdAtMs: 0
    } as const
    const { executions, runningMax } = RunReport.make({
      header,
      plan: planned.plan,
      batches: [
        { atMs: 10_000, events: [{ _tag: "SubmissionPlanned", tasks }] },
        {
          atMs: 14_000,
          // Seen by one poll; the service's clock is an hour late.
          events: [end(0, "1969-12-31T23:00:11.5Z"), end(1, "1969-12-31T23:00:13Z")]
        }
      ]
    })
    assert.deepStrictEqual(
      executions.map(({ endedAtMs, startedAtMs }) => [startedAtMs, endedAtMs]),
      [[11_500, 12_500], [13_000, 14_000]]
    )
    assert.strictEqual(runningMax, 1)
  })
})
