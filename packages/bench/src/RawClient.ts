/**
 * The yardstick of the client: undici's `Pool.dispatch` with JSON on both sides and nothing else. No
 * signature, no identifiers, no deadline, no retry.
 */
import { Pool } from "undici"

const apiVersion = "2024-02-01.19.0"

/** A raw connection pool to one endpoint. */
export interface RawClient {
  readonly pool: Pool
}

/** Opens a pool with one connection for each request in flight. */
export const open = (endpoint: string, connections: number): RawClient => ({
  pool: new Pool(endpoint, { connections, pipelining: 1 })
})

/** Adds 100 tasks and returns how many the reply calls successful. */
export const add = async (client: RawClient, tasks: ReadonlyArray<unknown>): Promise<number> => {
  const reply: { readonly value: ReadonlyArray<{ readonly status: string }> } = JSON.parse(
    await send(client, "POST", "/jobs/job-1/addtaskcollection", JSON.stringify({ value: tasks }))
  )
  let count = 0
  for (const result of reply.value) if (result.status === "Success") count++
  return count
}

/** Reads one page of tasks and returns how many it holds. */
export const list = async (client: RawClient): Promise<number> => {
  const page: { readonly value: ReadonlyArray<unknown> } = JSON.parse(
    await send(client, "GET", "/jobs/job-1/tasks", null)
  )
  return page.value.length
}

const send = (
  { pool }: RawClient,
  method: "GET" | "POST",
  path: string,
  body: string | null
): Promise<string> => {
  const { promise, reject, resolve } = Promise.withResolvers<string>()
  const chunks: Array<Buffer> = []
  pool.dispatch(
    {
      method,
      path: `${path}?api-version=${apiVersion}`,
      headers: { "content-type": "application/json; odata=minimalmetadata" },
      body
    },
    {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_controller, chunk: Buffer) => {
        chunks.push(chunk)
      },
      onResponseEnd: () => resolve(joined(chunks).toString("utf8")),
      onResponseError: (_controller, error: Error) => reject(error)
    }
  )
  return promise
}

const joined = (chunks: ReadonlyArray<Buffer>): Buffer =>
  chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
