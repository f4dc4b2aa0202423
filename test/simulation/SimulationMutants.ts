/**
 * Mistakes that an orchestrator could make, each put in the place of something right.
 */
import type { Command } from "@batchwave/core/Command"
import { NodeState } from "@batchwave/core/NodeState"
import * as Reactor from "@batchwave/core/Reactor"
import type { ExternalEvent, RunEvent } from "@batchwave/core/RunEvent"
import type * as VirtualDriver from "@batchwave/lab/VirtualDriver"
import { secret } from "./SimulationPlan.ts"

type Options = VirtualDriver.Options
type React = typeof Reactor.react
type Events = ReadonlyArray<RunEvent>

/** One mistake. */
export interface Mutant {
  readonly name: string
  readonly alter: (options: Options) => Options
}

const withParts = (parts: Partial<VirtualDriver.Parts>) => (options: Options): Options => ({
  ...options,
  parts
})

/** The reactor hears something else than what was said. */
const hearing = (alter: (event: ExternalEvent) => ExternalEvent | undefined) =>
  withParts({
    react: (state, events, nowMs, policies) =>
      Reactor.react(
        state,
        events.flatMap((event) => {
          const altered = alter(event)
          return altered === undefined ? [] : [altered]
        }),
        nowMs,
        policies
      )
  })

/** The journal keeps something else than what was decided. */
const keeping = (alter: (events: Events) => Events) => withParts({ append: alter })

/** Something else is carried out than what was decided. */
const doing = (alter: (command: Command) => ReadonlyArray<Command>) =>
  withParts({ carryOut: (commands) => commands.flatMap(alter) })

/** The state is bent before the reactor sees it. */
const bending = (bend: (state: Parameters<React>[0]) => void) =>
  withParts({
    react: (state, events, nowMs, policies) => {
      bend(state)
      return Reactor.react(state, events, nowMs, policies)
    }
  })

