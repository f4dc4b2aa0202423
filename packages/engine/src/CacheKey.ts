/**
 * The key of a node's result: a digest of everything that makes it.
 *
 * K1 What counts: the command, the values in it, the inputs, the contents of staged files and where
 *    they are staged, the environment settings, the declared outputs, the author's version, and
 *    where it runs (this machine, or which pool of which account).
 * K2 What does not count: names of nodes and pipelines, slots, limits, policies, trigger rules,
 *    priorities, and how often it was tried. They change whether and when it succeeds, not what it
 *    makes.
 * K3 Each part is digested by itself, so that two keys can be told apart by name.
 */
import type { Json, WorkflowNode } from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import { hash } from "node:crypto"
import type { ArtifactFailed } from "./EngineError.ts"
import * as TaskInputs from "./TaskInputs.ts"

/**
 * One part, by a name for people: `command`, `argument 2`, `input rows`, `file data.csv`,
 * `environment LANG`, `outputs`, `version`, `place`.
 *
 * @category models
 */
export interface KeyPart {
  readonly name: string
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string
}

/**
 * A key with its parts, by name in order.
 *
 * @category models
 */
export interface CacheKey {
  readonly key: string
  readonly parts: ReadonlyArray<KeyPart>
}

/**
 * What a key is made from besides the node.
 *
 * @category models
 */
export interface KeyContext extends TaskInputs.InputContext {
  /** Where the command runs. */
  readonly place: string
  readonly localDigest: (path: string) => Effect.Effect<string, ArtifactFailed>
  readonly artifactDigest: (key: string) => Effect.Effect<string, ArtifactFailed>
}

/**
 * Makes the key of a node whose parents have settled. Fails when a file cannot be read.
 *
 * @category constructors
 */
export const make: (
  context: KeyContext,
  node: WorkflowNode
) => Effect.Effect<CacheKey, ArtifactFailed> = Effect.fnUntraced(function*(context, node) {
  const parts: Array<KeyPart> = []
  const add = (name: string, value: Json): void => {
    parts.push({ name, digest: hash("sha256", canonical(value)) })
  }
  let argument = 0
  const command: Array<Json> = []
  for (const part of node.command) {
    if (part._tag === "Text") command.push({ text: part.text })
    else if (part._tag === "File") command.push({ file: part.path })
    else {
      command.push({ argument: ++argument })
      add(`argument ${argument}`, TaskInputs.valueOf(context, part.from, part.path))
    }
  }
  add("command", command)
  for (const [name, value] of Object.entries(TaskInputs.resolve(context, node) ?? {})) {
    add(`input ${name}`, value)
  }
  for (const file of node.files) {
    if (TaskInputs.isMissing(context, node, file)) continue
    const digest = file.source._tag === "Local"
      ? yield* context.localDigest(file.source.path)
      : yield* context.artifactDigest(yield* TaskInputs.artifactKey(context, file.source.from))
    parts.push({ name: `file ${file.path}`, digest })
  }
  for (const [name, value] of Object.entries(node.environment)) add(`environment ${name}`, value)
  add("outputs", node.outputs.map(({ _tag, name, path }) => ({ _tag, name, path })))
  add("version", node.cache?.version ?? null)
  add("place", context.place)
  parts.sort((left, right) => left.name < right.name ? -1 : 1)
  return {
    key: hash("sha256", JSON.stringify([1, parts.map(({ digest, name }) => [name, digest])])),
    parts
  }
})

/**
 * The names of the parts in which two keys differ, in order.
 *
 * @category queries
 */
export const differing = (
  left: ReadonlyArray<KeyPart>,
  right: ReadonlyArray<KeyPart>
): ReadonlyArray<string> => {
  const digests = new Map(left.map(({ digest, name }) => [name, digest]))
  const names: Array<string> = []
  for (const { digest, name } of right) {
    if (digests.get(name) !== digest) names.push(name)
    digests.delete(name)
  }
  return [...names, ...digests.keys()].toSorted()
}

/** The order of the fields of an object does not count. */
const canonical = (value: Json): string =>
  JSON.stringify(
    value,
    (_name, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(
          Object.entries(member).toSorted((left, right) => left[0] < right[0] ? -1 : 1)
        )
        : member
  )

/**
 * Where a run's commands run: on this machine, whatever serves them there, or in a pool.
 *
 * @category conversions
 */
export const placeOf = (endpoint: string, poolId: string): string => {
  const { hostname } = URL.canParse(endpoint) ? new URL(endpoint) : { hostname: endpoint }
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.")
    ? localPlace
    : `${endpoint.replace(/\/+$/, "").toLowerCase()} ${poolId}`
}

/**
 * The place of commands that an emulator on this machine runs.
 *
 * @category constants
 */
export const localPlace = "this machine"
