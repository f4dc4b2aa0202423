/**
 * A bare client for tests: node:http and a signer of its own, so that nothing of the product vouches
 * for itself.
 */
import * as Emulator from "@batchwave/emulator/Emulator"
import type { EmulatorOptions } from "@batchwave/emulator/EmulatorOptions"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHmac } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import * as Http from "node:http"
import { tmpdir } from "node:os"
import * as Path from "node:path"

export const apiVersion = "2024-02-01.19.0"
export const jsonType = "application/json; odata=minimalmetadata"

export interface Answer {
  readonly status: number
  readonly reason: string
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
  readonly json: Document
}

/** A JSON document of which a test expects certain members. */
export interface Document {
  readonly [name: string]: unknown
}

export interface Ask {
  readonly query?: Record<string, string>
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** Sent as it is. */
  readonly rawBody?: string
  readonly date?: Date
  readonly key?: string
  readonly account?: string
  /** Leaves the version out, or sends another. */
  readonly version?: string | undefined
  readonly isUnsigned?: boolean
  /** Sends the body in chunks, without its length. */
  readonly isChunked?: boolean
  /** Keeps connections for later requests. */
  readonly agent?: Http.Agent
}

/** Where an account is, and how to sign for it. */
export interface Address {
  readonly endpoint: string
  readonly account: string
  readonly key: string
}

export interface Raw extends Address {
  readonly pool: string
  readonly dataDirectory: string
  readonly control: Emulator.EmulatorControl
}

/** Starts an emulator in a directory of its own that goes with the scope. */
export const start = (
  options: Partial<EmulatorOptions> = {}
): Effect.Effect<Raw, never, Scope.Scope> =>
  Effect.gen(function*() {
    const directory = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(Path.join(tmpdir(), "batchwave-emulator-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
    )
    return yield* Effect.orDie(
      Emulator.make({ dataDirectory: directory, slotsPerNode: 4, graceMs: 200, ...options })
    )
  })

const signed = [
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range"
]

const sign = (
  raw: Address,
  method: string,
  target: string,
  headers: Record<string, string>,
  ask: Ask
): string => {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const lines = [method, ...signed.map((name) => lower.get(name) ?? "")]
  const own = [...lower].filter(([name]) => name.startsWith("ocp-"))
    .map(([name, value]) => `${name}:${value}\n`).toSorted()
  const [path, search = ""] = target.split("?")
  const query = [...new URLSearchParams(search)].filter(([, value]) => value !== "")
    .map(([name, value]) => `${name.toLowerCase()}:${value}`).toSorted()
  const account = ask.account ?? raw.account
  const text = `${lines.join("\n")}\n${own.join("")}` +
    [`/${account}${path}`, ...query].join("\n")
  const mac = createHmac("sha256", Buffer.from(ask.key ?? raw.key, "base64")).update(text)
  return `SharedKey ${account}:${mac.digest("base64")}`
}

const dateOf = (ask: Ask): string => (ask.date ?? new Date()).toUTCString()

/** The headers of a signed request without a body. */
export const headersFor = (
  raw: Address,
  method: string,
  target: string
): Record<string, string> => {
  const headers = { "ocp-date": dateOf({}) }
  return { ...headers, Authorization: sign(raw, method, target, headers, {}) }
}

/** Sends one request and reads all of the reply. */
export const call = (
  raw: Address,
  method: string,
  path: string,
  ask: Ask = {}
): Effect.Effect<Answer> => {
  const version = "version" in ask ? ask.version : apiVersion
  const query = new URLSearchParams({
    ...ask.query,
    ...(version === undefined ? {} : { "api-version": version })
  }).toString().replaceAll("+", "%20")
  return callTarget(raw, method, query === "" ? path : `${path}?${query}`, ask)
}

/** Sends a request for a path and query as they are. */
export const callTarget = (
  raw: Address,
  method: string,
  target: string,
  ask: Ask = {}
): Effect.Effect<Answer> => Effect.orDie(tryTarget(raw, method, target, ask))

/** Sends one request; fails when the connection breaks before the reply is complete. */
export const tryCall = (
  raw: Address,
  method: string,
  path: string,
  ask: Ask = {}
): Effect.Effect<Answer, Error> => tryTarget(raw, method, `${path}?api-version=${apiVersion}`, ask)

/** The same with a query of its own. */
export const tryTarget = (
  raw: Address,
  method: string,
  target: string,
  ask: Ask = {}
): Effect.Effect<Answer, Error> =>
  Effect.callback((resume) => {
    const body = ask.rawBody ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body))
    const isWrite = method === "POST" || method === "PUT" || method === "PATCH"
    const headers: Record<string, string> = {
      "ocp-date": dateOf(ask),
      ...(body === undefined ? {} : { "Content-Type": jsonType }),
      ...(ask.isChunked === true ? { "Transfer-Encoding": "chunked" } : {}),
      ...(ask.isChunked === true || (body === undefined && !isWrite)
        ? {}
        : { "Content-Length": String(Buffer.byteLength(body ?? "")) }),
      ...ask.headers
    }
    if (ask.isUnsigned !== true) headers["Authorization"] = sign(raw, method, target, headers, ask)
    const { hostname, port } = new URL(raw.endpoint)
    const request = Http.request(
      { hostname, port, method, path: target, headers, agent: ask.agent ?? false },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", (cause) => resume(Effect.fail(cause)))
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8")
          const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false
          resume(Effect.succeed({
            status: response.statusCode ?? 0,
            reason: response.statusMessage ?? "",
            headers: response.headers,
            text,
            json: isJson ? parse(text) : {}
          }))
        })
      }
    )
    request.on("error", (cause) => resume(Effect.fail(cause)))
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

