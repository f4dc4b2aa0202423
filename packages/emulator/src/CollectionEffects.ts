/**
 * What a collection fault does to the results of an add of a collection.
 *
 * @internal
 */
import * as Random from "@batchwave/core/Random"
import * as IdPattern from "@batchwave/sim/IdPattern"
import * as ErrorReply from "./ErrorReply.ts"
import type { Exchange } from "./Exchange.ts"
import type { CollectionFault, ItemEffect } from "./Fault.ts"

/** The result of a task that is not to be added; nothing for the others. */
export const heldBack = (exchange: Exchange, taskId: string): string | undefined => {
  const effect = effectOf(exchange.faults?.collection, taskId)
  return effect === undefined || isAdded(effect) ? undefined : refused(exchange, taskId, effect)
}

/**
 * The results that are told, in the order they are told in, from those of the request in its order;
 * takes the array over.
 */
export const arrange = (
  exchange: Exchange,
  results: Array<string>,
  idAt: (place: number) => string
): Array<string> => {
  const { faults, state: { random } } = exchange
  const fault = faults?.collection
  if (fault === undefined) return Random.shuffle(random, results)
  const told = results.flatMap((text, place) => tell(exchange, fault, idAt(place), text))
  for (let number = 1; number <= (fault.extra ?? 0); number++) {
    const taskId = `extra-${number}`
    told.push(refused(exchange, taskId, { effect: "ClientError" }))
  }
  if (fault.order === "Input") return told
  return fault.order === "Reversed" ? told.toReversed() : Random.shuffle(random, told)
}

const tell = (
  exchange: Exchange,
  fault: CollectionFault,
  taskId: string,
  text: string
): ReadonlyArray<string> => {
  const effect = effectOf(fault, taskId)
  if (effect === undefined) return [text]
  switch (effect.effect) {
    case "Missing":
      return []
    case "Duplicated":
      return [text, text]
    case "ServerError":
    case "ClientError":
      return [refused(exchange, taskId, effect)]
    default:
      return effect.effect satisfies never
  }
}

const effectOf = (fault: CollectionFault | undefined, taskId: string): ItemEffect | undefined =>
  fault?.items?.find(({ tasks = "*" }) => IdPattern.matches(tasks, taskId))

const isAdded = ({ acts, effect }: ItemEffect): boolean =>
  acts ?? (effect === "Missing" || effect === "Duplicated")

const refused = (exchange: Exchange, taskId: string, { code, effect }: ItemEffect): string => {
  const isServer = effect === "ServerError"
  const shown = code ?? (isServer ? "InternalError" : "InvalidPropertyValue")
  return JSON.stringify({
    status: isServer ? "ServerError" : "ClientError",
    taskId,
    error: ErrorReply.openDocument(exchange, {
      code: shown,
      message: ErrorReply.textOf(shown),
      values: []
    })
  })
}
