/**
 * The task side of the service in a few lines: it stores what is added, answers collections in its
 * own order, lists by id and applies one fault per request.
 */
import { type Received, refuse, reply, type Step } from "./ScriptedServer.ts"

/** A stored task. */
export interface StoredTask {
  readonly id: string
  readonly commandLine: string
}

/** What goes wrong with one request. */
export type Fault =
  | { readonly _tag: "Act"; readonly answer: Step }
  | { readonly _tag: "Instead"; readonly step: Step }
  | { readonly _tag: "Items"; readonly result: (id: string) => object | "act" | "omit" }

/** A service and what it holds. */
export interface FakeService {
  /** By lower-case id. */
  readonly tasks: Map<string, StoredTask>
  /** How often each id was created. */
  readonly created: Map<string, number>
  /** Bodies larger than this are refused; change it to change the service. */
  bodyBytesMax: number
  readonly script: (index: number, request: Received) => Step
}

/** Makes a service; `faultOf` is asked once per request, counted from 0. */
export const make = (
  faultOf: (index: number, request: Received) => Fault | undefined = () => undefined
): FakeService => {
  const service: FakeService = {
    tasks: new Map(),
    created: new Map(),
    bodyBytesMax: 1_048_576,
    script: (index, request) => {
      const fault = faultOf(index, request)
      if (fault?._tag === "Instead") return fault.step
      const step = handle(service, request, fault)
      return fault?._tag === "Act" ? fault.answer : step
    }
  }
  return service
}

const handle = (service: FakeService, request: Received, fault: Fault | undefined): Step => {
  const url = new URL(request.url, "http://localhost")
  if (url.pathname.endsWith("/addtaskcollection")) return addAll(service, request, fault)
  const id = /\/tasks\/([^/]+)$/.exec(url.pathname)?.[1]
  if (id === undefined) return list(service, url)
  const task = service.tasks.get(id.toLowerCase())
  return task === undefined ? refuse(404, "TaskNotFound") : reply(200, task)
}

const list = (service: FakeService, url: URL): Step => {
  const filter = url.searchParams.get("$filter") ?? ""
  const ids = Array.from(filter.matchAll(/id eq '([^']*)'/g), (match) => match[1] ?? "")
  const value = ids.flatMap((id) => service.tasks.get(id.toLowerCase()) ?? [])
  return reply(200, { value })
}

const addAll = (service: FakeService, request: Received, fault: Fault | undefined): Step => {
  const bodyBytes = Buffer.byteLength(request.body)
  if (bodyBytes > service.bodyBytesMax) {
    return refuse(413, "RequestBodyTooLarge", "Too large.", {}, [
      { key: "MaxLimit", value: String(service.bodyBytesMax) }
    ])
  }
  const { value }: { readonly value: ReadonlyArray<StoredTask> } = JSON.parse(request.body)
  const results = value.map((task) => {
    const special = fault?._tag === "Items" ? fault.result(task.id) : "act"
    return special === "act" ? addOne(service, task) : special
  })
  return reply(200, { value: results.filter((result) => result !== "omit").toReversed() })
}

const addOne = (service: FakeService, task: StoredTask): object => {
  const id = task.id.toLowerCase()
  if (service.tasks.has(id)) return clientError(task.id, "TaskExists")
  service.tasks.set(id, task)
  service.created.set(id, (service.created.get(id) ?? 0) + 1)
  return { status: "Success", taskId: task.id.toUpperCase(), eTag: "0x8D" }
}

/** The result of an item that is refused. */
export const clientError = (taskId: string, code: string): object => ({
  status: "ClientError",
  taskId,
  error: { code, message: { lang: "en-US", value: "It is so." } }
})

/** The result of an item the service failed on. */
export const serverError = (taskId: string): object => ({
  status: "ServerError",
  taskId,
  error: { code: "InternalError", message: { lang: "en-US", value: "Try again." } }
})
