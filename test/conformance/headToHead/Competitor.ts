/**
 * The clients that are compared: each adds the same ten tasks, with its defaults.
 */
import { BatchClient, type ClientTuning } from "@batchwave/client/BatchClient"
import { TaskOperations } from "@batchwave/client/TaskOperations"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { azureBatch } from "../clients/AzureBatchClient.ts"

/** How adding ended, in the words of the table. */
export type Ending = "all tasks added" | `fails: ${string}`

/** Adds the tasks to the service at `endpoint`. */
export type Competitor = (endpoint: string) => Promise<Ending>

const account = "conformance"
const key = Buffer.alloc(64, 7).toString("base64")

/** The tasks that are added: few enough for one request. */
export const tasks: ReadonlyArray<{ readonly id: string; readonly commandLine: string }> = Array
  .from({ length: 10 }, (_, index) => ({ id: `task-${index}`, commandLine: `echo ${index}` }))

/** What our client does; `tuning` is for tests that cannot wait for a default. */
export const adding = (endpoint: string, tuning: ClientTuning = {}): Effect.Effect<Ending> =>
  Effect.gen(function*() {
    const { addCollection } = yield* TaskOperations
    const { counts } = yield* addCollection("job", tasks)
    return counts.added + counts.alreadyThere === tasks.length
      ? "all tasks added" as const
      : `fails: ${JSON.stringify(counts)}` as const
  }).pipe(
    Effect.provide(
      BatchClient.layer({ endpoint, account, key: Redacted.make(key), ...tuning })
    ),
    Effect.catch((failure) => Effect.succeed(`fails: ${failure._tag}` as const))
  )

/** Our client. */
export const batchwave: Competitor = (endpoint) => Effect.runPromise(adding(endpoint))

/** Longer messages quote the reply they are about. */
const wordsMax = 40

/** The official JavaScript client. */
export const official: Competitor = async (endpoint) => {
  const client = new azureBatch.BatchServiceClient(
    new azureBatch.BatchSharedKeyCredentials(account, key),
    endpoint
  )
  try {
    const { value = [] } = await client.task.addCollection("job", tasks)
    const isAdded = value.length === tasks.length
      && value.every(({ status }) => status.toLowerCase() === "success")
    return isAdded ? "all tasks added" : "fails: not every task was added"
  } catch (cause) {
    const { code, message }: { readonly code?: unknown; readonly message?: unknown } = Object(cause)
    const texts = [code, message].filter((text) => text !== undefined).map(String)
    return `fails: ${texts.filter((text) => text.length <= wordsMax).join(": ")}`
  }
}
