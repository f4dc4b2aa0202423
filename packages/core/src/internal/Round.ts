/**
 * One reaction in the making: events and commands as they add up. Shared by the parts of the reactor.
 */
import type { Classifier } from "../Classify.ts"
import type { Command } from "../Command.ts"
import type { Policy } from "../Policy.ts"
import type { RunEvent } from "../RunEvent.ts"
import { evolve, type RunState } from "../RunState.ts"

/**
 * What a reactor needs besides the state.
 *
 * @category models
 */
export interface Policies {
  /** The policy of a node, by its index. */
  readonly policyOf: (node: number) => Policy
  /** The author's own failure classes. @default none */
  readonly classify?: Classifier
  /** Whether the results of nodes that are cached are looked for before they run. @default false */
  readonly asksCache?: boolean
}

/**
 * A reaction in the making.
 */
export interface Round {
  readonly state: RunState
  readonly nowMs: number
  readonly policies: Policies
  readonly events: Array<RunEvent>
  commands: Array<Command>
}

/** No commands yet. */
const none: Array<Command> = []

/**
 * Begins a reaction.
 */
export const begin = (state: RunState, nowMs: number, policies: Policies): Round => ({
  state,
  nowMs,
  policies,
  events: [],
  commands: none
})

/**
 * Adds a command. Most reactions give one or none, and an array that grows has room for seventeen.
 */
export const command = (round: Round, next: Command): void => {
  if (round.commands.length === 0) round.commands = [next]
  else round.commands.push(next)
}

/**
 * Adds an event and applies it.
 */
export const emit = (round: Round, event: RunEvent): void => {
  round.events.push(event)
  evolve(round.state, event, round.nowMs)
}
