/**
 * Extracts the official examples of the operations from the OpenAPI description of the service, and
 * prints them as JSON: what each asks, its status, and the members of its reply, no values of them.
 *
 *     node extractExamples.mjs BatchService.json > spec-examples.json
 */
import { readFileSync } from "node:fs"

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error("Give the path of the OpenAPI description.")
const description = JSON.parse(readFileSync(path, "utf8"))

const parameterOf = (parameter) =>
  parameter.$ref === undefined
    ? parameter
    : description.parameters[parameter.$ref.split("/").at(-1)]

/** The paths of all members, with `[]` for what is in a list. */
const membersOf = (value, prefix = "") => {
  if (Array.isArray(value)) return value.flatMap((item) => membersOf(item, `${prefix}[]`))
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const at = prefix === "" ? name : `${prefix}.${name}`
    return [at].concat(membersOf(member, at))
  })
}

const examples = []

for (const methods of Object.values(description.paths)) {
  for (const operation of Object.values(methods)) {
    const parameters = (operation.parameters ?? []).map(parameterOf)
    for (const [name, example] of Object.entries(operation["x-ms-examples"] ?? {})) {
      const inside = (place) =>
        Object.fromEntries(
          parameters
            .filter((parameter) => parameter.in === place && parameter.name in example.parameters)
            .map((parameter) => [parameter.name, example.parameters[parameter.name]])
        )
      const body = parameters.find((parameter) => parameter.in === "body")
      const [status, reply] = Object.entries(example.responses).find(([code]) => code < "300")
      examples.push({
        operation: operation.operationId,
        name,
        path: inside("path"),
        query: inside("query"),
        ...(body === undefined ? {} : { body: example.parameters[body.name] }),
        status: Number(status),
        members: [...new Set(membersOf(reply.body))].toSorted((
          left,
          right
        ) => (left < right ? -1 : 1))
      })
    }
  }
}

const { path: file, repo, upstreamCommit } = description.info["x-trimmed-from"] ?? {}
const source = {
  title: description.info.title,
  version: description.info.version,
  ...(repo === undefined ? {} : { repository: repo, path: file, commit: upstreamCommit })
}
process.stdout.write(`${JSON.stringify({ source, examples }, undefined, 2)}\n`)
