/**
 * Identities that are refused, renewed or missing, and writers that meet: rows 46 and 48 to 50.
 */
import * as Credential from "@batchwave/client/Credential"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as TaskUpdate from "@batchwave/client/TaskUpdate"
import * as Rfc1123 from "@batchwave/wire/Rfc1123"
import type { TaskConstraints } from "@batchwave/wire/TaskConstraints"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Buffer } from "node:buffer"
import * as FaultWorld from "./FaultWorld.ts"
import { ending, failureOf, tellFailure, type Trial } from "./Trial.ts"

const { breakOne, jobId } = FaultWorld

const holdT0 = ({ direct }: FaultWorld.FaultWorld) =>
  direct.tasks.add(jobId, FaultWorld.waitingTask("t0"))

const merge = ({ client }: FaultWorld.FaultWorld, changes: TaskConstraints) =>
  ending(
    TaskUpdate.merge(jobId, "t0", changes).pipe(
      Effect.provideService(TaskOperations, client.tasks)
    )
  )

const constraintsOf = ({ direct }: FaultWorld.FaultWorld) =>
  Effect.map(
    direct.tasks.get(jobId, "t0"),
    ({ constraints }) =>
      `${constraints?.maxTaskRetryCount} retries, kept for ${constraints?.retentionTime}`
  )

const contended: ReadonlyArray<Trial> = [
  {
    row: 46,
    claim: "two writers who change different constraints at once both keep their change",
    outcome: "done, done",
    requests: { Task_Get: 3, Task_Update: 3 },
    held: "3 retries, kept for PT1H",
    prepare: holdT0,
    look: constraintsOf,
    run: (world) =>
      Effect.map(
        Effect.all([
          merge(world, { maxTaskRetryCount: 3 }),
          merge(world, { retentionTime: "PT1H" })
        ], { concurrency: "unbounded" }),
        (ends) => ends.join(", ")
      )
  },
  {
    row: 46,
    claim: "after a 412 the constraints are read and written again",
    outcome: "done",
    requests: { Task_Get: 2, Task_Update: 2 },
    held: "3 retries, kept for P7D",
    prepare: holdT0,
    look: constraintsOf,
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_Update", { _tag: "Status", status: 412 }),
        merge(world, { maxTaskRetryCount: 3 })
      )
  },
  {
    row: 46,
    claim: "a 412 each time ends as contended after three more reads",
    outcome: "UpdateContended",
    requests: { Task_Get: 4, Task_Update: 4 },
    held: "0 retries, kept for P7D",
    prepare: holdT0,
    look: constraintsOf,
    run: (world) =>
      Effect.andThen(
        breakOne(world, "Task_Update", { _tag: "Status", status: 412 }, {}),
        merge(world, { maxTaskRetryCount: 3 })
      )
  }
]

/** A provider that answers with these tokens, one after another, and then with the last. */
const tokensOf = (tokens: ReadonlyArray<string>) => {
  let asked = 0
  return {
    asked: () => asked,
    credential: Credential.token({
      getToken: Effect.sync(() => ({
        token: Redacted.make(tokens[Math.min(asked++, tokens.length - 1)] ?? ""),
        expiresAtMs: Number.POSITIVE_INFINITY
      }))
    })
  }
}

const withTokens = (
  claim: string,
  given: ReadonlyArray<string>,
  rest: Pick<Trial, "outcome" | "requests">
): Trial => ({
  row: 48,
  claim,
  emulator: { tokens: [{ token: "good" }] },
  held: "t0, once",
  prepare: holdT0,
  run: (world) =>
    Effect.gen(function*() {
      const { asked, credential } = tokensOf(given)
      const { tasks } = yield* FaultWorld.connect(world, { credential })
      const told = yield* ending(tasks.get(jobId, "t0"))
      return `${told}, asked ${asked()} times`
    }),
  ...rest
})

const withProvider = (
  claim: string,
  getToken: Parameters<typeof Credential.token>[0]["getToken"],
  outcome: string
): Trial => ({
  row: 48,
  claim,
  outcome,
  requests: {},
  held: "no task",
  run: (world) =>
    Effect.gen(function*() {
      const { tasks } = yield* FaultWorld.connect(world, {
        credential: Credential.token({ getToken }),
        credentialTimeoutMs: 200
      })
      const [lasted, failure] = yield* Effect.timed(failureOf(tasks.get(jobId, "t0")))
      const isQuick = Duration.toMillis(lasted) < 1500
      const shown = JSON.stringify(failure).includes("hunter2") ? "shows" : "hides"
      return `${failure._tag} ${isQuick ? "within" : "not within"} 1.5 s, ${shown} the cause's text`
    })
})

