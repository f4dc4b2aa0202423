/**
 * One reaction in the making: events and commands as they add up. Shared by the parts of the reactor.
 */
import type { Classifier } from "../Classify.ts"
import type { Command } from "../Command.ts"
import type { Definition } from "../Definition.ts"
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
  /** Checks what a policy gives in the place of an output. @default anything fits */
  readonly checkOutput?: Definition["checkOutput"]
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
  events: Array<RunEvent>
  commands: Array<Command>
}

/** Nothing yet. */
const none: Array<never> = []

/**
 * Begins a reaction.
 */
export const begin = (state: RunState, nowMs: number, policies: Policies): Round => ({
  state,
  nowMs,
  policies,
  events: none,
  commands: none
})

/**
 * Adds a command. Nearly all reactions give two at most, and an array that grows has room for seventeen.
 */
export const command = (round: Round, next: Command): void => {
  const { commands } = round
  if (commands.length === 0) round.commands = [next]
  else if (commands.length === 1) round.commands = [commands[0]!, next]
  else commands.push(next)
}

/**
 * Adds an event and applies it.
 */
export const emit = (round: Round, event: RunEvent): void => {
  if (round.events.length === 0) round.events = [event]
  else round.events.push(event)
  evolve(round.state, event, round.nowMs)
}
