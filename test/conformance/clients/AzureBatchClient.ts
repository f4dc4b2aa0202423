/**
 * The official JavaScript client, `@azure/batch`, unmodified, carrying out steps. It speaks the older
 * version 2022-10-01.16.0 of the service.
 */
import { createRequire } from "node:module"
import * as AzureBatchNeighbours from "./AzureBatchNeighbours.ts"
import type { Step, StepOptions } from "./Scenario.ts"
import type { Target } from "./Target.ts"
import type { ItemView, Refusal, View } from "./View.ts"

/** As much of a reply as is looked at: the model that the client made of the body. */
interface Reply {
  readonly _response: { readonly parsedBody: unknown; readonly parsedHeaders: Headers }
}

interface Headers {
  readonly ocpBatchFileIsdirectory?: boolean
  readonly ocpBatchFileMode?: string
  readonly contentType?: string
  readonly contentLength?: number
  readonly lastModified?: Date
}

interface Page extends Reply, ReadonlyArray<unknown> {
  readonly odatanextLink?: string
}

interface AddedTask {
  readonly taskId: string
  readonly status: string
  readonly error?: { readonly code?: string }
}

type Options = Readonly<Record<string, unknown>>

interface Client {
  readonly pool: AzureBatchNeighbours.PoolClient
  readonly computeNode: AzureBatchNeighbours.NodeClient
  readonly job: {
    readonly update: (jobId: string, update: unknown) => Promise<Reply>
    readonly disable: (jobId: string, disableTasks: string) => Promise<Reply>
    readonly enable: (jobId: string) => Promise<Reply>
    readonly listPreparationAndReleaseTaskStatus: (jobId: string) => Promise<Page>
    readonly listPreparationAndReleaseTaskStatusNext: (link: string) => Promise<Page>
    readonly add: (job: unknown) => Promise<Reply>
    readonly get: (jobId: string, options: Options) => Promise<Reply>
    readonly list: (options: Options) => Promise<Page>
    readonly listNext: (link: string) => Promise<Page>
    readonly patch: (jobId: string, patch: unknown) => Promise<Reply>
    readonly terminate: (jobId: string, options: unknown) => Promise<Reply>
    readonly deleteMethod: (jobId: string) => Promise<Reply>
    readonly getTaskCounts: (jobId: string) => Promise<Reply>
  }
  readonly task: {
    readonly add: (jobId: string, task: unknown) => Promise<Reply>
    readonly addCollection: (
      jobId: string,
      tasks: ReadonlyArray<unknown>
    ) => Promise<{ readonly value?: ReadonlyArray<AddedTask> }>
    readonly get: (jobId: string, taskId: string, options: Options) => Promise<Reply & Tagged>
    readonly list: (jobId: string, options: Options) => Promise<Page>
    readonly listNext: (link: string) => Promise<Page>
    readonly update: TaskCall
    readonly deleteMethod: TaskCall
    readonly terminate: TaskCall
    readonly reactivate: TaskCall
    readonly listSubtasks: TaskCall
  }
  readonly file: {
    readonly getFromTask: FileCall<{ readonly readableStreamBody?: AsyncIterable<Uint8Array> }>
    readonly getPropertiesFromTask: FileCall<Reply>
    readonly deleteFromTask: FileCall<Reply>
    readonly listFromTask: (jobId: string, taskId: string, options: Options) => Promise<Page>
    readonly listFromTaskNext: (link: string) => Promise<Page>
  }
}

interface Tagged {
  readonly eTag?: string
  readonly state?: string
}

type TaskCall = (jobId: string, taskId: string, options: Options) => Promise<Reply>
type FileCall<A> = (jobId: string, taskId: string, path: string, options: Options) => Promise<A>

/** What is taken from the package. */
interface AzureBatch {
  readonly BatchServiceClient: new(credentials: object, endpoint: string) => Client
  readonly BatchSharedKeyCredentials: new(account: string, key: string) => object
}

/** The official client, unmodified. */
export const azureBatch: AzureBatch = createRequire(import.meta.url)("@azure/batch")

