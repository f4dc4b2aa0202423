/**
 * A service that only moves bytes: it answers every addtaskcollection with 100 successes and every
 * listing with one page of 1000 tasks, from texts made once, at once or after a set delay. Runs in its own process, so that its
 * CPU time is not the client's; prints its port and ends when its parent goes away.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as BenchTasks from "./BenchTasks.ts"

const replies = new Map<string, Buffer>()
const pages = {
  full: Buffer.from(BenchTasks.page("full")),
  slim: Buffer.from(BenchTasks.page("slim"))
}

const delayMs = Number(process.argv[2] ?? 0)

const server = createServer((request, response) => {
  if (request.method === "GET") {
    answer(response, 200, request.url?.includes("select") === true ? pages.slim : pages.full)
  } else readFirstId(request, (prefix) => answer(response, 200, replyTo(prefix)))
})

/** The first chunk of the body is enough to know which tasks were sent; the rest is read away. */
const readFirstId = (request: IncomingMessage, found: (prefix: string) => void): void => {
  let prefix: string | undefined
  request.on("data", (bytes: Buffer) => {
    if (prefix !== undefined) return
    const found = bytes.indexOf("\"id\":")
    const start = bytes.indexOf("\"", found + 5) + 1
    if (found !== -1 && start !== 0) prefix = bytes.toString("latin1", start, start + 7)
  })
  request.on("end", () => found(prefix ?? "c000000"))
}

const replyTo = (prefix: string): Buffer => {
  let reply = replies.get(prefix)
  if (reply === undefined) {
    reply = Buffer.from(BenchTasks.addedReply(prefix, "http://127.0.0.1"))
    replies.set(prefix, reply)
  }
  return reply
}

const answer = (response: ServerResponse, status: number, body: Buffer): void => {
  if (delayMs === 0) send(response, status, body)
  else setTimeout(send, delayMs, response, status, body)
}

const send = (response: ServerResponse, status: number, body: Buffer): void => {
  response.writeHead(status, {
    "content-type": "application/json; odata=minimalmetadata",
    "content-length": body.length,
    "request-id": "00000000-0000-4000-8000-000000000000"
  })
  response.end(body)
}

server.listen(0, "127.0.0.1", () => {
  const { port }: Pick<AddressInfo, "port"> = portOf(server.address())
  console.log(String(port))
})

const portOf = (address: string | AddressInfo | null): AddressInfo => {
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  return address
}

process.on("disconnect", () => process.exit(0))
