/**
 * `batchwave schema` with its arguments and flags.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { schemaNames } from "../schema/SchemaNames.ts"
import * as CommandModule from "./CommandModule.ts"
import { color, onScreen } from "./CommonFlags.ts"
import { flag } from "./FlagKinds.ts"

/**
 * The command.
 *
 * @internal
 */
export const schema = Command.make(
  "schema",
  {
    name: Argument.Literals("name", schemaNames).pipe(
      Argument.withDescription(
        `${schemaNames.join(", ")}; events, which is also what --jsonl prints, by default`
      ),
      Argument.withDefault("events")
    ),
    json: flag("json", "JSON, which is printed anyway"),
    color
  },
  Effect.fnUntraced(function*(settings) {
    const SchemaCommand = yield* CommandModule.load(() => import("./SchemaCommand.ts"))
    yield* SchemaCommand.run(settings.name).pipe(onScreen(settings))
  })
).pipe(
  Command.withDescription("Print the JSON Schema of what other commands print for programs"),
  Command.withExamples([
    {
      command: "batchwave schema events > events.schema.json",
      description: "Of the lines of batchwave events, to check or generate types with"
    }
  ])
)
