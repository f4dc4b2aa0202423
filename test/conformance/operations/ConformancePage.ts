/**
 * The page of all claims, written from the data that the emulator is held to.
 */
import type { Claim, Evidence } from "./Claim.ts"
import * as Claims from "./Claims.ts"
import * as CommonClaims from "./CommonClaims.ts"
import * as Elsewhere from "./Elsewhere.ts"
import * as SpecExamples from "./SpecExamples.ts"
import * as Usual from "./Usual.ts"

const introduction = `# Conformance

What the emulator answers to each operation, situation by situation. Every row is a test over raw HTTP
(\`test/conformance/operations\`), and this page is written from the same data by
\`node test/conformance/operations/run.ts --write\`; a test checks that it is up to date.

The last column says what the row rests on:

- _recorded_: exchanges of the real service, recorded in public repositories, show it.
- _example_: an official example of the OpenAPI document shows it.
- _documented_: the OpenAPI document or the reference says so; we have not seen it.
- _reported_: users told of it in public issues.
- _never_: nothing; it is our guess, and the first thing to check on a real account.

Nothing here was run against an Azure account. Every reply also has \`request-id\` (a GUID), \`DataServiceVersion: 3.0\`,
\`Server: Microsoft-HTTPAPI/2.0\`, \`Strict-Transport-Security\`, \`X-Content-Type-Options: nosniff\` and \`Date\`. Every
refusal with a body has \`Content-Type: application/json;odata=minimalmetadata\`, \`odata.metadata\`, a code, a sentence
that is the reason phrase too, followed by the lines \`RequestId:\` and \`Time:\`, and the values named in the rows.
Replies to HEAD, and 304, have no body.
`

const header = [
  "| answers | when | body | headers | rests on |",
  "| --- | --- | --- | --- | --- |"
]

/** The text of the page. */
export const page = (): string =>
  [
    introduction,
    summary(),
    "",
    "## Operations alike",
    "",
    ...commonGroups(),
    ...Claims.operations.flatMap(sectionOf),
    "## Codes of no operation",
    "",
    "These are answered too, and tested elsewhere.",
    "",
    "| code | when | test |",
    "| --- | --- | --- |",
    ...Elsewhere.codes.map(({ code, test, when }) =>
      lineOf([`\`${code}\``, when, `[${test.split("/").at(-1) ?? ""}](../${test})`])
    ),
    "",
    "## Official examples",
    "",
    SpecExamples.words,
    "",
    "| operation | example | replayed |",
    "| --- | --- | --- |",
    ...SpecExamples.examples.map(({ name, operation, verdict }) =>
      lineOf([`\`${operation}\``, name, verdict === undefined ? "yes" : verdict])
    ),
    ""
  ].join("\n")

const kinds: ReadonlyArray<Evidence> = ["recorded", "example", "documented", "reported", "never"]

const summary = (): string => {
  const all = Claims.operations.flatMap(Claims.ofOperation)
  const counts = kinds.map((kind) =>
    `${all.filter(({ evidence }) => evidence === kind).length} ${kind}`
  )
  return `${all.length} claims about ${Claims.operations.length} operations: ${counts.join(", ")}.`
}

const commonGroups = (): ReadonlyArray<string> => {
  const whose = [...new Set(CommonClaims.claims.map((common) => common.whose))]
  return whose.flatMap((group) => {
    const members = CommonClaims.claims.filter((common) => common.whose === group)
    const rows = members.map(({ claim }) => rowOf(claim))
    return ["### Of " + shortened(group), ""].concat(
      group.length > titleMax ? [...wrapped(`Of ${group}.`), ""] : [],
      header,
      rows,
      [""]
    )
  })
}

const titleMax = 80

const shortened = (group: string): string =>
  group.length > titleMax ? "operations that were recorded" : group

const sectionOf = (operation: string): ReadonlyArray<string> => {
  const { carries, headers, method, path, success } = Usual.callOf(operation)
  const own = Claims.own.filter((claim) => claim.operation === operation)
  const told = headers.length === 0
    ? ""
    : `, with ${headers.map((name) => `\`${name}\``).join(", ")}`
  const sentence = `\`${method} ${
    path.replaceAll("$", "")
  }\` answers ${success} and carries ${carries}${told}.`
  return [
    `## ${operation}`,
    "",
    ...wrapped(sentence),
    "",
    ...(own.length === 0 ? [] : [...header, ...own.map((claim) => rowOf(claim)), ""])
  ]
}

const rowOf = ({ afterwards, evidence, reply, when }: Omit<Claim, "operation" | "given">): string =>
  lineOf([
    reply.status === 0
      ? "success"
      : [String(reply.status), reply.code === undefined ? "" : `\`${reply.code}\``].join(" ")
        .trim(),
    when,
    [bodyOf(reply), afterwards === undefined ? "" : "then " + afterOf(afterwards)]
      .filter((text) => text !== "").join("; "),
    Object.entries(reply.headers ?? {}).map(([name, value]) =>
      value === "" ? `no \`${name}\`` : `\`${name}\``
    ).join(", "),
    evidence
  ])

const bodyOf = ({ body, text, values }: Claim["reply"]): string => {
  if (values !== undefined) return Object.keys(values).join(", ")
  if (text !== undefined) return `\`${text.replaceAll("\n", "\\n")}\``
  return body === undefined ? "" : membersOf(body)
}

const afterOf = ({ body, status = 200 }: NonNullable<Claim["afterwards"]>): string => {
  const members = body === undefined ? "" : membersOf(body)
  return status === 200 ? members : `${status} ${members}`
}

const membersMax = 6

const membersOf = (body: Readonly<Record<string, unknown>>): string => {
  const all = Object.entries(body).filter(([name]) => name !== "odata.metadata")
  const texts = all.map(([name, value]) => {
    if (value === null) return `no ${name}`
    const isWord = typeof value === "string" && value !== "*" && !value.startsWith("$")
    return isWord || typeof value === "number" || typeof value === "boolean"
      ? `${name} ${value}`
      : name
  })
  const rest = texts.length - membersMax
  return rest > 0 ? `${texts.slice(0, membersMax).join(", ")} and ${rest} more` : texts.join(", ")
}

const lineOf = (cells: ReadonlyArray<string>): string =>
  `| ${cells.map((cell) => (cell === "" ? "–" : cell.replaceAll("|", "\\|"))).join(" | ")} |`

const columnsMax = 118

/** Breaks a sentence where a line of a document ends. */
const wrapped = (sentence: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < columnsMax) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}

/** The lines of a page without what a formatter may change: padding, rules and empty lines. */
export const normalised = (text: string): ReadonlyArray<string> =>
  text.split("\n")
    .map((line) => line.replace(/-{2,}/g, "-").replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
