/**
 * The workflow that `plan --format workflow` and `graph --format json` print: the schema by which
 * `pipeline` reads it.
 */
import { WorkflowSchema } from "@batchwave/pipeline/WorkflowSchema"
import * as JsonSchemaText from "./JsonSchemaText.ts"

/**
 * The JSON Schema as text.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(WorkflowSchema, {
    title: "A workflow of Batchwave",
    description:
      "What `batchwave plan --format workflow` and `batchwave graph --format json` print, with every field. "
      + "In a file to run, fields may be absent that have a default, and others are refused."
  })
