/**
 * Holds the operation tables and schemas of the wire package against the facts of the service's own
 * description, so that a wrong path, a missing member or another enumeration value fails.
 *
 * `contract-facts.json` is made by `extractFacts.mjs` from the OpenAPI description it names.
 */
import * as ApiVersion from "@batchwave/wire/ApiVersion"
import { FilesApi } from "@batchwave/wire/FilesApi"
import { JobsApi } from "@batchwave/wire/JobsApi"
import * as Limits from "@batchwave/wire/Limits"
import { NodesApi } from "@batchwave/wire/NodesApi"
import * as OpenEnum from "@batchwave/wire/OpenEnum"
import type { Operation } from "@batchwave/wire/Operation"
import { PoolsApi } from "@batchwave/wire/PoolsApi"
import * as RequestHeaders from "@batchwave/wire/RequestHeaders"
import { TasksApi } from "@batchwave/wire/TasksApi"
import { assert, describe, it } from "@effect/vitest"
import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import { facts, type TypeFact } from "./contractFacts.ts"
import { models } from "./models.ts"

const { operations: operationFacts, definitions: definitionFacts } = facts

const operations: ReadonlyArray<Operation> = [
  ...Object.values(TasksApi),
  ...Object.values(JobsApi),
  ...Object.values(FilesApi),
  ...Object.values(PoolsApi),
  ...Object.values(NodesApi)
]

const modelNameOf = (schema: Schema.Constraint | undefined): string | undefined =>
  schema === undefined
    ? undefined
    : Object.keys(models).find((name) => models[name] === schema) ?? "an unlisted schema"

const sorted = (values: Iterable<string>): ReadonlyArray<string> => Array.from(values).toSorted()

const hasMembers = (ast: SchemaAST.AST, name: string): boolean => {
  const model = models[name]
  return model !== undefined && ast._tag === "Objects" && model.ast._tag === "Objects" &&
    ast.propertySignatures === model.ast.propertySignatures
}

const objectFact = (ast: SchemaAST.Objects): TypeFact => {
  const definition = Object.keys(models).filter((name) => hasMembers(ast, name))
  if (definition.length === 1) return { definition: definition[0] ?? "" }
  if (definition.length > 1) return { definition: definition.join(" or ") }
  const [rest] = ast.indexSignatures
  if (rest === undefined) return { definition: "an unlisted schema" }
  return rest.type._tag === "Unknown" ? { type: "object" } : { values: factOf(rest.type) }
}

/** Describes a schema in the words of the facts. */
const factOf = (ast: SchemaAST.AST): TypeFact => {
  switch (ast._tag) {
    case "String": {
      const values = OpenEnum.knownValues(ast)
      if (values !== undefined) return { enum: values }
      const format = ast.annotations?.["format"]
      return { type: "string", ...(typeof format === "string" ? { format } : {}) }
    }
    case "Number": {
      const format = String(ast.annotations?.["format"])
      return { type: format === "double" ? "number" : "integer", format }
    }
    case "Boolean":
      return { type: "boolean" }
    case "Arrays": {
      const item = ast.rest[0]
      return item === undefined ? { type: "an array of nothing" } : { items: factOf(item) }
    }
    case "Objects":
      return objectFact(ast)
    default:
      return { type: ast._tag }
  }
}

const withoutBounds = ({ maxItems: _, ...fact }: TypeFact): TypeFact => fact

const membersOf = (name: string): ReadonlyArray<SchemaAST.PropertySignature> => {
  const ast = models[name]?.ast
  return ast?._tag === "Objects" ? ast.propertySignatures : []
}

/** Members the contract requires on the way in and that the service does not send back. */
const neverTold: ReadonlySet<string> = new Set(["UserAccount.password"])

