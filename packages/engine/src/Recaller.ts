/**
 * Looks for the results of nodes in the cache, and keeps new ones there.
 *
 * R1 Every node asked for is answered: `CacheHit` or `CacheMissed`. A cache that fails is a miss.
 * R2 A result is kept only under the key that was looked for before its task was planned, and only
 *    if the key is still the same when the task has ended: what was read meanwhile has not changed.
 * R3 A hit is checked like what a task leaves behind, and its files are in the run's own store
 *    before it is told.
 *
 * @internal
 */
import type { ExternalEvent, TaskReference } from "@batchwave/core/RunEvent"
import type { Json, WorkflowNode } from "@batchwave/core/Workflow"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { basename } from "node:path"
import { keyOf } from "./ArtifactKey.ts"
import * as CacheKey from "./CacheKey.ts"
import { type ArtifactFailed, CacheFailed } from "./EngineError.ts"
import * as FileDigests from "./FileDigests.ts"
import * as OutputValue from "./OutputValue.ts"
import type { CachedOutput, CacheEntry, ResultCacheShape } from "./ResultCache.ts"
import type { RunContext } from "./RunContext.ts"

/** How many earlier results of a node a miss is compared with. */
const comparedMax = 20

/** Parts that a reason names. */
const partsMax = 5

/**
 * Looks for the results of nodes that have not run yet, and answers each.
 *
 * @internal
 */
export const recall: (
  context: RunContext,
  nodes: ReadonlyArray<number>
) => Effect.Effect<void> = Effect.fn("Recaller.recall")(function*(context, nodes) {
  yield* Effect.forEach(
    nodes,
    (node) => Effect.flatMap(answerOf(context, node), (event) => Queue.offer(context.inbox, event)),
    { discard: true }
  )
})

const answerOf = (context: RunContext, node: number): Effect.Effect<ExternalEvent> => {
  const { cache } = context
  if (cache === undefined) {
    return Effect.succeed({ _tag: "CacheMissed", node, reason: "the cache is off" })
  }
  return lookUp(context, cache, node).pipe(
    Effect.catch(({ message }) =>
      Effect.succeed<ExternalEvent>({ _tag: "CacheMissed", node, reason: message })
    )
  )
}

const lookUp: (
  context: RunContext,
  cache: ResultCacheShape,
  node: number
) => Effect.Effect<ExternalEvent, ArtifactFailed | CacheFailed> = Effect.fnUntraced(
  function*(context, cache, node) {
    const authored = context.plan.workflow.nodes[node]!
    const made = yield* CacheKey.make(keyContext(context), authored)
    const { key } = made
    if (context.state.cacheRefused.has(node)) {
      return { _tag: "CacheMissed", node, key, reason: "somebody asked for it to run again" }
    }
    const nowMs = yield* Clock.currentTimeMillis
    const missed = (reason: string): ExternalEvent => ({ _tag: "CacheMissed", node, key, reason })
    return yield* cache.find(key, nowMs).pipe(
      Effect.flatMap((entry): Effect.Effect<ExternalEvent, ArtifactFailed | CacheFailed> =>
        entry === undefined
          ? Effect.map(
            nearest(cache, context.header.pipeline, authored.name, made),
            (difference) => ({ ...difference, _tag: "CacheMissed", node, key })
          )
          : Effect.map(restore(context, cache, authored, entry), (outputs) => ({
            _tag: "CacheHit",
            node,
            key,
            from: entry.from,
            madeAtMs: entry.madeAtMs,
            outputs
          }))
      ),
      Effect.catch(({ message }) => Effect.succeed(missed(message)))
    )
  }
)

/**
 * How a key differs from that of the nearest earlier result of its node.
 *
 * @internal
 */
export const nearest: (
  cache: ResultCacheShape,
  pipeline: string,
  node: string,
  made: CacheKey.CacheKey
) => Effect.Effect<
  { readonly reason: string; readonly differing?: ReadonlyArray<string> },
  CacheFailed
> = Effect.fnUntraced(function*(cache, pipeline, node, made) {
  const entries = yield* cache.latest(pipeline, node, comparedMax)
  let best: { readonly entry: CacheEntry; readonly names: ReadonlyArray<string> } | undefined
  for (const entry of entries) {
    const names = CacheKey.differing(entry.parts, made.parts)
    if (best === undefined || names.length < best.names.length) best = { entry, names }
  }
  if (best === undefined) return { reason: "it has no result of this node yet" }
  const { entry, names } = best
  const shown = names.slice(0, partsMax).join(", ")
  const more = names.length > partsMax ? ` and ${names.length - partsMax} more` : ""
  return {
    reason: `${names.length === 1 ? "one part differs" : `${names.length} parts differ`} `
      + `from run ${entry.from}: ${shown}${more}`,
    differing: names
  }
})

