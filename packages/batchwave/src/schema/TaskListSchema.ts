/**
 * What `batchwave export` prints, as a schema: that of the tasks that are added to the service.
 */
import { TaskAddParameter } from "@batchwave/wire/Task"
import * as Schema from "effect/Schema"
import * as JsonSchemaText from "./JsonSchemaText.ts"

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Schema.Array(TaskAddParameter), {
    title: "Tasks of a Batchwave run",
    description:
      "What `batchwave export` prints: tasks as the REST service takes them, version 2024-02-01.19.0."
  })