/** Carries the steps out, one after another, in the job `jobId`. */
export const run = async (
  target: Target,
  jobId: string,
  steps: ReadonlyArray<Step>
): Promise<ReadonlyArray<View>> => {
  const caller: Caller = {
    client: new azureBatch.BatchServiceClient(
      new azureBatch.BatchSharedKeyCredentials(target.account, target.key),
      target.endpoint
    ),
    eTag: ""
  }
  const views: Array<View> = []
  for (const step of steps) {
    const resolved: Step = JSON.parse(
      JSON.stringify(step).replaceAll("$job", jobId).replaceAll("$eTag", caller.eTag)
    )
    views.push(await viewOf(call(caller, resolved)))
  }
  return views
}

interface Caller {
  readonly client: Client
  eTag: string
}

const viewOf = (promise: Promise<unknown>): Promise<View> =>
  promise.then(
    (value): View => ({ value: JSON.parse(JSON.stringify(value ?? null)) }),
    (error: unknown): View => ({ error: refusalOf(error) })
  )

interface RestError {
  readonly statusCode?: number
  readonly code?: string
  readonly message: string
  readonly body?: {
    readonly code?: string
    readonly message?: { readonly value?: string }
    readonly values?: Refusal["values"]
  }
}

const isRestError = (error: unknown): error is RestError =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"

const refusalOf = (error: unknown): Refusal => {
  if (!isRestError(error)) throw error
  const { body, statusCode } = error
  return {
    status: statusCode ?? null,
    code: body?.code ?? null,
    message: body?.message?.value ?? null,
    values: body?.values ?? []
  }
}

const call = (caller: Caller, step: Step): Promise<unknown> => {
  if (step.call.startsWith("job.")) return callJob(caller, step)
  if (step.call.startsWith("pool.")) return AzureBatchNeighbours.callPool(caller.client.pool, step)
  if (step.call.startsWith("node.")) {
    return AzureBatchNeighbours.callNode(caller.client.computeNode, step)
  }
  if (step.call.startsWith("file.")) return callFile(caller, step)
  return callTask(caller, step)
}

const callJob = async (
  { client: { job } }: Caller,
  { body, call, jobId = "", options }: Step
): Promise<unknown> => {
  const given = optionsOf(options)
  switch (call) {
    case "job.add":
      return bodyOf(await job.add(body))
    case "job.get":
      return bodyOf(await job.get(jobId, { jobGetOptions: given }))
    case "job.list":
      return everyPage(job.list({ jobListOptions: given }), (link) => job.listNext(link))
    case "job.patch":
      return bodyOf(await job.patch(jobId, body))
    case "job.update":
      return bodyOf(await job.update(jobId, body))
    case "job.disable":
      return bodyOf(await job.disable(jobId, Object(body).disableTasks))
    case "job.enable":
      return bodyOf(await job.enable(jobId))
    case "job.status":
      return everyPage(
        job.listPreparationAndReleaseTaskStatus(jobId),
        (link) => job.listPreparationAndReleaseTaskStatusNext(link)
      )
    case "job.terminate":
      return bodyOf(await job.terminate(jobId, body))
    case "job.wait": {
      const { state = "completed" } = Object(body)
      for (;;) {
        const reply: Reply & Tagged = await job.get(jobId, {})
        if (reply.state === state) return bodyOf(reply)
        await pause()
      }
    }
    case "job.delete":
      return bodyOf(await job.deleteMethod(jobId))
    default:
      return bodyOf(await job.getTaskCounts(jobId))
  }
}

const callTask = async (
  caller: Caller,
  { body, call, jobId = "", options, taskId = "" }: Step
): Promise<unknown> => {
  const { task } = caller.client
  const given = optionsOf(options)
  switch (call) {
    case "task.add":
      return bodyOf(await task.add(jobId, body))
    case "task.addCollection":
      return addInChunks(caller.client, jobId, body, options?.threads ?? 0)
    case "task.get": {
      const reply = await task.get(jobId, taskId, { taskGetOptions: given })
      caller.eTag = reply.eTag ?? ""
      return bodyOf(reply)
    }
    case "task.list":
      return everyPage(task.list(jobId, { taskListOptions: given }), (link) => task.listNext(link))
    case "task.update":
      return bodyOf(
        await task.update(jobId, taskId, { ...Object(body), taskUpdateOptions: given })
      )
    case "task.delete":
      return bodyOf(await task.deleteMethod(jobId, taskId, { taskDeleteMethodOptions: given }))
    case "task.terminate":
      return bodyOf(await task.terminate(jobId, taskId, { taskTerminateOptions: given }))
    case "task.reactivate":
      return bodyOf(await task.reactivate(jobId, taskId, { taskReactivateOptions: given }))
    case "task.listSubtasks": {
      const reply = await task.listSubtasks(jobId, taskId, {})
      return Object(bodyOf(reply)).value
    }
    default:
      for (;;) {
        const reply = await task.get(jobId, taskId, {})
        if (reply.state === "completed") return bodyOf(reply)
        await pause()
      }
  }
}