const parse = (text: string): Document => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Adds a job and fails loudly when it is not added. */
export const addJob = (raw: Raw, id: string, more: object = {}): Effect.Effect<Answer> =>
  expect(201, call(raw, "POST", "/jobs", { body: { id, poolInfo: { poolId: raw.pool }, ...more } }))

/** Adds a task and fails loudly when it is not added. */
export const addTask = (
  raw: Raw,
  jobId: string,
  id: string,
  commandLine: string,
  more: object = {}
): Effect.Effect<Answer> =>
  expect(
    201,
    call(raw, "POST", `/jobs/${jobId}/tasks`, { body: { id, commandLine, ...more } })
  )

/** Fails loudly on any other status. */
export const expect = (
  status: number,
  answer: Effect.Effect<Answer>
): Effect.Effect<Answer> =>
  Effect.tap(answer, (got) =>
    got.status === status
      ? Effect.void
      : Effect.die(new Error(`expected ${status}, got ${got.status}: ${got.text}`)))

/** Reads a task until it is in a state; ends by the time limit of the test. */
export const awaitState = (
  raw: Raw,
  jobId: string,
  taskId: string,
  state: string
): Effect.Effect<Document> =>
  Effect.gen(function*() {
    for (;;) {
      const { json } = yield* expect(200, call(raw, "GET", `/jobs/${jobId}/tasks/${taskId}`))
      if (json["state"] === state) return json
      yield* Effect.sleep(10)
    }
  })

/** The code of an error document. */
export const codeOf = (answer: Answer): string => `${answer.status} ${String(answer.json["code"])}`

/** A value as a document whose members can be looked at. */
export const record = (value: unknown): Document => Object(value)

/** The items of a listing; none if there is no list. */
export const listOf = (answer: Answer): ReadonlyArray<Document> => {
  const { value } = answer.json
  return Array.isArray(value) ? value : []
}

/** The text of a file. */
export const readText = (raw: Raw, path: string): Effect.Effect<string> =>
  Effect.map(expect(200, call(raw, "GET", path)), ({ text }) => text)