/** The outputs of a kept result, with its files in the store of this run. */
const restore = Effect.fnUntraced(function*(
  context: RunContext,
  cache: ResultCacheShape,
  node: WorkflowNode,
  entry: CacheEntry
) {
  const outputs: Array<readonly [name: string, value: Json]> = []
  for (const { name } of node.outputs) {
    const kept = entry.outputs[name]
    if (kept === undefined) {
      return yield* new CacheFailed({ message: `the kept result lacks the output "${name}"` })
    }
    if (kept._tag === "Json") {
      const checked = context.definition.checkKept(node.name, name, kept.value)
      if (checked._tag === "Invalid") {
        const problems = checked.problems.join("; ")
        return yield* new CacheFailed({
          message: `the kept output "${name}" does not fit any more: ${problems}`
        })
      }
      outputs.push([name, checked.value])
    } else {
      const key = yield* context.store.putFile(yield* cache.fileOf(kept))
      context.digests.artifacts.set(key, kept.digest)
      outputs.push([name, OutputValue.file(key)])
    }
  }
  return Object.fromEntries(outputs)
})

/**
 * Keeps the outputs of a task that ended well, if its node is cached; answers what came of it.
 *
 * @internal
 */
export const keep = (
  context: RunContext,
  task: TaskReference,
  outputs: { readonly [name: string]: Json }
): Effect.Effect<ReadonlyArray<ExternalEvent>> => {
  const { cache, plan, state } = context
  if (cache === undefined || plan.traits.cached?.[task.node] !== 1) return Effect.succeed([])
  const answer = state.cacheAnswers.get(task.node)
  const key = answer?._tag === "Miss" ? answer.key : undefined
  const notStored = (reason: string): ReadonlyArray<ExternalEvent> => [
    { _tag: "CacheNotStored", task, reason }
  ]
  if (key === undefined) {
    return Effect.succeed(notStored("it was not looked for before it ran, so its key is not known"))
  }
  return store(context, cache, task, outputs, key).pipe(
    Effect.map((problem): ReadonlyArray<ExternalEvent> =>
      problem === undefined ? [{ _tag: "CacheStored", task, key }] : notStored(problem)
    ),
    Effect.catch(({ message }) => Effect.succeed(notStored(message)))
  )
}

/** Answers why it was not kept, or nothing. */
const store = Effect.fn("Recaller.keep")(function*(
  context: RunContext,
  cache: ResultCacheShape,
  task: TaskReference,
  outputs: { readonly [name: string]: Json },
  key: string
) {
  const node = context.plan.workflow.nodes[task.node]!
  const made = yield* CacheKey.make(keyContext(context), node)
  if (made.key !== key || !(yield* isAsStaged(context, node))) {
    return "what it was made from has changed since it was looked for"
  }
  const kept: Array<readonly [name: string, output: CachedOutput]> = []
  for (const [name, value] of Object.entries(outputs)) {
    const artifact = OutputValue.keyOf(value)
    kept.push([
      name,
      artifact === undefined
        ? { _tag: "Json", value }
        : yield* cache.keepFile(yield* context.store.locate(artifact))
    ])
  }
  yield* cache.put({
    ...made,
    pipeline: context.header.pipeline,
    node: node.name,
    outputs: Object.fromEntries(kept),
    from: context.header.runId,
    madeAtMs: yield* Clock.currentTimeMillis
  })
  return undefined
})

/** Whether the local files that this process gave the task are those of the key. */
const isAsStaged = Effect.fnUntraced(function*(context: RunContext, node: WorkflowNode) {
  for (const { source } of node.files) {
    if (source._tag !== "Local") continue
    const staged = context.localKeys.get(source.path)
    if (staged === undefined) continue
    const digest = yield* FileDigests.ofFile(context.digests, source.path)
    if (staged !== keyOf(digest, basename(source.path))) return false
  }
  return true
})

const keyContext = (context: RunContext): CacheKey.KeyContext => ({
  plan: context.plan,
  state: context.state,
  place: CacheKey.placeOf(context.header.endpoint, context.header.poolId),
  localDigest: (path) => FileDigests.ofFile(context.digests, path),
  artifactDigest: (key) => {
    const known = context.digests.artifacts.get(key)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.tap(
      Effect.flatMap(
        context.store.locate(key),
        (path) => FileDigests.ofFile(context.digests, path)
      ),
      (digest) => Effect.sync(() => context.digests.artifacts.set(key, digest))
    )
  }
})
