/** Random histories of an emulator's state, without sockets and processes. */
import * as EmulatorOptions from "@batchwave/emulator/EmulatorOptions"
import type { FaultPlan } from "@batchwave/emulator/FaultPlan"
import * as Inputs from "@batchwave/emulator/Inputs"
import type { Ledger } from "@batchwave/emulator/ledger/Ledger"
import * as Snapshot from "@batchwave/emulator/ledger/Snapshot"
import * as Routes from "@batchwave/emulator/Routes"
import type { State } from "@batchwave/emulator/State"
import * as StateOpening from "@batchwave/emulator/StateOpening"
import * as TruthLog from "@batchwave/emulator/TruthLog"
import * as Account from "@batchwave/sim/Account"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { deserialize } from "node:v8"

export const startMs = 1_800_000_000_000

const clock: Clock.Clock = Object.assign(Object.create(Effect.runSync(Clock.Clock)), {
  currentTimeMillisUnsafe: () => startMs
})

const jobIds = ["j", "K"]
const taskIds = ["a", "B", "3", "04", "e"]

export type Step =
  | {
    readonly verb: "addJob"
    readonly job: string
    readonly ends: boolean
    readonly prepares?: boolean
  }
  | { readonly verb: "fault"; readonly isOn: boolean }
  | {
    readonly verb: "addTasks"
    readonly job: string
    readonly tasks: ReadonlyArray<{
      readonly id: string
      readonly slots: number
      readonly after: string
      readonly retries: number
    }>
  }
  | {
    readonly verb: "terminate" | "reactivate" | "delete" | "update" | "addOne"
    readonly job: string
    readonly task: string
  }
  | {
    readonly verb: "disableJob" | "enableJob" | "terminateJob" | "deleteJob" | "patchJob"
    readonly job: string
  }
  | { readonly verb: "addPool" | "deletePool" }
  | { readonly verb: "resize"; readonly nodes: number }
  | { readonly verb: "start"; readonly run: number }
  | { readonly verb: "end"; readonly run: number; readonly exitCode: number }
  | { readonly verb: "lose" | "return"; readonly node: number }
  | { readonly verb: "pass"; readonly ms: number }
  | { readonly verb: "nonsense"; readonly body: string }

const job = fc.constantFrom(...jobIds)
const task = fc.constantFrom(...taskIds)

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constant("addJob" as const),
      job,
      ends: fc.boolean(),
      prepares: fc.boolean()
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constant("addTasks" as const),
      job,
      tasks: fc.array(
        fc.record({
          id: task,
          slots: fc.integer({ min: 1, max: 2 }),
          after: fc.constantFrom("", ...taskIds),
          retries: fc.integer({ min: 0, max: 1 })
        }),
        { minLength: 1, maxLength: 4 }
      )
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constantFrom(
        "terminate" as const,
        "reactivate" as const,
        "delete" as const,
        "update" as const,
        "addOne" as const
      ),
      job,
      task
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      verb: fc.constantFrom(
        "disableJob" as const,
        "enableJob" as const,
        "terminateJob" as const,
        "deleteJob" as const,
        "patchJob" as const
      ),
      job
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constantFrom("addPool" as const, "deletePool" as const) })
  },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constant("resize" as const), nodes: fc.nat(3) })
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("fault" as const), isOn: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ verb: fc.constant("start" as const), run: fc.nat(5) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant("end" as const),
      run: fc.nat(5),
      exitCode: fc.integer({ min: 0, max: 1 })
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom("lose" as const, "return" as const),
      node: fc.nat(3)
    })
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("pass" as const), ms: fc.nat(4000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant("nonsense" as const),
      body: fc.constantFrom("{", "", "null", "{\"id\":\"ü\"}", "{\"value\":[{\"id\":\"a\"}]}")
    })
  }
)

/** A state in which nothing has happened, without a ledger. */
export const fresh = (options: EmulatorOptions.EmulatorOptions = {}): State =>
  StateOpening.makeFresh(
    {
      ...EmulatorOptions.settle({ nodes: 2, slotsPerNode: 2, allocationMs: 500, ...options }),
      dataDirectory: "/nowhere"
    },
    TruthLog.make(undefined),
    clock
  )

export const withLedger = (state: State, ledger: Ledger): State => ({ ...state, ledger })

const ask = (state: State, nowMs: number, method: string, path: string, body: unknown): number => {
  const found = Routes.find(method, path)
  if ("isPathKnown" in found) throw new Error(`${method} ${path}`)
  const reply = Inputs.request({
    state,
    operation: found.route.operation,
    nowMs,
    requestId: "00000000-0000-0000-0000-000000000000",
    base: "http://127.0.0.1:1",
    path,
    parameters: found.parameters,
    query: new Map(),
    headers: { authorization: "SharedKey secret", "client-request-id": "x" },
    body: typeof body === "string" ? body : JSON.stringify(body)
  }, found.route.handle)
  if (Effect.isEffect(reply)) throw new Error(`${method} ${path} is not done at once`)
  return reply.status
}

