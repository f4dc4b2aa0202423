/**
 * `Task_AddCollection`: adds up to 100 tasks, or as many as the settings say; the reply names each with its own outcome, in no
 * particular order.
 *
 * @internal
 */
import * as Refusal from "@batchwave/sim/Refusal"
import type { Task } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as CollectionEffects from "../../CollectionEffects.ts"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Exchange, Handler, Reply as ReplyValue } from "../../Exchange.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { firstRecord, markOf } from "../../State.ts"
import * as Subject from "../../Subject.ts"
import * as TaskInput from "../../TaskInput.ts"
import * as TimeText from "../../TimeText.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { nowMs, state } = exchange
  const subject = Subject.findJob(exchange)
  if (Subject.isReply(subject)) return subject
  const items = readItems(exchange)
  if (Subject.isReply(items)) return items
  const results: Array<CollectionEffects.ItemResult> = []
  const inputs: Array<PlacedInput> = []
  for (const [place, item] of items.entries()) {
    const input = TaskInput.read(item, state.settings.autoStorage !== undefined)
    if (Problem.isProblem(input)) {
      const taskId = idOf(item)
      if (taskId === undefined) return ErrorReply.make(exchange, input.code, input.values)
      results.push({ place, taskId, text: refused(exchange, taskId, input.code, input.values) })
      continue
    }
    const text = CollectionEffects.heldBack(exchange, input.spec.id)
    if (text === undefined) inputs.push({ place, input })
    else results.push({ place, taskId: input.spec.id, text })
  }
  const specs = inputs.map(({ input }) => input.spec)
  const outcomes = TaskOperations.addCollection(state.account, subject.job.id, specs, nowMs)
  if (isRefused(outcomes)) return ErrorReply.ofRefusal(exchange, outcomes)
  const location = `${exchange.base}/jobs/${subject.job.id}/tasks/`
  const success = `{"status":"Success","taskId":"`
  const tagged = `","eTag":"`
  const located = `","lastModified":${TimeText.quoted(state.times, nowMs)},"location":"${location}`
  outcomes.forEach((outcome, index) => {
    const { input, place } = inputs[index]!
    const taskId = input.spec.id
    if (Refusal.isRefusal(outcome)) {
      const text = refused(exchange, taskId, outcome.code, ErrorReply.valuesOf(outcome))
      results.push({ place, taskId, text })
      return
    }
    const record = firstRecord(state, outcome, input.fragment)
    state.taskRecords[outcome.index] = record
    const { eTag } = markOf(outcome, record)
    // Joined, so that the text is one piece from the start.
    const text = [success, outcome.id, tagged, eTag, located, outcome.id, `"}`].join("")
    results.push({ place, taskId, text })
  })
  const told = CollectionEffects.arrange(exchange, results)
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "taskaddresult")},"value":[${told.join(",")}]}`
  )
}

interface PlacedInput {
  /** Where the task stands in the request. */
  readonly place: number
  readonly input: TaskInput.TaskInput
}

const readItems = (exchange: Exchange): ReadonlyArray<unknown> | ReplyValue => {
  const parsed = Problem.parseCollection(exchange.body)
  if (Problem.isProblem(parsed)) return ErrorReply.make(exchange, parsed.code, parsed.values)
  const { value } = parsed
  const items: unknown = typeof value === "object" && value !== null && "value" in value
    ? value.value
    : undefined
  if (!Array.isArray(items)) {
    return ErrorReply.ofProperty(
      exchange,
      "MissingRequiredProperty",
      "value",
      "The body must be an object with an array named value"
    )
  }
  const { collectionOverflowCode, collectionTasksMax, duplicateTasks } = exchange.state.settings
  if (items.length > collectionTasksMax) {
    return ErrorReply.make(exchange, collectionOverflowCode, [
      ["PropertyName", "value"],
      ["Reason", `A collection may have ${collectionTasksMax} tasks, not ${items.length}`]
    ])
  }
  const twice = duplicateTasks === "requestRefused" ? duplicateIn(items) : undefined
  return twice === undefined ? items : ErrorReply.make(exchange, "InvalidRequestBody", [
    ["PropertyName", "id"],
    ["PropertyValue", twice],
    ["Reason", "Two tasks of the collection have this id"]
  ])
}

/** An id that tasks of a collection share. */
const duplicateIn = (items: ReadonlyArray<unknown>): string | undefined => {
  const seen = new Set<string>()
  for (const item of items) {
    const id = idOf(item)
    if (id === undefined) continue
    if (seen.has(id.toLowerCase())) return id
    seen.add(id.toLowerCase())
  }
  return undefined
}

const idOf = (item: unknown): string | undefined =>
  typeof item === "object" && item !== null && "id" in item && typeof item.id === "string"
    ? item.id
    : undefined

const isRefused = (
  outcomes: ReadonlyArray<Task | Refusal.Refusal> | Refusal.Refusal
): outcomes is Refusal.Refusal => !Array.isArray(outcomes)

const refused = (
  exchange: Exchange,
  taskId: string,
  code: ErrorReply.EmulatedCode,
  values: ErrorReply.Values
): string =>
  JSON.stringify({
    status: "ClientError",
    taskId,
    error: ErrorReply.document(exchange, code, values)
  })
