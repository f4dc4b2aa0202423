/**
 * Grants the requests of the control channel to a run that goes on.
 */
import * as Branch from "@batchwave/core/Branch"
import { nodeStateNames } from "@batchwave/core/NodeState"
import * as RunMode from "@batchwave/core/RunMode"
import type { LiveRun, Wish } from "@batchwave/engine/Engine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { counted, listed } from "../screen/Words.ts"
import * as ControlChannel from "./ControlChannel.ts"
import * as EventFollowing from "./EventFollowing.ts"
import * as RerunRequest from "./RerunRequest.ts"
import type { RunDirectory } from "./RunDirectory.ts"
import * as RunEvents from "./RunEvents.ts"
import * as RunQuery from "./RunQuery.ts"

/**
 * Serves the channel of a run for as long as the run lives. `nowMs` is the time of the run, where that
 * is not the time of whoever asks.
 *
 * @category operations
 */
export const serve = (
  directory: RunDirectory,
  live: LiveRun,
  nowMs: Effect.Effect<number> = Clock.currentTimeMillis
): Effect.Effect<void> =>
  Effect.scoped(Effect.flatMap(
    Effect.scope,
    (scope) =>
      ControlChannel.serve(directory.control, (request) =>
        request._tag === "Follow"
          ? Scope.provide(follow(directory, live, request.after), scope)
          : answer(directory.runId, live, request, nowMs))
  ))

const follow = (
  directory: RunDirectory,
  live: LiveRun,
  after: number
): Effect.Effect<ControlChannel.Reply, never, Scope.Scope> =>
  Effect.map(EventFollowing.serve(directory.control, live, after), (path) => ({
    _tag: "Done",
    text: path,
    value: { path, introduction: RunEvents.introduction(live.header) }
  }))

const answer = (
  runId: string,
  live: LiveRun,
  request: Exclude<ControlChannel.Request, { readonly _tag: "Follow" }>,
  nowMs: Effect.Effect<number>
): Effect.Effect<ControlChannel.Reply> => {
  const { state } = live
  switch (request._tag) {
    case "Status":
    case "Explain":
    case "Locate":
      return Effect.zipWith(
        nowMs,
        live.waiting,
        (atMs, waiting) => RunQuery.answer(request, { runId, state, isLive: true, waiting }, atMs)
      )
    case "Pause":
      return state.paused
        ? done(`run ${runId} is paused already`)
        : granted(
          live,
          { _tag: "PauseRequested" },
          `run ${runId} is paused: nothing new is submitted`
        )
    case "Continue":
      return state.paused
        ? granted(live, { _tag: "ResumeRequested" }, `run ${runId} goes on`)
        : done(`run ${runId} is not paused`)
    case "Cancel":
      return cancel(runId, live, request.nodes ?? [])
    case "Rerun":
      return rerun(runId, live, request)
    case "SetFailureMode": {
      const failureMode = RunMode.parseFailureMode(request.mode)
      return failureMode === undefined
        ? Effect.succeed(ControlChannel.refused(failureModeProblem(request.mode)))
        : granted(
          live,
          { _tag: "FailureModeChanged", failureMode },
          `run ${runId} goes on with ${failureMode}; it was ${state.failureMode}`
        )
    }
  }
}

/**
 * What is wrong with a failure mode.
 *
 * @category rendering
 */
export const failureModeProblem = (text: string): string =>
  `"${text}" is no failure mode; use ${RunMode.failureModes.join(", ")}, tolerate:N or tolerate:N%`

const cancel = (
  runId: string,
  live: LiveRun,
  names: ReadonlyArray<string>
): Effect.Effect<ControlChannel.Reply> =>
  names.length === 0
    ? granted(live, { _tag: "CancelRequested" }, `run ${runId} is being cancelled`)
    : Result.match(RunQuery.nodesNamed(live.state.plan, names), {
      onFailure: (message) => Effect.succeed(ControlChannel.refused(message)),
      onSuccess: (nodes) => cancelBranch(runId, live, nodes)
    })

const cancelBranch = (
  runId: string,
  live: LiveRun,
  chosen: ReadonlyArray<number>
): Effect.Effect<ControlChannel.Reply> => {
  const nodes = Branch.of(live.state, chosen)
  if (nodes.length === 0) {
    const stands = chosen.map((node) =>
      `${nameOf(live, node)} has settled as ${nodeStateNames[live.state.nodeStates[node]!]}`
    )
    return done(
      `nothing of run ${runId} is cancelled: ${listed(stands, namesMax)}, and nothing that needs ${
        chosen.length === 1 ? "it" : "them"
      } is left`
    )
  }
  return granted(
    live,
    { _tag: "CancelRequested", nodes: chosen },
    `${counted(nodes.length, "node")} of run ${runId} and what depends on ${
      nodes.length === 1 ? "it" : "them"
    } are being cancelled: ${listed(nodes.map((node) => nameOf(live, node)), namesMax)}`
  )
}

/** Names a reply lists. */
const namesMax = 10

const nameOf = ({ state }: LiveRun, node: number): string => state.plan.names[node]!

const rerun = (
  runId: string,
  live: LiveRun,
  request: ControlChannel.Request & { readonly _tag: "Rerun" }
): Effect.Effect<ControlChannel.Reply> =>
  Result.match(RerunRequest.make(runId, live.state, request), {
    onFailure: (message) => Effect.succeed(ControlChannel.refused(message)),
    onSuccess: ({ text, value, wish }) =>
      request.isDry
        ? Effect.succeed({ _tag: "Done", text, value })
        : ask(live, wish, { _tag: "Done", text, value })
  })

const granted = (
  live: LiveRun,
  wish: Wish,
  text: string
): Effect.Effect<ControlChannel.Reply> =>
  Effect.flatMap(done(text), (reply) => ask(live, wish, reply))

/** While the journal waits for room nothing is decided, and a wish is not written down either. */
const ask = (
  live: LiveRun,
  wish: Wish,
  reply: ControlChannel.Reply
): Effect.Effect<ControlChannel.Reply> =>
  Effect.flatMap(live.waiting, (waiting) =>
    Effect.as(
      live.wish(wish),
      waiting === undefined ? reply : {
        _tag: "Postponed",
        message:
          `run ${live.header.runId} is paused: ${RunQuery.fullDiskText(waiting)}. What is asked `
          + "for is done first when there is room; it cannot be written down before, so ask again if "
          + "the process that works on the run ends until then"
      }
    ))

/**
 * A wish that was granted, for programs.
 *
 * @category models
 */
export interface Granted {
  /** In words. */
  readonly done: string
}

const done = (text: string): Effect.Effect<ControlChannel.Reply> =>
  Effect.succeed({ _tag: "Done", text, value: { done: text } satisfies Granted })