/** All of them. */
export const mutants: ReadonlyArray<Mutant> = [
  {
    name: "sends without a durable intent",
    alter: keeping((events) => events.filter(({ _tag }) => _tag !== "SubmissionPlanned"))
  },
  {
    name: "reactivates without a durable intent",
    alter: keeping((events) => events.filter(({ _tag }) => _tag !== "ReactivationPlanned"))
  },
  {
    name: "joins the answers of a collection by position",
    alter: withParts({
      understand: (request, answer) =>
        request._tag === "AddTasks" && answer._tag === "Added"
          ? { ...answer, tasks: request.tasks }
          : answer
    })
  },
  {
    name: "takes an answer that never came for a yes",
    alter: withParts({
      understand: (request, answer) =>
        request._tag === "AddTasks" && answer._tag === "Trouble"
          ? { _tag: "Added", tasks: request.tasks }
          : answer
    })
  },
  {
    name: "takes trouble for a refusal",
    alter: withParts({
      understand: (request, answer) =>
        request._tag === "AddTasks" && answer._tag === "Trouble"
          ? { _tag: "Refused", code: "ServerBusy" }
          : answer
    })
  },
  {
    name: "takes a task that is there already for a failure",
    alter: withParts({
      understand: (_request, answer) =>
        answer._tag === "Added" && answer.items !== undefined
          ? {
            ...answer,
            items: answer.items.map((item) =>
              item?.code === "TaskExists" ? { code: "Conflict", isPassing: false } : item
            )
          }
          : answer
    })
  },
  {
    name: "never reads the last page",
    alter: withParts({
      understand: (_request, answer) =>
        answer._tag === "Listed" && answer.next === undefined
          ? { _tag: "Listed", entries: [], latestMs: -Infinity, newsMs: -Infinity }
          : answer
    })
  },
  {
    name: "takes a task that a listing omits for vanished",
    alter: withParts({
      understand: (request, answer) =>
        request._tag === "GetTask" && answer._tag === "Found"
          ? { _tag: "Refused", code: "TaskNotFound" }
          : answer
    })
  },
  {
    name: "takes every end for a success",
    alter: hearing((event) =>
      event._tag === "TaskEnded"
        ? {
          ...event,
          end: { transition: event.end.transition, runTimeMs: 1, exitCode: 0, result: "success" }
        }
        : event
    )
  },
  {
    name: "takes a task that still waits for one that was put back",
    alter: withParts({
      understand: (_request, answer) =>
        answer._tag === "Listed"
          ? {
            ...answer,
            entries: answer.entries.map((entry) =>
              entry.state === "active"
                ? {
                  ...entry,
                  event: { _tag: "TaskRequeued", task: entry.task, cause: "Unknown" } as const
                }
                : entry
            )
          }
          : answer
    })
  },
  {
    name: "retries before the backoff is over",
    alter: bending((state) => {
      state.alarms.times.fill(0, 0, state.alarms.size)
      state.dueAtMs.fill(0)
    })
  },
  {
    name: "ignores mutexes and pools",
    alter: bending((state) => {
      state.resourcesUsed.fill(0)
    })
  },
  {
    name: "ignores the limit of slots",
    alter: bending((state) => {
      state.activeSlots = 0
    })
  },
  {
    name: "ignores the window of unanswered requests",
    alter: bending((state) => {
      state.unansweredCount = 0
    })
  },
  {
    name: "lets the next wave go too early",
    alter: bending((state) => {
      for (const [level, nodes] of state.held) {
        state.ready.push(...nodes)
        state.held.delete(level)
      }
    })
  },
  {
    name: "forgets to unblock a child",
    alter: bending((state) => {
      for (let node = 0; node < state.parentsMissing.length; node++) {
        if (state.parentsMissing[node] === 2) state.parentsMissing[node] = 3
      }
    })
  },
  {
    name: "takes a reactivation without an answer for a refused one",
    alter: withParts({
      understand: (request, answer) =>
        request._tag === "ReactivateTask" && answer._tag === "Trouble"
          ? { _tag: "Refused", code: "TaskNotFound" }
          : answer
    })
  },
  {
    name: "uses the number of an attempt again",
    alter: bending((state) => {
      for (let node = 0; node < state.nodeStates.length; node++) {
        const isResubmitted = state.nodeStates[node] === NodeState.backoff
          && state.isReactivated[node] === 0
        if (isResubmitted && state.submissions[node]! > 0) state.submissions[node]!--
      }
    })
  },
  {
    name: "submits in a pause",
    alter: bending((state) => {
      state.paused = false
    })
  },
  {
    name: "does not end what it should end",
    alter: doing((command) => command._tag === "Terminate" ? [] : [command])
  },
  {
    name: "believes it has ended what it only asked to end",
    alter: withParts({
      understand: (request, answer) =>
        request._tag === "TerminateTask" && answer._tag === "Trouble" ? { _tag: "Done" } : answer
    })
  },
  {
    name: "forgets what somebody has cancelled",
    alter: bending((state) => {
      for (const [node, { _tag }] of state.ending) if (_tag === "Cancel") state.ending.delete(node)
    })
  },
  {
    name: "does not look back behind the latest change",
    alter: (options) => ({
      ...options,
      poll: { ...options.poll, overlapMs: 0, pollsPerSweep: 1_000_000 }
    })
  },
  {
    name: "sends more than 100 tasks at a time",
    alter: (options) => ({ ...options, submit: { ...options.submit, tasksPerRequest: 101 } })
  },
  {
    name: "reactivates a task whatever has become of it since",
    alter: withParts({
      ask: (request) => {
        if (request._tag !== "ReactivateTask") return request
        const { ifMatch: _ifMatch, ...rest } = request
        return rest
      }
    })
  },
  {
    name: "does not wait as long as the service asks",
    alter: withParts({
      understand: (_request, answer) =>
        answer._tag === "Trouble" ? { ...answer, retryAfterMs: 0 } : answer
    })
  },
  {
    name: "signs for its own clock, although the service has told its time",
    alter: (options) => {
      const aheadMs = options.clockSkewMs ?? 0
      return withParts({ sign: (serviceMs) => serviceMs - aheadMs })(options)
    }
  },
  {
    name: "signs once, and sends the signature with every request",
    alter: (options) => {
      let firstMs: number | undefined
      return withParts({ sign: (serviceMs) => firstMs ??= serviceMs })(options)
    }
  },
  {
    name: "is still heard in its next life",
    alter: withParts({ hears: (life, own, hasEnded) => !hasEnded && life <= own })
  },
  {
    name: "goes on asking after the end",
    alter: withParts({ hears: (life, own, hasEnded) => life === own || hasEnded })
  },
  {
    name: "writes down what its tasks are given to know",
    alter: keeping((events) =>
      events.map((event) =>
        event._tag === "NodeFailed" ? { ...event, reason: `${event.reason}; ${secret}` } : event
      )
    )
  },
  {
    name: "hands on what a policy gives in the place of an output without a check",
    alter: ({ policies: { checkOutput: _checkOutput, ...policies }, ...options }) => ({
      ...options,
      policies
    })
  },
  {
    name: "wakes up minutes late",
    alter: doing((command) =>
      command._tag === "Wake" ? [{ ...command, atMs: command.atMs + 180_000 }] : [command]
    )
  },
  {
    name: "has more requests under way than it may",
    alter: (options) => ({ ...options, submit: { ...options.submit, concurrency: 9 } })
  }
]
