/**
 * Which nodes of a plan would take their results from the cache, without running anything.
 *
 * A node whose inputs only a run can tell is not guessed at.
 */
import type { Definition } from "@batchwave/core/Definition"
import type { Plan } from "@batchwave/core/Plan"
import { type Json, references, ruleOf, type WorkflowNode } from "@batchwave/core/Workflow"
import * as Effect from "effect/Effect"
import * as CacheKey from "./CacheKey.ts"
import type { ArtifactFailed, CacheFailed } from "./EngineError.ts"
import * as FileDigests from "./FileDigests.ts"
import * as OutputValue from "./OutputValue.ts"
import { nearest } from "./Recaller.ts"
import type { CacheEntry, ResultCacheShape } from "./ResultCache.ts"

/**
 * What would become of one node.
 *
 * - `Cached`: its result is that of the run `from`.
 * - `Runs`: `reason` says why it is not in the cache, or that the node is not cached at all.
 * - `Unknown`: it depends on what other nodes leave behind.
 *
 * @category models
 */
export type Verdict =
  | { readonly _tag: "Cached"; readonly node: string; readonly from: string }
  | { readonly _tag: "Runs" | "Unknown"; readonly node: string; readonly reason: string }

/**
 * Looks up every node, parents before children. Fails when the cache cannot be read.
 *
 * @category operations
 */
export const make: (
  cache: ResultCacheShape,
  definition: Definition,
  plan: Plan,
  place: string
) => Effect.Effect<ReadonlyArray<Verdict>, CacheFailed> = Effect.fn("CachePreview.make")(
  function*(cache, definition, plan, place) {
    const outputs = new Map<number, { readonly [name: string]: Json }>()
    const digests = FileDigests.make()
    const context: CacheKey.KeyContext = {
      plan,
      state: { outputs },
      place,
      localDigest: (path) => FileDigests.ofFile(digests, path),
      artifactDigest: (key) => Effect.succeed(key)
    }
    const verdicts: Array<Verdict> = []
    for (const index of plan.order) {
      const node = plan.workflow.nodes[index]!
      const found = yield* lookUp(cache, context, node).pipe(
        Effect.catchTag("ArtifactFailed", ({ message }) => Effect.succeed(message))
      )
      if (typeof found !== "string" && "key" in found) {
        const kept = outputsOf(definition, node, found)
        if (typeof kept !== "string") outputs.set(index, kept)
        verdicts.push(
          typeof kept === "string"
            ? { _tag: "Runs", node: node.name, reason: kept }
            : { _tag: "Cached", node: node.name, from: found.from }
        )
      } else if (typeof found === "string") {
        verdicts.push({ _tag: "Runs", node: node.name, reason: found })
      } else verdicts.push({ _tag: "Unknown", node: node.name, reason: found.unknown })
    }
    return verdicts
  }
)

const lookUp: (
  cache: ResultCacheShape,
  context: CacheKey.KeyContext,
  node: WorkflowNode
) => Effect.Effect<
  CacheEntry | { readonly unknown: string } | string,
  CacheFailed | ArtifactFailed
> = Effect.fnUntraced(function*(cache, context, node) {
  const { plan, state } = context
  if (plan.traits.cached?.[plan.indexOf(node.name) ?? -1] !== 1) return "it is not cached"
  const unknown = references(node).find((from) =>
    state.outputs.get(plan.indexOf(from.node) ?? -1) === undefined
  )
  if (unknown !== undefined) return { unknown: `it reads what "${unknown.node}" leaves behind` }
  if (ruleOf(node) !== "allSucceeded" && node.after.length > 0) {
    return { unknown: "its trigger rule depends on how others end" }
  }
  const made = yield* CacheKey.make(context, node)
  const entry = yield* cache.find(made.key)
  return entry ?? (yield* nearest(cache, plan.workflow.name, node.name, made)).reason
})

/** The outputs by name, files by their digests; or why they do not do. */
const outputsOf = (
  definition: Definition,
  node: WorkflowNode,
  entry: CacheEntry
): { readonly [name: string]: Json } | string => {
  const outputs: Array<readonly [name: string, value: Json]> = []
  for (const { name } of node.outputs) {
    const kept = entry.outputs[name]
    if (kept === undefined) return `the kept result lacks the output "${name}"`
    if (kept._tag === "File") outputs.push([name, OutputValue.file(kept.digest)])
    else {
      const checked = definition.checkKept(node.name, name, kept.value)
      if (checked._tag === "Invalid") {
        return `the kept output "${name}" does not fit any more: ${checked.problems.join("; ")}`
      }
      outputs.push([name, checked.value])
    }
  }
  return Object.fromEntries(outputs)
}
