/**
 * `Task_AddCollection`: adds up to 100 tasks, or as many as the settings say; the reply names each with its own outcome, in no
 * particular order.
 *
 * @internal
 */
import * as Refusal from "@batchwave/sim/Refusal"
import type { TaskSpec } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import * as CollectionEffects from "../../CollectionEffects.ts"
import * as ErrorReply from "../../ErrorReply.ts"
import type { Exchange, Handler, Reply as ReplyValue } from "../../Exchange.ts"
import * as Problem from "../../Problem.ts"
import * as Reply from "../../Reply.ts"
import { firstRecord, markOf } from "../../State.ts"
import * as Subject from "../../Subject.ts"
import * as TaskDocument from "../../TaskDocument.ts"
import * as TaskInput from "../../TaskInput.ts"
import * as TaskTemplates from "../../TaskTemplates.ts"
import * as TimeText from "../../TimeText.ts"

/** Handles the operation. */
export const handle: Handler = (exchange) => {
  const { nowMs, state } = exchange
  const subject = Subject.findJob(exchange)
  if (Subject.isReply(subject)) return subject
  const given = readGiven(exchange)
  if (Subject.isReply(given)) return given
  const inputs: Array<TaskInput.TaskInput> = []
  const specs: Array<TaskSpec> = []
  const places: Array<number> = []
  const results = given.map((each, place) => {
    if (isRefused(each)) {
      return refused(exchange, each.taskId, each.problem.code, each.problem.values)
    }
    const held = CollectionEffects.heldBack(exchange, each.spec.id)
    if (held !== undefined) return held
    inputs.push(each)
    specs.push(each.spec)
    places.push(place)
    return ""
  })
  const outcomes = TaskOperations.addCollection(state.account, subject.job.id, specs, nowMs)
  if (Refusal.isRefusal(outcomes)) return ErrorReply.ofRefusal(exchange, outcomes)
  const success = `{"status":"Success","taskId":"`
  const tagged = `","eTag":"`
  const located = `","lastModified":${TimeText.quoted(state.times, nowMs)},"location":"${
    TaskDocument.urlOf(exchange.base, subject.job, { id: "" })
  }`
  outcomes.forEach((outcome, number) => {
    const place = places[number]!
    if (Refusal.isRefusal(outcome)) {
      const values = ErrorReply.valuesOf(outcome)
      results[place] = refused(exchange, specs[number]!.id, outcome.code, values)
      return
    }
    const { id, index } = outcome
    const record = firstRecord(state, outcome, inputs[number]!.fragment)
    state.taskRecords[index] = record
    const { eTag } = markOf(outcome, record)
    results[place] = `${success}${id}${tagged}${eTag}${located}${id}"}`
  })
  const told = CollectionEffects.arrange(exchange, results, (place) => idOf(given[place]!))
  return Reply.json(
    exchange,
    `{${Reply.metadata(exchange, "taskaddresult")},"value":[${told.join(",")}]}`
  )
}

/** A task that is refused before it is offered to the account. */
interface Refused {
  readonly taskId: string
  readonly problem: Problem.Problem
}

type Given = TaskInput.TaskInput | Refused

const isRefused = (given: Given): given is Refused => "problem" in given

const idOf = (given: Given): string => isRefused(given) ? given.taskId : given.spec.id

/** The tasks of the request in their order. */
const readGiven = (exchange: Exchange): ReadonlyArray<Given> | ReplyValue => {
  const { body, state: { settings, taskTemplates } } = exchange
  const isAutoStorage = settings.autoStorage !== undefined
  const inputs = TaskTemplates.read(taskTemplates, body, isAutoStorage)
  if (inputs !== undefined) {
    return checkItems(exchange, inputs.length, () => inputs.map(idOf)) ?? inputs
  }
  const items = readItems(exchange)
  if (Subject.isReply(items)) return items
  const given: Array<Given> = []
  for (const item of items) {
    const input = TaskInput.read(item, isAutoStorage)
    if (!Problem.isProblem(input)) {
      given.push(input)
      continue
    }
    const taskId = idOfItem(item)
    if (taskId === undefined) return ErrorReply.make(exchange, input.code, input.values)
    given.push({ taskId, problem: input })
  }
  TaskTemplates.learn(taskTemplates, body, items.length, isAutoStorage)
  return given
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
  return checkItems(exchange, items.length, () => items.map(idOfItem)) ?? items
}

/** What is wrong with the tasks together. */
const checkItems = (
  exchange: Exchange,
  itemsCount: number,
  ids: () => ReadonlyArray<string | undefined>
): ReplyValue | undefined => {
  const { collectionOverflowCode, collectionTasksMax, duplicateTasks } = exchange.state.settings
  if (itemsCount > collectionTasksMax) {
    return ErrorReply.make(exchange, collectionOverflowCode, [
      ["PropertyName", "value"],
      ["Reason", `A collection may have ${collectionTasksMax} tasks, not ${itemsCount}`]
    ])
  }
  const twice = duplicateTasks === "requestRefused" ? duplicateIn(ids()) : undefined
  return twice === undefined ? undefined : ErrorReply.make(exchange, "InvalidRequestBody", [
    ["PropertyName", "id"],
    ["PropertyValue", twice],
    ["Reason", "Two tasks of the collection have this id"]
  ])
}

/** An id that tasks of a collection share. */
const duplicateIn = (ids: ReadonlyArray<string | undefined>): string | undefined => {
  const seen = new Set<string>()
  for (const id of ids) {
    if (id === undefined) continue
    if (seen.has(id.toLowerCase())) return id
    seen.add(id.toLowerCase())
  }
  return undefined
}

const idOfItem = (item: unknown): string | undefined =>
  typeof item === "object" && item !== null && "id" in item && typeof item.id === "string"
    ? item.id
    : undefined

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
