/**
 * `batchwave schema`: the JSON Schema of what a command prints for programs.
 */
import * as Effect from "effect/Effect"
import * as PublishedSchemas from "../schema/PublishedSchemas.ts"
import type { SchemaName } from "../schema/SchemaNames.ts"
import { Screen } from "../screen/Screen.ts"

/**
 * Prints it.
 *
 * @category operations
 */
export const run = Effect.fn("SchemaCommand.run")(function*(name: SchemaName) {
  const screen = yield* Screen
  yield* screen.result(PublishedSchemas.textOf(name))
})