const generationOf = (state: State, run: number): number => {
  const { chores, placements } = state.account
  const generations = [...placements.keys(), ...chores.keys()]
  return generations[run % Math.max(1, generations.length)] ?? 0
}

const plan: FaultPlan = {
  rules: [],
  runs: [
    { when: { tasks: "a", probability: 0.5 }, fault: { _tag: "Hold", forMs: 1500 } },
    { when: { tasks: "B" }, fault: { _tag: "NodeTaken", afterMs: 900, returnAfterMs: 2000 } }
  ],
  nodes: [{ nodes: "node-2", atMs: 1000, everyMs: 2500, returnAfterMs: 800, state: "preempted" }]
}

/** Does a step; answers with what must not depend on anything but the steps before. */
export const apply = (state: State, step: Step, nowMs: number): number | boolean => {
  switch (step.verb) {
    case "addJob":
      return ask(state, nowMs, "POST", "/jobs", {
        id: step.job,
        poolInfo: { poolId: "batchwave" },
        usesTaskDependencies: true,
        ...(step.prepares === true
          ? { jobPreparationTask: { commandLine: "true" }, jobReleaseTask: { commandLine: "true" } }
          : {}),
        onAllTasksComplete: step.ends ? "terminatejob" : "noaction",
        constraints: { maxWallClockTime: "PT9S" }
      })
    case "addTasks":
      return ask(state, nowMs, "POST", `/jobs/${step.job}/addtaskcollection`, {
        value: step.tasks.map(({ after, id, retries, slots }) => ({
          id,
          commandLine: "true",
          requiredSlots: slots,
          constraints: { maxTaskRetryCount: retries, maxWallClockTime: "PT3S" },
          ...(after === "" ? {} : { dependsOn: { taskIds: [after] } })
        }))
      })
    case "addOne":
      return ask(state, nowMs, "POST", `/jobs/${step.job}/tasks`, {
        id: step.task,
        commandLine: "true"
      })
    case "terminate":
    case "reactivate":
      return ask(state, nowMs, "POST", `/jobs/${step.job}/tasks/${step.task}/${step.verb}`, "")
    case "delete":
      return ask(state, nowMs, "DELETE", `/jobs/${step.job}/tasks/${step.task}`, "")
    case "update":
      return ask(state, nowMs, "PUT", `/jobs/${step.job}/tasks/${step.task}`, {
        constraints: { maxTaskRetryCount: 3 }
      })
    case "disableJob":
      return ask(state, nowMs, "POST", `/jobs/${step.job}/disable`, { disableTasks: "requeue" })
    case "enableJob":
      return ask(state, nowMs, "POST", `/jobs/${step.job}/enable`, "")
    case "terminateJob":
      return ask(state, nowMs, "POST", `/jobs/${step.job}/terminate`, { terminateReason: "ü" })
    case "deleteJob":
      return ask(state, nowMs, "DELETE", `/jobs/${step.job}`, "")
    case "patchJob":
      return ask(state, nowMs, "PATCH", `/jobs/${step.job}`, {
        metadata: [{ name: "n", value: "v" }]
      })
    case "addPool":
      return ask(state, nowMs, "POST", "/pools", {
        id: "other",
        vmSize: "small",
        virtualMachineConfiguration: {
          imageReference: { publisher: "canonical", offer: "ubuntu", sku: "22_04-lts" },
          nodeAgentSKUId: "batch.node.ubuntu 22.04"
        },
        targetDedicatedNodes: 1,
        userAccounts: [{ name: "u", password: "hunter2" }]
      })
    case "deletePool":
      return ask(state, nowMs, "DELETE", "/pools/other", "")
    case "resize":
      return ask(state, nowMs, "POST", "/pools/batchwave/resize", {
        targetDedicatedNodes: step.nodes
      })
    case "start":
      return Inputs.runStarted(state, generationOf(state, step.run), nowMs)
    case "end":
      Inputs.runEnded(
        state,
        generationOf(state, step.run),
        { _tag: "Exited", exitCode: step.exitCode },
        nowMs
      )
      return true
    case "lose":
    case "return":
      Inputs.nodeMoved(state, step.node, step.verb === "return" ? undefined : "unknown", nowMs)
      return true
    case "fault":
      Inputs.faultsPut(state, step.isOn ? plan : undefined, nowMs)
      return true
    case "pass":
      Inputs.timePassed(state, nowMs + step.ms)
      return true
    case "nonsense":
      return ask(state, nowMs, "POST", "/jobs/j/addtaskcollection", step.body)
    default:
      return step satisfies never
  }
}

/** Does a step and lets the instructions go, as a runner would. */
export const act = (state: State, step: Step, index: number): number | boolean => {
  const nowMs = startMs + index * 700
  const answer = apply(state, step, nowMs)
  Account.takeInstructions(state.account)
  return answer
}

/** Everything a state must not forget, as one value to compare. */
export const imageOf = (state: State): unknown => {
  Account.takeInstructions(state.account)
  return deserialize(Snapshot.take(state))
}
