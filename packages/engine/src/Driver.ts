/**
 * Runs the reactor against the service.
 *
 * D1 The state changes only here, one batch of events at a time.
 * D2 Events are durable before any command that follows from them is carried out.
 * D3 Every fiber, timer and request belongs to the scope of the run; when it closes, nothing goes on.
 */
import * as SpanWhenSeen from "@batchwave/client/SpanWhenSeen"
import type { Command } from "@batchwave/core/Command"
import * as Reactor from "@batchwave/core/Reactor"
import type { ExternalEvent, RunEvent, TaskReference } from "@batchwave/core/RunEvent"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberHandle from "effect/FiberHandle"
import * as FiberSet from "effect/FiberSet"
import * as Queue from "effect/Queue"
import * as Collector from "./Collector.ts"
import type { EngineError } from "./EngineError.ts"
import * as EngineMetrics from "./EngineMetrics.ts"
import * as JobPlace from "./JobPlace.ts"
import type { JournalShape } from "./Journal.ts"
import * as Poller from "./Poller.ts"
import * as Reactivator from "./Reactivator.ts"
import * as Recaller from "./Recaller.ts"
import type { RunContext } from "./RunContext.ts"
import * as RunFeed from "./RunFeed.ts"
import * as Submitter from "./Submitter.ts"
import * as Terminator from "./Terminator.ts"
import * as Unanswered from "./Unanswered.ts"
import * as Watchdog from "./Watchdog.ts"

/** How many waiting events one reaction takes. */
const eventsPerReactionMax = 10_000

/**
 * Sees every journaled batch, after it is durable and applied. It must not fail, and the run waits
 * for it.
 *
 * @category models
 */
export type Observer = (events: ReadonlyArray<RunEvent>, atMs: number) => Effect.Effect<void>

/**
 * What the driver is given besides the context.
 *
 * @category models
 */
export interface DriverOptions {
  readonly journal: JournalShape
  readonly policies: Reactor.Policies
  readonly observer: Observer
  /** Carried out before the first event is awaited. */
  readonly commands: ReadonlyArray<Command>
}

/** What the workers do. */
type Action =
  | { readonly _tag: "Reactivate"; readonly wanted: Reactivator.Meant }
  | { readonly _tag: "Collect"; readonly task: TaskReference }
  | { readonly _tag: "Recall"; readonly nodes: ReadonlyArray<number> }
  | { readonly _tag: "Terminate"; readonly tasks: ReadonlyArray<TaskReference> }

interface Parts {
  readonly context: RunContext
  readonly options: DriverOptions
  readonly planned: Submitter.Desk
  readonly actions: Queue.Queue<Action>
  readonly moved: Queue.Queue<void>
  readonly alarm: FiberHandle.FiberHandle
  readonly fibers: FiberSet.FiberSet<void, EngineError>
}

/**
 * Drives the run until the reactor finishes it. Fails with the first failure of any part.
 *
 * @category operations
 */
export const drive: (
  context: RunContext,
  options: DriverOptions
) => Effect.Effect<void, EngineError> = Effect.fn("Driver.drive")(
  function*(context, options) {
    const fibers = yield* FiberSet.make<void, EngineError>()
    const parts: Parts = {
      context,
      options,
      planned: Submitter.make(),
      actions: yield* Queue.unbounded<Action>(),
      moved: yield* Queue.sliding<void>(1),
      alarm: yield* FiberHandle.make(),
      fibers
    }
    yield* FiberSet.run(fibers)(Poller.serve(context, parts.moved))
    yield* FiberSet.run(fibers)(Watchdog.serve(context))
    yield* FiberSet.run(fibers)(endLater(parts))
    for (let worker = 0; worker < context.config.concurrency; worker++) {
      yield* FiberSet.run(fibers)(act(parts))
    }
    yield* Effect.raceFirst(loop(parts), FiberSet.join(fibers))
  },
  Effect.scoped
)

const loop = Effect.fnUntraced(function*(parts: Parts) {
  yield* Queue.offer(parts.moved, undefined)
  if (yield* carryOut(parts, parts.options.commands)) return
  while (true) {
    const events = yield* Queue.takeBetween(parts.context.inbox, 1, eventsPerReactionMax)
    const nowMs = yield* parts.context.time.nowMs
    const commands = yield* react(parts.context, parts.options, events, nowMs)
    if (yield* carryOut(parts, commands)) return
  }
})

/**
 * Lets the reactor answer to events, makes the answer durable, and returns what to do.
 *
 * @category operations
 */