const callFile = async (
  { client }: Caller,
  step: Step
): Promise<unknown> => {
  const { file } = client
  const { call, jobId = "", options, path = "", taskId = "" } = step
  switch (call) {
    case "file.get":
      return textOf(client, step)
    case "file.wait":
      for (;;) {
        const text = await textOf(client, step).catch((error: unknown) => {
          if (refusalOf(error).status !== 404 && refusalOf(error).status !== 409) throw error
          return ""
        })
        if (text !== "") return text
        await pause()
      }
    case "file.properties": {
      const { parsedHeaders } =
        (await file.getPropertiesFromTask(jobId, taskId, path, {}))._response
      return {
        contentBytes: parsedHeaders.contentLength,
        isDirectory: parsedHeaders.ocpBatchFileIsdirectory,
        contentType: parsedHeaders.contentType,
        lastModified: parsedHeaders.lastModified,
        fileMode: parsedHeaders.ocpBatchFileMode
      }
    }
    case "file.delete":
      return bodyOf(
        await file.deleteFromTask(jobId, taskId, path, { recursive: options?.recursive ?? false })
      )
    default:
      return everyPage(
        file.listFromTask(jobId, taskId, { recursive: options?.recursive ?? false }),
        (link) => file.listFromTaskNext(link)
      )
  }
}

const textOf = async (
  { file }: Client,
  { jobId = "", options, path = "", taskId = "" }: Step
): Promise<string> => {
  const [start, end] = options?.range ?? []
  const reply = await file.getFromTask(jobId, taskId, path, {
    fileGetFromTaskOptions: start === undefined ? {} : { ocpRange: `bytes=${start}-${end}` }
  })
  const chunks: Array<Uint8Array> = []
  for await (const chunk of reply.readableStreamBody ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const bodyOf = (reply: Reply): unknown => reply._response.parsedBody ?? null

const everyPage = async (
  first: Promise<Page>,
  next: (link: string) => Promise<Page>
): Promise<ReadonlyArray<unknown>> => {
  const items: Array<unknown> = []
  let page = await first
  items.push(...page)
  while (page.odatanextLink !== undefined) {
    page = await next(page.odatanextLink)
    items.push(...page)
  }
  return items
}

/** This client sends what it is given as one request: the limits of count and size are its caller's care. */
const addInChunks = async (
  { task }: Client,
  jobId: string,
  body: unknown,
  threads: number
): Promise<ReadonlyArray<ItemView>> => {
  const tasks: ReadonlyArray<unknown> = Array.isArray(body) ? body : []
  const views: Array<ItemView> = []
  let next = 0
  const send = async (chunk: ReadonlyArray<unknown>): Promise<void> => {
    try {
      const { value = [] } = await task.addCollection(jobId, chunk)
      views.push(...value.map(itemOf))
    } catch (error) {
      if (!isRestError(error) || error.statusCode !== 413 || chunk.length === 1) throw error
      const half = Math.ceil(chunk.length / 2)
      await send(chunk.slice(0, half))
      await send(chunk.slice(half))
    }
  }
  const sendOn = async (): Promise<void> => {
    while (next < tasks.length) await send(tasks.slice(next, next += 100))
  }
  await Promise.all(Array.from({ length: Math.max(1, threads) }, sendOn))
  return views
}

const itemOf = ({ error, status, taskId }: AddedTask): ItemView =>
  status.toLowerCase() === "success"
    ? { taskId, status: "success" }
    : { taskId, status: "clienterror", code: error?.code ?? "" }

const optionsOf = (options: StepOptions = {}): Options => {
  const { ifModifiedSince, ifUnmodifiedSince, range: _, recursive: __, threads: ___, ...rest } =
    options
  return {
    ...rest,
    ...(ifModifiedSince === undefined ? {} : { ifModifiedSince: new Date(ifModifiedSince) }),
    ...(ifUnmodifiedSince === undefined ? {} : { ifUnmodifiedSince: new Date(ifUnmodifiedSince) })
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
