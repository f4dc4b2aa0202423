/**
 * What the service does with a request that has arrived, and what it answers.
 */
import * as NativePlan from "@batchwave/core/NativePlan"
import type { TaskReference } from "@batchwave/core/RunEvent"
import * as RunState from "@batchwave/core/RunState"
import * as JobOperations from "@batchwave/sim/JobOperations"
import * as Refusal from "@batchwave/sim/Refusal"
import type { TaskSpec } from "@batchwave/sim/Task"
import * as TaskOperations from "@batchwave/sim/TaskOperations"
import type { Fate } from "../Link.ts"
import * as VirtualService from "../VirtualService.ts"
import type { Answer, DriverState, ItemAnswer, Request } from "./DriverState.ts"
import * as Listing from "./Listing.ts"
import { close, write } from "./Writing.ts"

/** The id of the task that is made for a node the n-th time. */
export const idOf = ({ ids }: DriverState, { node, submission }: TaskReference): string =>
  submission === 1 ? ids[node]! : `${ids[node]!}-r${submission}`

/** Acts on a request, now. */
export const act = (driver: DriverState, request: Request, fate: Fate): Answer => {
  const { jobId, nowMs, service } = driver
  const { account } = service
  switch (request._tag) {
    case "AddJob":
      return addJob(driver)
    case "EndJob":
      return close(driver, JobOperations.terminate(account, jobId, "RunFinished", nowMs))
    case "AddTasks":
      return addTasks(driver, request.tasks, request.specs, fate)
    case "ListTasks":
      return Listing.list(driver, request.pass, request.place, fate)
    case "GetTask": {
      const task = TaskOperations.get(account, jobId, idOf(driver, request.task))
      return Refusal.isRefusal(task)
        ? { _tag: "Refused", code: task.code }
        : { _tag: "Found", entry: Listing.entryOf(driver, task, request.task) }
    }
    case "ReactivateTask":
    case "TerminateTask":
      return write(driver, request, idOf(driver, request.task))
    case "ReadOutputs": {
      const task = TaskOperations.get(account, jobId, idOf(driver, request.task))
      return Refusal.isRefusal(task)
        ? { _tag: "Refused", code: task.code }
        : { _tag: "Read", event: driver.outputsOf(request.task, task.runsCount) }
    }
    default:
      return request satisfies never
  }
}

const addJob = (driver: DriverState): Answer => {
  const { jobId, nowMs, plan, service: { account }, start } = driver
  const isNative = start.some((event) =>
    event._tag === "RunStarted" && event.dependencyMode === "native"
  )
  const [pool] = account.pools.values()
  return close(
    driver,
    JobOperations.add(account, {
      id: jobId,
      poolId: pool?.id ?? "pool",
      usesTaskDependencies: isNative,
      tasksExpected: plan.names.length
    }, nowMs)
  )
}

const specOf = (driver: DriverState, task: TaskReference): TaskSpec => {
  const { memory: { state }, plan } = driver
  const { node } = task
  const id = idOf(driver, task)
  const requiredSlots = RunState.slotsOf(state, node)
  const runTimeMsMax = plan.workflow.nodes[node]!.runTimeMsMax
  if (runTimeMsMax === undefined && state.native === undefined) return { id, requiredSlots }
  const parents = NativePlan.dependsOn(state, node)
  return {
    id,
    requiredSlots,
    ...(runTimeMsMax === undefined ? {} : { constraints: { maxWallClockMs: runTimeMsMax } }),
    ...(parents.length === 0
      ? {}
      : { dependsOn: { taskIds: parents.map((parent) => idOf(driver, parent)) } })
  }
}

/** What a request adds: most often one task. */
export const specsOf = (
  driver: DriverState,
  tasks: ReadonlyArray<TaskReference>
): ReadonlyArray<TaskSpec> => {
  const specs = [specOf(driver, tasks[0]!)]
  for (let place = 1; place < tasks.length; place++) specs.push(specOf(driver, tasks[place]!))
  return specs
}

const addTasks = (
  driver: DriverState,
  tasks: ReadonlyArray<TaskReference>,
  specs: ReadonlyArray<TaskSpec>,
  fate: Fate
): Answer => {
  const { jobId, nowMs, service } = driver
  const { failsItem, itemOrder } = fate
  const sent = failsItem === undefined ? tasks : tasks.filter((_, place) => !failsItem(place))
  const sentSpecs = failsItem === undefined ? specs : specs.filter((_, place) => !failsItem(place))
  const outcomes = TaskOperations.addCollection(service.account, jobId, sentSpecs, nowMs)
  if (Refusal.isRefusal(outcomes)) return { _tag: "Refused", code: outcomes.code }
  let items: Array<ItemAnswer> | undefined
  for (let place = 0; place < outcomes.length; place++) {
    const outcome = outcomes[place]!
    const task = sent[place]!
    if (Refusal.isRefusal(outcome)) {
      items ??= outcomes.map(() => undefined)
      items[place] = { code: refusalOf(driver, task, outcome.code), isPassing: false }
    } else {
      service.nodeOf[outcome.index] = task.node
      service.submissionOf[outcome.index] = task.submission
      VirtualService.written(service, outcome)
    }
  }
  VirtualService.settle(service)
  if (failsItem === undefined && itemOrder === undefined) {
    return { _tag: "Added", tasks: sent, ...(items === undefined ? {} : { items }) }
  }
  let next = 0
  const all = tasks.map((_, place): ItemAnswer =>
    failsItem?.(place) === true ? { code: "ServerError", isPassing: true } : items?.[next++]
  )
  const order = itemOrder?.(tasks.length) ?? tasks.map((_, place) => place)
  return {
    _tag: "Added",
    tasks: order.map((place) => tasks[place]!),
    items: order.map((place) => all[place])
  }
}

/** A task under our id is ours when it was made for the same task of the plan. */
const refusalOf = (driver: DriverState, task: TaskReference, code: string): string => {
  if (code !== "TaskExists") return code
  const { jobId, service } = driver
  const held = TaskOperations.get(service.account, jobId, idOf(driver, task))
  if (Refusal.isRefusal(held)) return code
  const reference = VirtualService.referenceOf(service, held)
  return reference?.node === task.node && reference.submission === task.submission
    ? code
    : "IdConflict"
}
