/**
 * The nine situations that clients are put in: what the service does once, to the first request,
 * before it works.
 */

/** What the service does to the first request. */
export type Fault =
  | {
    readonly _tag: "Answer"
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  /** Acts, and then sends a reply that is whole to HTTP but whose JSON stops in the middle. */
  | { readonly _tag: "CutJson" }
  /** Resets the connection. */
  | { readonly _tag: "Reset" }
  /** Keeps the connection open and never answers. */
  | { readonly _tag: "Silence" }

/** A situation. */
export interface Situation {
  readonly id: string
  /** What it is called in the table. */
  readonly title: string
  readonly fault: Fault
  /** How long the service asks to wait, in milliseconds; 0 when it does not ask. */
  readonly hintMs: number
}

const refusal = (status: number, code: string, retryAfterSeconds?: number): Fault => ({
  _tag: "Answer",
  status,
  headers: {
    "content-type": "application/json; odata=minimalmetadata",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) })
  },
  body: JSON.stringify({ code, message: { lang: "en-US", value: `${code}, please try again.` } })
})

const badGateway: Fault = {
  _tag: "Answer",
  status: 502,
  headers: { "content-type": "text/html" },
  body: "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
}

/** The situations in the order of the table. */
export const situations: ReadonlyArray<Situation> = [
  {
    id: "throttled-hint",
    title: "429 with `Retry-After: 1`",
    fault: refusal(429, "TooManyRequests", 1),
    hintMs: 1000
  },
  { id: "throttled", title: "429", fault: refusal(429, "TooManyRequests"), hintMs: 0 },
  {
    id: "busy-hint",
    title: "503 with `Retry-After: 1`",
    fault: refusal(503, "ServerBusy", 1),
    hintMs: 1000
  },
  { id: "busy", title: "503", fault: refusal(503, "ServerBusy"), hintMs: 0 },
  { id: "internal-error", title: "500", fault: refusal(500, "InternalError"), hintMs: 0 },
  { id: "bad-gateway", title: "502 with an HTML page", fault: badGateway, hintMs: 0 },
  { id: "reset", title: "TCP reset", fault: { _tag: "Reset" }, hintMs: 0 },
  { id: "silence", title: "no answer, ever", fault: { _tag: "Silence" }, hintMs: 0 },
  {
    id: "cut-json",
    title: "200 with half of the JSON, after it acted",
    fault: { _tag: "CutJson" },
    hintMs: 0
  }
]
