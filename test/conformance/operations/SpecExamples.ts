/**
 * The official examples of the operations, with what becomes of them here.
 *
 * `spec-examples.json` is made by `extractExamples.mjs` from the OpenAPI description it names.
 */
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import type { Given } from "./Claim.ts"
import * as Usual from "./Usual.ts"

const Example = Schema.Struct({
  operation: Schema.String,
  name: Schema.String,
  path: Schema.Record(Schema.String, Schema.Unknown),
  query: Schema.Record(Schema.String, Schema.Unknown),
  body: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
  status: Schema.Int,
  /** The paths of the members of the reply. */
  members: Schema.Array(Schema.String)
})

const File = Schema.Struct({
  source: Schema.Struct({ version: Schema.String }),
  examples: Schema.Array(Example)
})

const file = Schema.decodeUnknownSync(Schema.fromJsonString(File))(
  readFileSync(new URL("spec-examples.json", import.meta.url), "utf8")
)

/** An example and how it is replayed. */
export interface SpecExample {
  readonly operation: string
  readonly name: string
  readonly query: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly status: number
  readonly members: ReadonlyArray<string>
  readonly given: Given
  /** The body of the add of the pool that is read, where it is not the usual one. */
  readonly pool: Readonly<Record<string, unknown>> | undefined
  /** Why it is refused here. */
  readonly verdict: string | undefined
}

/** What the page says of the examples. */
export const words =
  `The ${file.examples.length} official examples are replayed: the request is sent with the ids of what the test made,
and must be answered with the status of the example, and with its members. Members that an example tells of things
the emulator does not have are listed, with the reason, in \`test/conformance/operations/SpecExamples.ts\`.`

/** Situations other than the usual ones. */
const givens: Readonly<Record<string, Given>> = {
  "Job get": "a completed job",
  "Job patch": "a disabled job",
  "Add a task with exit conditions": "a job that acts on failures",
  "Task list subtasks": "a multi-instance task",
  "Job list preparation and release task status": "a job whose release ran",
  "Task get": "a multi-instance task",
  "Task list": "a task that failed"
}

const containers = "refused: no containers"

const verdicts: Readonly<Record<string, string>> = {
  "Add a complex job": "refused: no auto pools",
  "Add a task with container settings": containers,
  "Add a VirtualMachineConfiguration pool with containers": containers,
  "Add a VirtualMachineConfiguration pool with extensions":
    "refused: its settings are a text, and the schema wants an object",
  "Add a pool with mount drive specified": "refused: no mounted file systems"
}

/** The examples of an add whose pool the example of a read shows. */
const additions: Readonly<Record<string, string>> = {
  "Get a pool with AcceleratedNetworking": "Add a pool with accelerated networking",
  "Get a VirtualMachineConfiguration pool with SecurityProfile": "Add a pool with SecurityProfile",
  "Get a VirtualMachineConfiguration pool with UpgradePolicy": "Add a pool with UpgradePolicy",
  "Get a VirtualMachineConfiguration pool with ServiceArtifactReference":
    "Add a VirtualMachineConfiguration pool with ServiceArtifactReference",
  "Add a VirtualMachineConfiguration pool with OS disk":
    "Add a VirtualMachineConfiguration pool with OS disk",
  "Pool list": "Add a CloudServiceConfiguration pool"
}

const poolOf = (name: string): SpecExample["body"] =>
  file.examples.find((example) =>
    example.operation === "Pool_Add" && example.name === additions[name]
  )?.body

/** All examples. */
export const examples: ReadonlyArray<SpecExample> = file.examples.map(
  ({ body, members, name, operation, query, status }) => {
    const isAdd = operation === "Pool_Add"
    return {
      operation,
      name,
      query,
      body,
      status,
      members,
      given: givens[name] ?? Usual.callOf(operation).given,
      pool: isAdd ? undefined : poolOf(name),
      verdict: operation === "Pool_Get" ? undefined : verdicts[name]
    }
  }
)

/** A reason why members of an example are not in a reply. */
export interface Absence {
  readonly members: RegExp
  readonly reason: string
}

/** The members that examples show and the emulator has nothing to tell of. */
export const absences: ReadonlyArray<Absence> = [
  { members: /creationTime$/, reason: "files of Linux nodes have no time of creation" },
  {
    members: /^value\[\]\.properties/,
    reason: "the root of a node has directories only, which have no properties"
  },
  { members: /(?:^|\.)startTask(?:Info)?(?:\.|$)/, reason: "pools with a start task are refused" },
  { members: /(?:^|\.)nodeAgentInfo(?:\.|$)/, reason: "there is no node agent" },
  { members: /NodeCommunicationMode$/, reason: "nodes are told nothing by the service" },
  { members: /\.(?:osVersion|dynamicVNetAssignmentScope)$/, reason: "the add did not name it" },
  { members: /^odata\.nextLink$/, reason: "all is on one page" },
  {
    members: /^virtualMachineConfiguration\.(?:imageReference\.version|extensions)/,
    reason: "the pool was made without"
  }
]
