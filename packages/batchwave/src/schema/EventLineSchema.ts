/**
 * The lines that `batchwave events`, `--jsonl` and `watch --jsonl` print, as schemas and as one JSON
 * Schema, which is `docs/events.schema.json`.
 *
 * L1 Within a version, lines with fields and events that this program does not know are valid, since
 *    readers pass over them. An event that it does know is valid only with all that it says of it.
 */
import { eventVersion } from "@batchwave/core/RunEvent"
import * as Schema from "effect/Schema"
import * as EventParts from "./EventParts.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { RunEvent, tags } from "./RunEventSchema.ts"

/**
 * The first line, about the run.
 *
 * @category schemas
 */
export const HeaderLine = Schema.Struct({
  run: Schema.String.annotate({ description: "The id of the run." }),
  eventVersion: Schema.Literal(eventVersion).annotate({
    description: "The version of all events, whichever program wrote them."
  }),
  pipeline: Schema.String,
  seed: Schema.Finite,
  nodes: Schema.Array(Schema.String).annotate({
    description: "The names of the nodes, by the index that events give."
  })
}).annotate({ identifier: "HeaderLine", description: "The first line: what the run is." })

const known: ReadonlySet<string> = new Set(tags)

/**
 * An event that came after this version's program. Its other fields are kept.
 *
 * @category schemas
 */
export const UnknownEvent = Schema.StructWithRest(
  Schema.Struct({
    _tag: Schema.String.check(Schema.makeFilter((tag: string) => !known.has(tag), {
      expected: "the name of an event that this version does not have",
      toJsonSchema: () => ({ not: { enum: [...tags] } })
    }))
  }),
  [Schema.Record(Schema.String, Schema.Json)]
).annotate({
  identifier: "UnknownEvent",
  description: "An event that a later program of this version has added: pass over it."
})

/**
 * Every line after the first.
 *
 * @category schemas
 */
export const EventLine = Schema.Struct({
  sequence: EventParts.Ordinal.annotate({
    description: "Counts from 1 over the whole run, resumes and retries included."
  }),
  atMs: EventParts.EpochMs,
  event: Schema.Union([RunEvent, UnknownEvent])
}).annotate({
  identifier: "EventLine",
  description: "A line after the first: one event, with the time at which it was journaled."
})

/**
 * Any line.
 *
 * @category schemas
 */
export const Line = Schema.Union([HeaderLine, EventLine])

/**
 * The JSON Schema of a line as text, draft 2020-12, the same each time.
 *
 * @category rendering
 */
export const jsonSchema = (): string =>
  JsonSchemaText.of(Line, {
    title: `Events of a Batchwave run, version ${eventVersion}`,
    description:
      "One line of `batchwave events`. Within a version, fields and events may be added: "
      + "pass over those that are not listed here."
  })
