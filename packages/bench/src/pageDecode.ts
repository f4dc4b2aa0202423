/**
 * Goal P3: what does a typed page of 1000 tasks cost beyond `JSON.parse`, alone and over HTTP?
 */
import AzureBatch from "@azure/batch"
import { type HttpClient, HttpHeaders } from "@azure/ms-rest-js"
import { BatchClient } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Decode from "@batchwave/wire/Decode"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { parseArgs } from "node:util"
import * as BenchReport from "./BenchReport.ts"
import * as BenchTasks from "./BenchTasks.ts"
import * as CannedService from "./CannedService.ts"
import { checkPage } from "./HandDecoder.ts"
import * as Harness from "./Harness.ts"
import * as RawClient from "./RawClient.ts"

const account = "batchwave"
const key = Buffer.alloc(64, 7).toString("base64")
const tasksPerPage = 1000

/** Runs the benchmark; see the README for the options. */
export const run = async (args: Array<string>): Promise<void> => {
  const { values } = parseArgs({
    args,
    options: {
      pages: { type: "string", default: "100" },
      rounds: { type: "string", default: "9" },
      out: { type: "string" }
    }
  })
  const pageCount = Number(values.pages)
  const rounds = Number(values.rounds)
  const report = BenchReport.open({
    question: "what does a typed page of 1000 completed tasks cost beyond JSON.parse?",
    measured: `CPU and wall time of the client process, per task, ${pageCount} pages a round`,
    notMeasured: "the server; parsing of times, which stay text"
  })
  await decoding(report, "full", pageCount, rounds, { atMost: 1.15 })
  await decoding(report, "slim", pageCount * 4, rounds, { atMost: 1.2 })
  await overHttp(report, pageCount, rounds)
  BenchReport.close(report, values.out)
}

const decoding = async (
  report: BenchReport.BenchReport,
  kind: BenchTasks.PageKind,
  pageCount: number,
  rounds: number,
  limit: { readonly atMost: number }
): Promise<void> => {
  const text = BenchTasks.page(kind, tasksPerPage)
  const azure = azureAnswering(text)
  const measurements = await Harness.measure([
    {
      name: "JSON.parse",
      run: () => repeat(pageCount, () => countOf(JSON.parse(text)))
    },
    {
      name: "JSON.parse + checks by hand",
      run: () => repeat(pageCount, () => checkPage(JSON.parse(text)))
    },
    {
      name: "JSON.parse + decodeTaskPage",
      run: () =>
        repeat(pageCount, () => {
          const page = Decode.decodeTaskPage(JSON.parse(text))
          if (Result.isFailure(page)) throw page.failure
          return page.success.value?.length ?? 0
        })
    },
    {
      name: "@azure/batch task.list, no network",
      run: async () => {
        const count = Math.ceil(pageCount / 20)
        for (let page = 0; page < count; page++) {
          const tasks = await azure.task.list("job-1")
          if (tasks.length !== tasksPerPage) throw new Error(`decoded ${tasks.length} tasks`)
        }
        return count * tasksPerPage
      }
    }
  ], { rounds, warmUps: 2 })
  const title = `${kind} page, ${text.length} bytes`
  BenchReport.table(report, title, measurements, "JSON.parse")
  const ours = "JSON.parse + decodeTaskPage"
  const ratio = Harness.pairedRatio(measurements, ours, "JSON.parse")
  BenchReport.goal(report, `${kind}: decodeTaskPage / JSON.parse, CPU`, ratio, limit)
  const azureRatio = Harness.pairedRatio(measurements, "@azure/batch task.list, no network", ours)
  BenchReport.goal(report, `${kind}: @azure/batch / decodeTaskPage, CPU`, azureRatio, {
    atLeast: 8
  })
}

const overHttp = async (
  report: BenchReport.BenchReport,
  pageCount: number,
  rounds: number
): Promise<void> => {
  const service = await CannedService.start()
  const raw = RawClient.open(service.endpoint, 1)
  const runtime = ManagedRuntime.make(
    BatchClient.layer({
      endpoint: service.endpoint,
      account,
      key: Redacted.make(key),
      connections: 1
    })
  )
  const credentials = new AzureBatch.BatchSharedKeyCredentials(account, key)
  const azure = new AzureBatch.BatchServiceClient(credentials, service.endpoint)
  const repeatPromise = async (count: number, page: () => Promise<number>): Promise<number> => {
    for (let done = 0; done < count; done++) {
      const found = await page()
      if (found !== tasksPerPage) throw new Error(`listed ${found} tasks`)
    }
    return count * tasksPerPage
  }
  const measurements = await Harness.measure([
    {
      name: "raw dispatch + JSON.parse",
      run: () => repeatPromise(pageCount, () => RawClient.list(raw))
    },
    {
      name: "Batchwave listPages",
      run: () => repeatPromise(pageCount, () => runtime.runPromise(listOnce()))
    },
    {
      name: "@azure/batch task.list",
      run: () =>
        repeatPromise(
          Math.ceil(pageCount / 20),
          async () => (await azure.task.list("job-1")).length
        )
    }
  ], { rounds, warmUps: 2 })
  await runtime.dispose()
  await raw.pool.close()
  service.stop()
  BenchReport.table(report, "over HTTP, 1 in flight", measurements, "raw dispatch + JSON.parse")
  const ratioOf = (theirs: string) =>
    1 / Harness.pairedRatio(measurements, "Batchwave listPages", theirs)
  BenchReport.goal(
    report,
    "over HTTP: pages per CPU second / raw",
    ratioOf("raw dispatch + JSON.parse"),
    { atLeast: 0.95 }
  )
  BenchReport.goal(
    report,
    "over HTTP: pages per CPU second / @azure/batch",
    ratioOf("@azure/batch task.list"),
    { atLeast: 8 }
  )
}

const listOnce = Effect.fnUntraced(function*() {
  const operations = yield* TaskOperations
  const pages = yield* Stream.runCollect(operations.listPages("job-1"))
  return pages.reduce((count, page) => count + page.length, 0)
})

/** The official client over a transport that answers at once with the same text. */
const azureAnswering = (text: string) => {
  const httpClient: HttpClient = {
    sendRequest: async (request) => ({
      request,
      status: 200,
      headers: new HttpHeaders({ "content-type": "application/json; odata=minimalmetadata" }),
      bodyAsText: text
    })
  }
  return new AzureBatch.BatchServiceClient(
    new AzureBatch.BatchSharedKeyCredentials(account, key),
    "http://127.0.0.1",
    { httpClient }
  )
}

const repeat = (pageCount: number, page: () => number): number => {
  for (let done = 0; done < pageCount; done++) {
    const found = page()
    if (found !== tasksPerPage) throw new Error(`decoded ${found} tasks`)
  }
  return pageCount * tasksPerPage
}

const countOf = (page: { readonly value: ReadonlyArray<unknown> }): number => page.value.length
