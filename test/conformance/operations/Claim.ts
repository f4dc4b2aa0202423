/**
 * One claim about the service: in a situation, a request of an operation is answered like this.
 *
 * Claims are data. The tests hold the emulator to them over raw HTTP, and `docs/conformance.md` is
 * written from them.
 */

/**
 * What a claim rests on.
 *
 * - `recorded`: exchanges of the real service that were recorded in public repositories.
 * - `example`: an official example of the OpenAPI document shows this reply.
 * - `documented`: the OpenAPI document or the reference says so; nobody has seen it here.
 * - `reported`: users told of it in public issues.
 * - `never`: nothing; it is our guess, and the first thing to check on a real account.
 */
export type Evidence = "recorded" | "example" | "documented" | "reported" | "never"

/**
 * What is there before the request. `$job`, `$task`, `$pool` and `$node` are names of its own for each
 * claim; each given makes what it needs.
 */
export type Given =
  | "an account"
  | "a job"
  | "a job with dependencies"
  | "a job that acts on failures"
  | "a job with preparation and release"
  | "a job whose preparation ran"
  | "a job whose release ran"
  | "a job that ends with its tasks"
  | "a disabled job"
  | "a terminating job"
  | "a completed job"
  | "a job being deleted"
  | "a queued task"
  | "a running task"
  | "a task that succeeded"
  | "a task that failed"
  | "a task that could not start"
  | "a task that was ended"
  | "a task that was ended while it ran"
  | "a task reactivated"
  | "a task that failed in a completed job"
  | "a task that failed in a terminating job"
  | "a queued task in a disabled job"
  | "a queued task in a completed job"
  | "a task in a job being deleted"
  | "a multi-instance task"
  | "a task with files"
  | "a task whose files were removed"
  | "a pool"
  | "a pool with a node"
  | "a pool being resized"
  | "a pool being deleted"
  | "a node"

/** The request of a claim, as far as it differs from the operation's usual one. */
export interface ClaimRequest {
  /** Replaces the path below the endpoint. */
  readonly path?: string
  /** Replaces a part of the path by another. */
  readonly replacing?: readonly [part: string, by: string]
  readonly query?: Readonly<Record<string, string>>
  /** `$eTag` is the entity tag of the job, task or pool. */
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the body. */
  readonly body?: unknown
  /** Sent as it is, in place of a body. */
  readonly rawBody?: string
  /** Leaves the version out (`""`) or names another. */
  readonly version?: string
  /** How the request says who asks. @default "signed" */
  readonly authority?: "signed" | "unsigned" | "wrongKey" | "old"
  /** Sends the body without its length. */
  readonly isChunked?: boolean
}

/**
 * What a member of a document must be: a value, or `"*"` for anything but nothing. Paths join names and
 * indexes with dots. `null` claims that the member is absent.
 */
export type Members = Readonly<Record<string, unknown>>

/** The reply of a claim. */
export interface ClaimReply {
  readonly status: number
  /** The code of the error document. */
  readonly code?: string
  /** Keys of the error's values, in order, or with what they must say. */
  readonly values?: Readonly<Record<string, string>>
  readonly body?: Members
  /** The text of a file. */
  readonly text?: string
  /** Headers beyond those of every success of the operation. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What is seen after the request. */
export interface Afterwards {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly status?: number
  readonly body?: Members
}

/** One claim. */
export interface Claim {
  readonly operation: string
  /** The situation, in words that end the sentence "answers … when …". */
  readonly when: string
  readonly given: Given
  readonly request?: ClaimRequest
  readonly reply: ClaimReply
  readonly afterwards?: Afterwards
  readonly evidence: Evidence
  /** Changes nothing, so that such claims of one operation may share a situation. @default false */
  readonly isHarmless?: boolean
}

/** The claims of one operation, without its name. */
export const of = (
  operation: string,
  claims: ReadonlyArray<Omit<Claim, "operation">>
): ReadonlyArray<Claim> => claims.map((claim) => Object.assign({ operation }, claim))

/** Makes a claim about a refusal. */
export const refused = (
  status: number,
  code: string,
  values?: Readonly<Record<string, string>>
): ClaimReply => (values === undefined ? { status, code } : { status, code, values })