describe("wire contract", () => {
  it("speaks the version the facts were taken from", () => {
    assert.strictEqual(ApiVersion.apiVersion, facts.source.version)
  })

  it("has exactly the operations of the facts", () => {
    assert.deepStrictEqual(
      sorted(operations.map(({ operationId }) => operationId)),
      sorted(Object.keys(operationFacts))
    )
  })

  it("has all thirty-six operations, each under one name", () => {
    assert.lengthOf(operations, 36)
    assert.deepStrictEqual(
      [TasksApi, JobsApi, FilesApi, PoolsApi, NodesApi].map((api) => Object.keys(api).length),
      [9, 11, 8, 6, 2]
    )
    assert.strictEqual(new Set(operations.map(({ operationId }) => operationId)).size, 36)
  })

  it("has exactly the models of the facts", () => {
    assert.deepStrictEqual(sorted(Object.keys(models)), sorted(Object.keys(definitionFacts)))
  })

  it("takes the bounds of collections and pages from the contract", () => {
    const collection = definitionFacts["TaskAddCollectionParameter"]?.properties["value"]
    assert.strictEqual(collection?.maxItems, Limits.collectionTasks)
    const pageSizes = Object.values(operationFacts).flatMap(({ query }) =>
      query.filter(({ name }) => name === "maxresults")
    )
    assert.isAbove(pageSizes.length, 0)
    for (const pageSize of pageSizes) {
      assert.strictEqual(pageSize.default, Limits.pageItems)
      assert.strictEqual(pageSize.maximum, Limits.pageItems)
      assert.strictEqual(pageSize.minimum, Limits.pageItemsMin)
    }
  })
})

describe("wire operations", () => {
  for (const operation of operations) {
    it(`describe ${operation.operationId} as the contract does`, () => {
      const fact = operationFacts[operation.operationId]
      assert.isDefined(fact)
      const common = new Set(["api-version", "timeout"])
      const conditions: ReadonlyArray<string> = [
        RequestHeaders.names.ifMatch,
        RequestHeaders.names.ifNoneMatch,
        RequestHeaders.names.ifModifiedSince,
        RequestHeaders.names.ifUnmodifiedSince
      ]
      assert.deepStrictEqual({
        method: operation.method,
        path: operation.path,
        success: operation.success,
        absent: operation.absent,
        isRanged: operation.isRanged ?? false,
        query: sorted(operation.query),
        timeoutSecondsDefault: operation.timeoutSecondsDefault,
        conditionalHeaders: sorted(operation.conditionalHeaders),
        conditional: operation.conditional,
        request: modelNameOf(operation.request?.schema),
        requestIsRequired: operation.request?.isRequired,
        response: modelNameOf(operation.response),
        responseHeaders: sorted(operation.responseHeaders),
        isPaged: operation.isPaged
      }, {
        method: fact?.method,
        path: fact?.path,
        success: fact?.success,
        absent: fact?.others?.[0],
        isRanged: fact?.headers.includes(RequestHeaders.names.range),
        query: sorted(
          fact?.query.map(({ name }) => name).filter((name) => !common.has(name)) ?? []
        ),
        timeoutSecondsDefault: fact?.query.find(({ name }) => name === "timeout")?.default,
        conditionalHeaders: sorted(
          fact?.headers.filter((name) => conditions.includes(name)) ?? []
        ),
        conditional: conditions.every((name) => fact?.headers.includes(name)),
        request: fact?.request?.definition,
        requestIsRequired: fact?.request?.required,
        response: fact?.response,
        responseHeaders: sorted(fact?.responseHeaders ?? []),
        isPaged: fact?.isPaged
      })
    })
  }
})

describe("wire models", () => {
  for (const [name, fact] of Object.entries(definitionFacts)) {
    it(`give ${name} the members, types and enumeration values of the contract`, () => {
      assert.deepStrictEqual(
        Object.fromEntries(
          membersOf(name).map((member) => [String(member.name), factOf(member.type)])
        ),
        Object.fromEntries(
          Object.entries(fact.properties).map(([key, type]) => [key, withoutBounds(type)])
        )
      )
    })

    it(`require of ${name} exactly what the contract requires`, () => {
      assert.deepStrictEqual(
        sorted(
          membersOf(name).flatMap((member) =>
            member.type.context?.isOptional === true ? [] : [String(member.name)]
          )
        ),
        sorted(fact.required.filter((member) => !neverTold.has(`${name}.${member}`)))
      )
    })
  }
})
