/**
 * Stands between one orchestrator and the service, and writes down what it asked for and was granted.
 */
import { once } from "node:events"
import { createServer, request } from "node:http"

/** One request that was answered. */
export interface Recorded {
  readonly method: string
  readonly path: string
  readonly status: number
  /** When it came, by `performance.now`. */
  readonly atMs: number
  readonly isChange: boolean
  /** When it was signed, by the clock on the wall and cut to the second. */
  readonly signedMs: number
  /** The tasks it adds, if it adds any. */
  readonly taskIds: ReadonlyArray<string>
}

/** A recorder at work. */
export interface Recorder {
  /** In the place of the service's. */
  readonly endpoint: string
  readonly requests: ReadonlyArray<Recorded>
  readonly close: () => void
}

/** Whether something was granted; a collection of which no task was added is no change. */
const isChange = (method: string, status: number, body: Buffer): boolean => {
  if (method === "GET" || method === "HEAD" || status >= 400) return false
  return status !== 200 || !body.includes("\"status\"") || /"status":"success"/i.test(String(body))
}

/** The ids of the tasks of a collection, or of one task. */
const idsIn = (body: string): ReadonlyArray<string> => {
  if (body === "") return []
  const { id, value }: { readonly id?: string; readonly value?: ReadonlyArray<{ id: string }> } =
    JSON.parse(body)
  return value?.map((task) => task.id) ?? (id === undefined ? [] : [id])
}

/** Records on the way to a service. */
export const start = async (target: string): Promise<Recorder> => {
  const requests: Array<Recorded> = []
  const { host, hostname, port } = new URL(target)
  const server = createServer((incoming, outgoing) => {
    const { headers, method = "", url: path = "" } = incoming
    const atMs = performance.now()
    const sent: Array<Buffer> = []
    incoming.on("data", (chunk: Buffer) => sent.push(chunk))
    // The service answers only what is addressed to itself.
    const options = { hostname, port, method, path, headers: { ...headers, host } }
    const forwarded = request(options, (reply) => {
      const { headers: replied, statusCode: status = 0 } = reply
      const chunks: Array<Buffer> = []
      reply.on("data", (chunk: Buffer) => chunks.push(chunk))
      reply.on("end", () => {
        const body = Buffer.concat(chunks)
        const signedMs = Date.parse(String(headers["ocp-date"] ?? headers["date"]))
        requests.push({
          method,
          path,
          status,
          atMs,
          signedMs,
          taskIds: method === "POST" ? idsIn(Buffer.concat(sent).toString()) : [],
          isChange: isChange(method, status, body)
        })
        outgoing.writeHead(status, replied).end(body)
      })
    })
    forwarded.on("error", () => outgoing.destroy())
    incoming.pipe(forwarded)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("it listens nowhere")
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** The requests of a recorder that changed something, since a time. */
export const changes = ({ requests }: Recorder, sinceMs = 0): ReadonlyArray<Recorded> =>
  requests.filter(({ atMs, isChange }) => isChange && atMs >= sinceMs)
