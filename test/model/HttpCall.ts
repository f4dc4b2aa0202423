/**
 * Calls of stories as requests.
 */
import * as Iso8601 from "@batchwave/wire/Iso8601"
import * as Effect from "effect/Effect"
import * as RawBatch from "../../packages/emulator/test/RawBatch.ts"
import type * as Command from "./Command.ts"
import type { JobVerb } from "./JobRulebook.ts"
import type { LimitsPlan, TaskPlan } from "./ModelState.ts"

/** Sends a request; the target may have a query, but for the version. */
export type AskService = (
  method: string,
  target: string,
  body?: object
) => Effect.Effect<RawBatch.Answer>

const version = `api-version=${RawBatch.apiVersion}`

/** Carries a call out; answers with a code for each thing asked. */
export const call = (
  ask: AskService,
  command: Command.Call
): Effect.Effect<ReadonlyArray<string>> => {
  const one = (method: string, path: string, body?: object) =>
    Effect.map(ask(method, `${path}?${version}`, body), (answer) => [codeOf(answer)])
  switch (command.verb) {
    case "addJob": {
      const { limits, ...job } = command.job
      const body = { ...job, poolInfo: { poolId: "pool" }, constraints: constraintsOf(limits) }
      return one("POST", "/jobs", body)
    }
    case "patchJob": {
      const { limits, ...change } = command.change
      const constraints = limits === undefined ? {} : { constraints: constraintsOf(limits) }
      return one("PATCH", `/jobs/${command.jobId}`, { ...change, ...constraints })
    }
    case "actOnJob":
      return actOnJob(one, command.jobId, command.act)
    case "addTask":
      return one("POST", `/jobs/${command.jobId}/tasks`, bodyOf(command.task))
    case "addTasks":
      return addTasks(ask, command.jobId, command.tasks)
    case "actOnTask": {
      const path = `/jobs/${command.jobId}/tasks/${command.taskId}`
      if (command.act === "get") return one("GET", path)
      return command.act === "delete" ? one("DELETE", path) : one("POST", `${path}/${command.act}`)
    }
    case "updateTask": {
      const { jobId, limits, taskId } = command
      const constraints = constraintsOf(limits)
      return one("PUT", `/jobs/${jobId}/tasks/${taskId}`, { constraints })
    }
    default:
      return command satisfies never
  }
}

const actOnJob = (
  one: (method: string, path: string, body?: object) => Effect.Effect<ReadonlyArray<string>>,
  jobId: string,
  act: JobVerb
): Effect.Effect<ReadonlyArray<string>> => {
  const path = `/jobs/${jobId}`
  switch (act.verb) {
    case "disable":
      return one("POST", `${path}/disable`, { disableTasks: act.tasks })
    case "enable":
      return one("POST", `${path}/enable`)
    case "terminate":
      return act.reason === undefined
        ? one("POST", `${path}/terminate`)
        : one("POST", `${path}/terminate`, { terminateReason: act.reason })
    case "delete":
      return one("DELETE", path)
    default:
      return act satisfies never
  }
}

interface AddResult {
  readonly taskId: string
  readonly status: string
  readonly error?: { readonly code: string }
}

/** Results come in any order; a collection of a story has no id twice. */
const addTasks = (
  ask: AskService,
  jobId: string,
  tasks: ReadonlyArray<TaskPlan>
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    ask("POST", `/jobs/${jobId}/addtaskcollection?${version}`, { value: tasks.map(bodyOf) }),
    (answer) => {
      if (answer.status !== 200) return [codeOf(answer)]
      const value = answer.json["value"]
      const results: ReadonlyArray<AddResult> = Array.isArray(value) ? value : []
      return tasks.map(({ id }) => {
        const result = results.find(({ taskId }) => taskId === id)
        if (result?.status === "Success") return "ok"
        return result?.error?.code ?? "there is no result"
      })
    }
  )

/** A task that waits without the job's flag has a code of its own when it is added alone. */
const codeOf = ({ json, status }: RawBatch.Answer): string => {
  if (status < 300) return "ok"
  const code = String(json["code"])
  return code === "TaskDependenciesNotSpecifiedOnJob" ? "UnsupportedProperty" : code
}

const bodyOf = ({ limits, ...plan }: TaskPlan): object => ({
  ...plan,
  commandLine: "true",
  ...(limits === undefined ? {} : { constraints: constraintsOf(limits) })
})

const constraintsOf = ({ maxTaskRetryCount, maxWallClockMs }: LimitsPlan): object => ({
  ...(maxTaskRetryCount === undefined ? {} : { maxTaskRetryCount }),
  ...(maxWallClockMs === undefined
    ? {}
    : { maxWallClockTime: `PT${(maxWallClockMs / 1000).toFixed(3)}S` })
})

/** Lists the ids of tasks by a filter, page by page; answers with the code of a refusal. */
export const list = Effect.fnUntraced(function*(
  ask: AskService,
  jobId: string,
  state: string | undefined,
  sinceMs: number | undefined
) {
  const terms = [
    ...(state === undefined ? [] : [`state eq '${state}'`]),
    ...(sinceMs === undefined
      ? []
      : [`stateTransitionTime ge DateTime'${Iso8601.timestampOfEpochMs(sinceMs)}'`])
  ]
  const filter = terms.length === 0 ? "" : `&$filter=${encodeURIComponent(terms.join(" and "))}`
  const target = `/jobs/${jobId}/tasks?${version}${filter}&$select=id`
  const items = yield* everyPage(ask, target)
  return typeof items === "string" ? items : items.map((item) => String(Reflect.get(item, "id")))
})

/** Follows the pages of a listing, which are small; answers with the code of a refusal. */
export const everyPage = Effect.fnUntraced(function*(ask: AskService, target: string) {
  const items: Array<object> = []
  let next: string | undefined = `${target}&maxresults=3`
  while (next !== undefined) {
    const answer: RawBatch.Answer = yield* ask("GET", next)
    if (answer.status !== 200) return codeOf(answer)
    const { "odata.nextLink": link, value } = answer.json
    if (Array.isArray(value)) items.push(...value)
    next = typeof link === "string" ? link.replace(/^https?:\/\/[^/]+/, "") : undefined
  }
  return items
})

/** Reads all of a listing that is there. */
export const listing = (ask: AskService, path: string): Effect.Effect<ReadonlyArray<object>> =>
  Effect.flatMap(everyPage(ask, `${path}?${version}`), (items) =>
    typeof items === "string"
      ? Effect.die(new Error(`${path} was refused with ${items}`))
      : Effect.succeed(items))

/** Reads one document that is there. */
export const read = (ask: AskService, path: string): Effect.Effect<RawBatch.Document> =>
  Effect.map(
    RawBatch.expect(200, ask("GET", `${path}?${version}`)),
    ({ json }) => json
  )
