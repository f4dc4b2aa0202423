/**
 * The yardstick of the emulator: node:http, `JSON.parse` of the body, the tasks kept as they were
 * parsed, and `JSON.stringify` of as many results. No signature, no checks, no states, nothing is run.
 */
import { createServer } from "node:http"

/** A running server. */
export interface RawServer {
  readonly endpoint: string
  readonly stop: () => void
}

/** Starts a server on a free port of 127.0.0.1; one that keeps nothing only moves bytes. */
export const start = async (options: { readonly isKeeping: boolean }): Promise<RawServer> => {
  const jobs = new Map<string, Map<string, unknown>>()
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const isJob = request.url?.startsWith("/jobs?") === true
      const text = request.method === "POST" && !isJob
        ? answer(Buffer.concat(chunks).toString("utf8"), tasksOf(jobs, request.url ?? "", options))
        : "{}"
      response.writeHead(isJob ? 201 : 200, {
        "content-type": "application/json; odata=minimalmetadata",
        "content-length": Buffer.byteLength(text),
        "request-id": "00000000-0000-4000-8000-000000000000"
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

/** The tasks of the latest job; those of the job before are given up. */
const tasksOf = (
  jobs: Map<string, Map<string, unknown>>,
  target: string,
  { isKeeping }: { readonly isKeeping: boolean }
): Map<string, unknown> | undefined => {
  if (!isKeeping) return undefined
  const jobId = target.split("/")[2] ?? ""
  let tasks = jobs.get(jobId)
  if (tasks === undefined) {
    jobs.clear()
    tasks = new Map()
    jobs.set(jobId, tasks)
  }
  return tasks
}

const answer = (text: string, tasks: Map<string, unknown> | undefined): string => {
  const body: { readonly value: ReadonlyArray<{ readonly id: string }> } = JSON.parse(text)
  if (tasks !== undefined) { for (const task of body.value) tasks.set(task.id, task) }
  return JSON.stringify({
    "odata.metadata": "http://127.0.0.1/$metadata#taskaddresult",
    value: body.value.map(({ id }) => ({
      status: "Success",
      taskId: id,
      eTag: "0x8DE29C5A3C2B1F0",
      lastModified: "2026-11-22T19:22:41.1234567Z",
      location: `http://127.0.0.1/jobs/job-1/tasks/${id}`
    }))
  })
}
