/**
 * Extracts the facts of the Batch service contract that the wire package must agree with from the
 * OpenAPI description of the service, and prints them as JSON: names, codes and types, no prose.
 *
 *     node extractFacts.mjs BatchService.json > contract-facts.json
 */
import { readFileSync } from "node:fs"

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error("Give the path of the OpenAPI description.")
const description = JSON.parse(readFileSync(path, "utf8"))

const nameOf = (reference) => reference.split("/").at(-1)

const parameterOf = (parameter) =>
  parameter.$ref === undefined ? parameter : description.parameters[nameOf(parameter.$ref)]

const typeOf = (property) => {
  if (property.$ref !== undefined) {
    const name = nameOf(property.$ref)
    const values = description.definitions[name].enum
    return values === undefined ? { definition: name } : { enum: values }
  }
  if (property.type === "array") {
    return {
      items: typeOf(property.items),
      ...(property.maxItems === undefined ? {} : { maxItems: property.maxItems })
    }
  }
  if (property.enum !== undefined) return { enum: property.enum }
  if (property.additionalProperties !== undefined) {
    return { values: typeOf(property.additionalProperties) }
  }
  return {
    type: property.type,
    ...(property.format === undefined ? {} : { format: property.format })
  }
}

const definitions = {}

const visit = (name) => {
  if (name in definitions) return
  const definition = description.definitions[name]
  definitions[name] = {}
  definitions[name] = {
    required: definition.required ?? [],
    properties: Object.fromEntries(
      Object.entries(definition.properties).map(([key, property]) => [key, typeOf(property)])
    )
  }
  for (const type of Object.values(definitions[name].properties)) {
    const inner = type.items ?? type.values ?? type
    if (inner.definition !== undefined) visit(inner.definition)
  }
}

const operations = {}

for (const [template, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const parameters = (operation.parameters ?? []).map(parameterOf)
    const inside = (place) => parameters.filter((parameter) => parameter.in === place)
    const answers = Object.entries(operation.responses).filter(([code]) => code !== "default")
    const [status, success] = answers.find(([code]) => code.startsWith("2"))
    const others = answers.filter(([code]) => code !== status).map(([code]) => Number(code))
    const body = inside("body")[0]
    const responseName = success.schema?.$ref === undefined
      ? undefined
      : nameOf(success.schema.$ref)
    if (body !== undefined) visit(nameOf(body.schema.$ref))
    if (responseName !== undefined) visit(responseName)
    operations[operation.operationId] = {
      method: method.toUpperCase(),
      path: template,
      success: Number(status),
      ...(others.length === 0 ? {} : { others }),
      query: inside("query").map(({ name, default: value, minimum, maximum }) => ({
        name,
        default: value,
        minimum,
        maximum
      })),
      headers: inside("header").map(({ name }) => name),
      request: body === undefined
        ? undefined
        : { definition: nameOf(body.schema.$ref), required: body.required === true },
      response: responseName,
      responseHeaders: Object.keys(success.headers ?? {}),
      isPaged: operation["x-ms-pageable"]?.nextLinkName === "odata.nextLink"
    }
  }
}
visit("BatchError")

const byName = (record) =>
  Object.fromEntries(Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1)))

const { repo, path: file, upstreamCommit } = description.info["x-trimmed-from"] ?? {}
const facts = {
  source: {
    title: description.info.title,
    version: description.info.version,
    ...(repo === undefined ? {} : { repository: repo, path: file, commit: upstreamCommit })
  },
  operations: byName(operations),
  definitions: byName(definitions)
}
process.stdout.write(`${JSON.stringify(facts, undefined, 2)}\n`)