const tokens: ReadonlyArray<Trial> = [
  withTokens("after one 401 the token is renewed and the call succeeds", ["stale", "good"], {
    outcome: "done, asked 2 times",
    requests: { refused: 1, Task_Get: 1 }
  }),
  withTokens("a 401 each time ends the call after one renewal", ["stale", "staler"], {
    outcome: "AuthenticationRejected AuthenticationFailed, asked 2 times",
    requests: { refused: 2 }
  }),
  withProvider(
    "a provider that fails ends the call, without the text of its error",
    Effect.try(() => JSON.parse("password hunter2")),
    "AuthenticationRejected within 1.5 s, hides the cause's text"
  ),
  withProvider(
    "a provider that never answers ends the call in its own time",
    Effect.never,
    "AuthenticationRejected within 1.5 s, hides the cause's text"
  )
]

/** Which of the three things to set right a failure names. */
const namedBy = (message: string): string =>
  [["clock", /\bclock\b/i], ["key", /\bkey\b/i], ["role", /\brole\b/i]]
    .flatMap(([word, pattern]) =>
      pattern instanceof RegExp && pattern.test(message) ? [String(word)] : []
    ).join(" and ")

const wrongKey = Redacted.make(Buffer.alloc(64, 7).toString("base64"))

const skewed = (minutes: number): Trial => ({
  row: 49,
  claim: `a service clock ${minutes} minutes off is followed after one refusal`,
  outcome: "done",
  requests: { refused: 1, Task_Get: 1 },
  held: "t0, once",
  prepare: holdT0,
  run: (world) =>
    Effect.andThen(
      FaultWorld.breakServer(world, { dateOffsetMs: minutes * 60_000 }),
      ending(world.client.tasks.get(jobId, "t0"))
    )
})

const refused: ReadonlyArray<Trial> = [
  skewed(20),
  skewed(-20),
  {
    row: 49,
    claim: "a date that the caller gave and the service refuses is blamed on the clock",
    outcome: "AuthenticationRejected AuthenticationFailed: clock",
    requests: { refused: 1 },
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        yield* FaultWorld.breakServer(world, { dateOffsetMs: 20 * 60_000 })
        const ocpDate = Rfc1123.dateOfEpochMs(yield* Clock.currentTimeMillis)
        const failure = yield* failureOf(world.client.tasks.get(jobId, "t0", { ocpDate }))
        return `${tellFailure(failure)}: ${namedBy(failure.message)}`
      })
  },
  {
    row: 49,
    claim: "a wrong key is blamed on the key, and not shown",
    outcome: "AuthenticationRejected AuthenticationFailed: key, hidden",
    requests: { refused: 1 },
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        const { tasks } = yield* FaultWorld.connect({ ...world, key: Redacted.value(wrongKey) })
        const failure = yield* failureOf(tasks.get(jobId, "t0"))
        const isShown = JSON.stringify(failure).includes(Redacted.value(wrongKey))
        return `${tellFailure(failure)}: ${namedBy(failure.message)}, ${
          isShown ? "shown" : "hidden"
        }`
      })
  },
  {
    row: 49,
    claim: "a missing role is blamed on the role",
    outcome: "Forbidden InsufficientAccountPermissions: role",
    requests: { Task_Get: 1 },
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        const code = "InsufficientAccountPermissions"
        yield* breakOne(world, "Task_Get", { _tag: "Status", status: 403, code })
        const failure = yield* failureOf(world.client.tasks.get(jobId, "t0"))
        return `${tellFailure(failure)}: ${namedBy(failure.message)}`
      })
  },
  {
    row: 50,
    claim: "a key that is no longer good is read again once, and the call succeeds",
    outcome: "done, then done, read 2 times",
    requests: { refused: 1, Task_Get: 2 },
    held: "t0, once",
    prepare: holdT0,
    run: (world) =>
      Effect.gen(function*() {
        let read = 0
        const credential = Credential.sharedKey(
          Effect.sync(() => read++ === 0 ? wrongKey : Redacted.make(world.key))
        )
        const { tasks } = yield* FaultWorld.connect(world, { credential })
        const first = yield* ending(tasks.get(jobId, "t0"))
        const second = yield* ending(tasks.get(jobId, "t0"))
        return `${first}, then ${second}, read ${read} times`
      })
  },
  {
    row: 50,
    claim: "a key that stays wrong ends the call after it was read once more",
    outcome: "AuthenticationRejected AuthenticationFailed",
    requests: { refused: [1, 2] },
    held: "no task",
    run: (world) =>
      Effect.gen(function*() {
        const credential = Credential.sharedKey(Effect.succeed(wrongKey))
        const { tasks } = yield* FaultWorld.connect(world, { credential })
        return yield* ending(tasks.get(jobId, "t0"))
      })
  }
]

/** The trials of this file. */
export const trials: ReadonlyArray<Trial> = [...contended, ...tokens, ...refused]
