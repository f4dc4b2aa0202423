/**
 * The yardstick of the emulator: node:http, `JSON.parse` of the body, the tasks kept as they were
 * parsed, and `JSON.stringify` of as many results as long as ours, under the headers that every reply of
 * the service has. No signature, no checks, no states, nothing is run.
 */
import { createServer } from "node:http"

/** A running server. */
export interface RawServer {
  readonly endpoint: string
  readonly stop: () => void
}

/** The headers of every reply of the service that do not depend on the request. */
const fixedHeaders = {
  "content-type": "application/json;odata=minimalmetadata",
  DataServiceVersion: "3.0",
  Server: "Microsoft-HTTPAPI/2.0",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff"
}

/** Starts a server on a free port of 127.0.0.1; one that keeps nothing only moves bytes. */
export const start = async (options: { readonly isKeeping: boolean }): Promise<RawServer> => {
  const jobs = new Map<string, Map<string, unknown>>()
  let requestsCount = 0
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { headers, method, url: target = "" } = request
      const isJob = target.startsWith("/jobs?")
      const jobId = target.split(/[/?]/)[2] ?? ""
      if (method === "DELETE") jobs.delete(jobId)
      const text = method === "POST" && !isJob
        ? answer(
          Buffer.concat(chunks).toString("utf8"),
          options.isKeeping ? tasksOf(jobs, jobId) : undefined,
          `http://${headers.host}/jobs/${jobId}/tasks/`
        )
        : "{}"
      response.writeHead(isJob ? 201 : 200, {
        ...fixedHeaders,
        "content-length": Buffer.byteLength(text),
        "request-id": `00000000-0000-4000-8000-${String(++requestsCount).padStart(12, "0")}`
      })
      response.end(text)
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, "127.0.0.1", resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** The tasks of a job, which is made when they begin to come. */
const tasksOf = (jobs: Map<string, Map<string, unknown>>, jobId: string): Map<string, unknown> => {
  let tasks = jobs.get(jobId)
  if (tasks === undefined) {
    tasks = new Map()
    jobs.set(jobId, tasks)
  }
  return tasks
}

const answer = (
  text: string,
  tasks: Map<string, unknown> | undefined,
  location: string
): string => {
  const body: { readonly value: ReadonlyArray<{ readonly id: string }> } = JSON.parse(text)
  if (tasks !== undefined) { for (const task of body.value) tasks.set(task.id, task) }
  return JSON.stringify({
    "odata.metadata": "http://127.0.0.1/$metadata#taskaddresult",
    value: body.value.map(({ id }) => ({
      status: "Success",
      taskId: id,
      eTag: "0x8DE29C5A3C2B1F0",
      lastModified: "2026-11-22T19:22:41.1234567Z",
      location: location + id
    }))
  })
}
