/**
 * How nodes whose result may be in the cache wait for its answer. Part of `RunState.evolve`.
 */
import { NodeState } from "../NodeState.ts"
import type { RunEvent } from "../RunEvent.ts"
import type { RunState } from "../RunState.ts"
import { markReady, move } from "./Transition.ts"

type CacheEvent = Extract<
  RunEvent,
  {
    readonly _tag: "CacheAsked" | "CacheHit" | "CacheMissed" | "CacheStored" | "CacheNotStored"
  }
>

/**
 * Applies an event about the cache.
 */
export const evolve = (state: RunState, event: CacheEvent): void => {
  switch (event._tag) {
    case "CacheAsked":
      for (const node of event.nodes) {
        state.cacheAnswers.set(node, undefined)
        move(state, node, NodeState.recalling)
      }
      state.readyStaleCount += event.nodes.length
      return
    case "CacheHit": {
      const { from, key, madeAtMs, node, outputs } = event
      state.cacheAnswers.set(node, { _tag: "Hit", key, from, madeAtMs })
      state.outputs.set(node, outputs)
      return move(state, node, NodeState.ended)
    }
    case "CacheMissed":
      state.cacheAnswers.set(event.node, { _tag: "Miss", key: event.key, reason: event.reason })
      return markReady(state, event.node)
    case "CacheStored":
    case "CacheNotStored":
      return
  }
}
