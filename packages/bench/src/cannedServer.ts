/**
 * A service that only moves bytes: it answers every addtaskcollection with 100 successes and every
 * listing with one page of 1000 tasks, from texts made once, at once or after a set delay. Runs in its
 * own process, so that its CPU time is not the client's; prints its port and ends when its parent goes
 * away.
 *
 * It reads HTTP/1.1 from the socket by itself. Under node:http a request took as long in the server as
 * in the client, so that at one request in flight half of the wall time was the server's.
 */
import { createServer, type Socket } from "node:net"
import * as BenchTasks from "./BenchTasks.ts"

const delayMs = Number(process.argv[2] ?? 0)

const replyOf = (body: string): Buffer =>
  Buffer.from(
    [
      "HTTP/1.1 200 OK",
      "content-type: application/json; odata=minimalmetadata",
      `content-length: ${Buffer.byteLength(body)}`,
      "request-id: 00000000-0000-4000-8000-000000000000",
      `Date: ${new Date().toUTCString()}`,
      "Connection: keep-alive",
      "Keep-Alive: timeout=60",
      "",
      body
    ].join("\r\n")
  )

const pages = {
  full: replyOf(BenchTasks.page("full")),
  slim: replyOf(BenchTasks.page("slim"))
}

const replies = new Map<string, Buffer>()

/** The reply to tasks of which the first has an id with such a prefix. */
const replyTo = (prefix: string): Buffer => {
  let reply = replies.get(prefix)
  if (reply === undefined) {
    reply = replyOf(BenchTasks.addedReply(prefix, "http://127.0.0.1"))
    replies.set(prefix, reply)
  }
  return reply
}

const headEnd = Buffer.from("\r\n\r\n")

/** Answers one request after another; clients wait for each reply. */
const serve = (socket: Socket): void => {
  let head: Buffer = Buffer.alloc(0)
  /** Bytes of the body that are still to come; `undefined` while the head is read. */
  let bodyLeft: number | undefined
  let prefix: string | undefined
  let target = ""
  const answer = (): void => {
    const reply = target.startsWith("GET")
      ? pages[target.includes("select") ? "slim" : "full"]
      : replyTo(prefix ?? "c000000")
    bodyLeft = undefined
    prefix = undefined
    if (delayMs === 0) socket.write(reply)
    else setTimeout(() => socket.write(reply), delayMs)
  }
  const onBody = (bytes: Buffer): void => {
    prefix ??= prefixIn(bytes)
    bodyLeft = (bodyLeft ?? 0) - bytes.length
    if (bodyLeft < 0) throw new Error("a request came before the reply to the one before it")
    if (bodyLeft === 0) answer()
  }
  socket.setNoDelay(true)
  socket.on("error", () => socket.destroy())
  socket.on("data", (bytes: Buffer) => {
    if (bodyLeft !== undefined) return onBody(bytes)
    head = head.length === 0 ? bytes : Buffer.concat([head, bytes])
    const end = head.indexOf(headEnd)
    if (end < 0) return
    const text = head.toString("latin1", 0, end)
    target = text.slice(0, text.indexOf("\r\n"))
    bodyLeft = lengthIn(text)
    const rest = head.subarray(end + headEnd.length)
    head = Buffer.alloc(0)
    onBody(rest)
  })
}

/** The first id of a body tells which tasks were sent; the rest need not be read. */
const prefixIn = (body: Buffer): string | undefined => {
  const found = body.indexOf("\"id\":")
  const start = body.indexOf("\"", found + 5) + 1
  return found !== -1 && start !== 0 ? body.toString("latin1", start, start + 7) : undefined
}

const lengthIn = (head: string): number => {
  if (/^transfer-encoding:/im.test(head)) throw new Error("only bodies of a stated length are read")
  return Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
}

const server = createServer(serve)

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  console.log(String(address.port))
})

process.on("disconnect", () => process.exit(0))
