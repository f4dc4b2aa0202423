/**
 * What `--json` of `plan --cache` and of `gc --cache` prints, as schemas. `Agreement` does not compile when
 * they differ from the types.
 */
import type { Pruned } from "@batchwave/engine/ResultCache"
import * as Schema from "effect/Schema"
import type { CacheVerdict } from "../command/CacheCommand.ts"
import * as JsonSchemaText from "./JsonSchemaText.ts"
import { Count, openness } from "./ReportParts.ts"
import type { Complete, Within } from "./SameType.ts"

/**
 * Which nodes would take their result from the cache.
 *
 * @category schemas
 */
export const Verdicts = Schema.Array(
  Schema.Union([
    Schema.Struct({
      node: Schema.String,
      verdict: Schema.Literal("cached"),
      from: Schema.String.annotate({ description: "The run that made the result." })
    }),
    Schema.Struct({
      node: Schema.String,
      verdict: Schema.Literals(["runs", "unknown"]).annotate({
        description: "`unknown` when it depends on what other nodes leave behind."
      }),
      reason: Schema.String
    })
  ]).annotate({ identifier: "CacheVerdict", description: "What would become of one node." })
)

/**
 * What was removed.
 *
 * @category schemas
 */
export const Removed = Schema.Struct({
  entries: Count.annotate({ description: "Results." }),
  files: Count.annotate({ description: "Files that no result needs any more." }),
  bytes: Count
})

/**
 * The JSON Schema of the verdicts as text.
 *
 * @category rendering
 */
export const verdictsJsonSchema = (): string =>
  JsonSchemaText.of(Verdicts, {
    title: "What a Batchwave pipeline would take from the cache",
    description: `What \`batchwave plan --cache --json\` prints. ${openness}`
  })

/**
 * The JSON Schema of what was removed as text.
 *
 * @category rendering
 */
export const removedJsonSchema = (): string =>
  JsonSchemaText.of(Removed, {
    title: "Results that were removed from the cache of Batchwave",
    description: `What \`batchwave gc --cache --json\` prints. ${openness}`
  })

type Judged = typeof Verdicts.Type

type Printed = ReadonlyArray<CacheVerdict>

/**
 * The types and the schemas are the same.
 *
 * @internal
 */
export type Agreement = readonly [
  Within<Printed, Judged>,
  Within<Judged, Printed>,
  Within<Complete<Printed>, Complete<Judged>>,
  Within<Complete<Judged>, Complete<Printed>>,
  Within<Pruned, typeof Removed.Type>,
  Within<typeof Removed.Type, Pruned>
]
