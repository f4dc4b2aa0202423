/**
 * A service on loopback that fails in one way, once, and then works: it adds tasks, tells which ids
 * are taken, and reads tasks back. It keeps what every request was signed with and when it came.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Fault } from "./Situation.ts"

/** A request as the service saw it. */
export interface SeenRequest {
  readonly method: string
  /** When it had come in whole, by a clock that only moves forward, in milliseconds. */
  readonly atMs: number
  /** How old its signed date was then, in milliseconds; the date has whole seconds. */
  readonly dateAgeMs: number
  readonly authorization: string
  readonly clientRequestId: string
}

/** A running service. */
export interface ScriptedService {
  readonly endpoint: string
  /** The requests in the order they came. */
  readonly seen: ReadonlyArray<SeenRequest>
  /** The tasks there are, by id. */
  readonly tasks: ReadonlyMap<string, SentTask>
  readonly close: () => Promise<void>
}

interface SentTask {
  readonly id: string
}

/** Starts a service that does `fault` to its first request. */
export const start = async (fault: Fault): Promise<ScriptedService> => {
  const tasks = new Map<string, SentTask>()
  const seen: Array<SeenRequest> = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    seen.push(seenOf(request))
    if (seen.length === 1) fail(fault, tasks, body, response)
    else serve(tasks, request, body, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the service has no port")
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    seen,
    tasks,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const seenOf = ({ headers, method = "" }: IncomingMessage): SeenRequest => ({
  method,
  atMs: performance.now(),
  dateAgeMs: Date.now() - Date.parse(String(headers["ocp-date"])),
  authorization: headers.authorization ?? "",
  clientRequestId: String(headers["client-request-id"] ?? "")
})

const fail = (
  fault: Fault,
  tasks: Map<string, SentTask>,
  body: string,
  response: ServerResponse
): void => {
  switch (fault._tag) {
    case "Answer":
      response.writeHead(fault.status, fault.headers).end(fault.body)
      break
    case "CutJson": {
      const text = add(tasks, body)
      answer(response, text.slice(0, text.length / 2))
      break
    }
    case "Reset":
      response.socket?.resetAndDestroy()
      break
    case "Silence":
      break
  }
}

const serve = (
  tasks: Map<string, SentTask>,
  { method, url = "" }: IncomingMessage,
  body: string,
  response: ServerResponse
): void => {
  const taskId = /\/tasks\/([^/?]+)/.exec(url)?.[1]
  if (method === "POST") answer(response, add(tasks, body))
  else if (taskId === undefined) answer(response, JSON.stringify({ value: [...tasks.values()] }))
  else answer(response, JSON.stringify(tasks.get(decodeURIComponent(taskId))))
}

/** Adds the tasks of a collection and answers with what became of each. */
const add = (tasks: Map<string, SentTask>, body: string): string => {
  const { value }: { readonly value: ReadonlyArray<SentTask> } = JSON.parse(body)
  return JSON.stringify({
    value: value.map((task) => {
      if (tasks.has(task.id)) {
        const message = { lang: "en-US", value: "The specified task already exists." }
        return {
          taskId: task.id,
          status: "ClientError",
          error: { code: "TaskExists", message }
        }
      }
      tasks.set(task.id, task)
      return { taskId: task.id, status: "Success", eTag: "0x8D0000000000001" }
    })
  })
}

const answer = (response: ServerResponse, body: string): void => {
  const bytes = Buffer.from(body)
  response.writeHead(200, {
    "content-type": "application/json; odata=minimalmetadata",
    "content-length": bytes.length
  })
  response.end(bytes)
}