export const react = SpanWhenSeen.fn("Driver.react")(Effect.fnUntraced(function*(
  context: RunContext,
  options: Omit<DriverOptions, "commands">,
  events: ReadonlyArray<ExternalEvent>,
  nowMs: number
) {
  const services = yield* Effect.context()
  const clock = Context.get(services, Clock.Clock)
  const beganAt = clock.monotonicTimeNanosUnsafe()
  const reaction = Reactor.react(context.state, events, nowMs, options.policies)
  if (SpanWhenSeen.isSeen(services)) {
    yield* Effect.annotateCurrentSpan({
      "batchwave.events.in": events.length,
      "batchwave.events.out": reaction.events.length,
      "batchwave.commands": reaction.commands.length
    })
  }
  if (reaction.events.length > 0) {
    const decidedAt = clock.monotonicTimeNanosUnsafe()
    const hasWaited = yield* options.journal.append(reaction.events, nowMs)
    const durableAt = clock.monotonicTimeNanosUnsafe()
    EngineMetrics.observe(
      context.state,
      {
        events: reaction.events,
        atMs: nowMs,
        appendMs: milliseconds(durableAt - decidedAt),
        totalMs: milliseconds(durableAt - beganAt)
      },
      services,
      context.sampler
    )
    for (const event of reaction.events) {
      if (event._tag === "JobReplaced") JobPlace.replace(context.job, event.jobId, context.state)
    }
    yield* RunFeed.publish(context.feed, reaction.events, nowMs)
    yield* options.observer(reaction.events, nowMs)
    if (hasWaited) return yield* reconsidered(context, options, reaction.commands)
  }
  return reaction.commands
}))

/** What was asked for while there was no room is decided on before anything is begun. */
const reconsidered = Effect.fnUntraced(function*(
  context: RunContext,
  options: Omit<DriverOptions, "commands">,
  commands: ReadonlyArray<Command>
): Effect.fn.Return<ReadonlyArray<Command>, EngineError> {
  const meanwhile = yield* Queue.clear(context.inbox)
  if (meanwhile.length === 0) return commands
  const nowMs = yield* context.time.nowMs
  return [...commands, ...(yield* react(context, options, meanwhile, nowMs))]
})

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds) / 1_000_000

/** Hands commands to the parts that carry them out; answers whether the run is over. */
const carryOut = Effect.fnUntraced(function*(parts: Parts, commands: ReadonlyArray<Command>) {
  let isFinished = false
  let hasPlanned = false
  for (const command of commands) {
    switch (command._tag) {
      case "Submit":
        hasPlanned = true
        Unanswered.ask(parts.context.unanswered, command.tasks)
        for (const task of command.tasks) parts.planned.planned.push(task)
        break
      case "Reactivate": {
        const wanted = Reactivator.meant(parts.context.state, command.task)
        Unanswered.ask(parts.context.unanswered, [command.task])
        yield* Queue.offer(parts.actions, { _tag: "Reactivate", wanted })
        yield* Queue.offer(parts.moved, undefined)
        break
      }
      case "Recall":
        yield* Queue.offer(parts.actions, command)
        break
      case "Collect":
      case "Terminate":
        yield* Queue.offer(parts.actions, command)
        yield* Queue.offer(parts.moved, undefined)
        break
      case "Wake":
        yield* FiberHandle.run(parts.alarm, ring(parts.context, command.atMs))
        break
      case "Finish":
        isFinished = true
        break
    }
  }
  // What waits at the desk from before is no news for the poller.
  if (hasPlanned) yield* submit(parts)
  return isFinished
})

/** Has planned tasks sent before anything else that is due has its turn. */
const submit = Effect.fnUntraced(function*({ context, fibers, moved, planned }: Parts) {
  if (!planned.isServed) yield* FiberSet.run(fibers)(Submitter.serve(context, planned))
  yield* Queue.offer(moved, undefined)
})

const ring = Effect.fnUntraced(function*(context: RunContext, atMs: number) {
  const nowMs = yield* context.time.nowMs
  yield* Effect.sleep(Math.max(0, atMs - nowMs))
  yield* Queue.offer(context.inbox, { _tag: "AlarmRang" })
})

/** Ends what was to end while it was on its way to the service, once it has arrived. */
const endLater = Effect.fnUntraced(function*({ actions, context, moved }: Parts) {
  while (true) {
    const tasks = yield* Queue.takeBetween(context.unanswered.due, 1, eventsPerReactionMax)
    yield* Queue.offer(actions, { _tag: "Terminate", tasks })
    yield* Queue.offer(moved, undefined)
  }
})

const act = Effect.fnUntraced(function*(parts: Parts) {
  while (true) {
    const action = yield* Queue.take(parts.actions)
    switch (action._tag) {
      case "Reactivate":
        yield* Reactivator.reactivate(parts.context, action.wanted)
        yield* Queue.offer(parts.moved, undefined)
        break
      case "Collect":
        yield* Collector.collect(parts.context, action.task)
        break
      case "Recall":
        yield* Recaller.recall(parts.context, action.nodes)
        break
      case "Terminate":
        yield* Terminator.terminate(parts.context, action.tasks)
        break
    }
  }
})
