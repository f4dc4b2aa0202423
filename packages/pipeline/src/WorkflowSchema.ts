/**
 * The canonical JSON form of a workflow as a schema: strict, so that a misspelt field is an error
 * and not a silent default. What a person writes may leave out what is empty (`docs/workflow.md`).
 */
import { type Condition, namedRules, parentOutcomes } from "@batchwave/core/TriggerRule"
import type {
  CommandPart,
  InputSource,
  Json,
  OutputReference,
  OutputSpec,
  StagedFile,
  Workflow,
  WorkflowNode
} from "@batchwave/core/Workflow"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sentences } from "./internal/Sentences.ts"

const Reference: Schema.Codec<OutputReference> = Schema.Struct({
  node: Schema.String,
  output: Schema.String
})

const JsonValue: Schema.Codec<Json> = Schema.Json

const path = Schema.Array(Schema.String)

const Command: Schema.Codec<CommandPart> = Schema.Union([
  Schema.Struct({ _tag: Schema.Literal("Text"), text: Schema.String }),
  Schema.Struct({ _tag: Schema.Literal("Value"), from: Reference, path }),
  Schema.Struct({ _tag: Schema.Literal("File"), path: Schema.String })
])

const Input: Schema.Codec<InputSource> = Schema.Union([
  Schema.Struct({ _tag: Schema.Literal("Literal"), value: JsonValue }),
  Schema.Struct({ _tag: Schema.Literal("Value"), from: Reference, path }),
  Schema.Struct({
    _tag: Schema.Literal("List"),
    items: Schema.Array(Schema.suspend((): Schema.Codec<InputSource> => Input))
  }),
  Schema.Struct({
    _tag: Schema.Literal("Struct"),
    fields: Schema.Record(
      Schema.String,
      Schema.suspend((): Schema.Codec<InputSource> => Input)
    )
  })
])

const Staged: Schema.Codec<StagedFile> = Schema.Struct({
  path: Schema.String,
  source: Schema.Union([
    Schema.Struct({ _tag: Schema.Literal("Local"), path: Schema.String }),
    Schema.Struct({ _tag: Schema.Literal("Output"), from: Reference })
  ])
})

const Output: Schema.Codec<OutputSpec> = Schema.Struct({
  _tag: Schema.Literals(["Json", "File"]),
  name: Schema.String,
  path: Schema.String
})

const ConditionSchema: Schema.Codec<Condition> = Schema.Union([
  Schema.Struct({
    _tag: Schema.Literal("Is"),
    node: Schema.String,
    outcomes: Schema.Array(Schema.Literals(parentOutcomes))
  }),
  Schema.Struct({
    _tag: Schema.Literals(["All", "Any"]),
    of: Schema.Array(Schema.suspend((): Schema.Codec<Condition> => ConditionSchema))
  }),
  Schema.Struct({
    _tag: Schema.Literal("Not"),
    of: Schema.suspend((): Schema.Codec<Condition> => ConditionSchema)
  })
])

const Node: Schema.Codec<WorkflowNode> = Schema.Struct({
  name: Schema.String,
  after: Schema.Array(Schema.String),
  command: Schema.Array(Command),
  inputs: Schema.Record(Schema.String, Input),
  files: Schema.Array(Staged),
  outputs: Schema.Array(Output),
  environment: Schema.Record(Schema.String, Schema.String),
  slots: Schema.Int,
  runTimeMsMax: Schema.optionalKey(Schema.Finite),
  group: Schema.optionalKey(Schema.String),
  estimateMs: Schema.optionalKey(Schema.Finite),
  when: Schema.optionalKey(Schema.Union([Schema.Literals(namedRules), ConditionSchema])),
  finalizer: Schema.optionalKey(Schema.Boolean),
  priority: Schema.optionalKey(Schema.Finite),
  pools: Schema.optionalKey(Schema.Array(Schema.String)),
  mutex: Schema.optionalKey(Schema.String),
  cache: Schema.optionalKey(Schema.Struct({ version: Schema.optionalKey(Schema.String) })),
  watch: Schema.optionalKey(Schema.Struct({
    queueMsMax: Schema.optionalKey(Schema.Finite),
    runMsMax: Schema.optionalKey(Schema.Finite),
    silenceMsMax: Schema.optionalKey(Schema.Finite),
    requeuesMax: Schema.optionalKey(Schema.Finite)
  }))
})

/**
 * The schema of a canonical workflow, version 1.
 *
 * @category schemas
 */
export const WorkflowSchema: Schema.Codec<Workflow> = Schema.Struct({
  version: Schema.Literal(1),
  name: Schema.String,
  nodes: Schema.Array(Node),
  pools: Schema.optionalKey(Schema.Record(Schema.String, Schema.Int))
})

/**
 * Decodes a canonical workflow. A node may leave out everything but its name and its command, which may
 * be one text. Unknown fields are errors. Fails with one sentence a problem, each with the path of the
 * value.
 *
 * @category decoding
 */
export const decode = (value: unknown): Result.Result<Workflow, ReadonlyArray<string>> =>
  Result.mapError(decodeStrictly(completed(value)), (error) => sentences(error.issue, "workflow"))

/** What a node has that does not say otherwise. */
const unsaid = { after: [], inputs: {}, files: [], outputs: [], environment: {}, slots: 1 }

const completed = (value: unknown): unknown =>
  isRecord(value) && Array.isArray(value["nodes"])
    ? { ...value, nodes: value["nodes"].map(completedNode) }
    : value

const completedNode = (node: unknown): unknown => {
  if (!isRecord(node)) return node
  const { command } = node
  return {
    ...unsaid,
    ...node,
    ...(typeof command === "string" ? { command: [{ _tag: "Text", text: command }] } : {})
  }
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const decodeStrictly = Schema.decodeUnknownResult(WorkflowSchema, {
  errors: "all",
  onExcessProperty: "error",
  reportInput: true
})
