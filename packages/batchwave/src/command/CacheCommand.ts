/**
 * What the cache of results holds for a plan (`batchwave plan --cache`), and its cleaning
 * (`batchwave gc --cache`).
 */
import type { Definition } from "@batchwave/core/Definition"
import type { Plan } from "@batchwave/core/Plan"
import * as CacheKey from "@batchwave/engine/CacheKey"
import * as CachePreview from "@batchwave/engine/CachePreview"
import * as DirectoryCache from "@batchwave/engine/DirectoryCache"
import { ResultCache } from "@batchwave/engine/ResultCache"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as RunDirectory from "../run/RunDirectory.ts"
import { clean } from "../screen/CleanText.ts"
import { Screen } from "../screen/Screen.ts"
import { counted } from "../screen/Words.ts"
import { storage, usage } from "./CommandError.ts"
import * as RunBackend from "./RunBackend.ts"

/**
 * Prints, node by node, whether its result is there, and if it is not, what differs.
 *
 * @category operations
 */
export const preview = Effect.fn("CacheCommand.preview")(function*(
  definition: Definition,
  plan: Plan,
  settings: { readonly data: string; readonly json: boolean }
) {
  const screen = yield* Screen
  const choice = yield* RunBackend.choose(
    { backend: Option.none(), pool: Option.none(), slots: Option.none() },
    undefined
  )
  const place = choice._tag === "Emulator"
    ? CacheKey.localPlace
    : CacheKey.placeOf(choice.settings.endpoint, choice.settings.pool)
  const verdicts = yield* open(settings.data).pipe(
    Effect.flatMap((cache) => CachePreview.make(cache, definition, plan, place)),
    Effect.mapError((error) => storage(error.message, error))
  )
  const text = settings.json
    ? JSON.stringify(verdicts.map(document), undefined, 2)
    : clean(listOf(verdicts))
  yield* screen.result(`${text}\n`)
}, Effect.scoped)

const open = (data: string) =>
  Effect.map(
    Layer.build(DirectoryCache.layer(RunDirectory.cacheOf(data))),
    (services) => Context.get(services, ResultCache)
  )

/**
 * A verdict for programs.
 *
 * @category models
 */
export type CacheVerdict =
  | { readonly node: string; readonly verdict: "cached"; readonly from: string }
  | { readonly node: string; readonly verdict: "runs" | "unknown"; readonly reason: string }

const document = (verdict: CachePreview.Verdict): CacheVerdict => {
  const { node } = verdict
  return verdict._tag === "Cached"
    ? { node, verdict: words.Cached, from: verdict.from }
    : { node, verdict: words[verdict._tag], reason: verdict.reason }
}

const words = { Cached: "cached", Runs: "runs", Unknown: "unknown" } as const

const listOf = (verdicts: ReadonlyArray<CachePreview.Verdict>): string => {
  const width = Math.max(...verdicts.map(({ node }) => node.length))
  const count = (tag: CachePreview.Verdict["_tag"]): number =>
    verdicts.filter(({ _tag }) => _tag === tag).length
  return [
    ...verdicts.map((verdict) => {
      const why = verdict._tag === "Cached" ? `from run ${verdict.from}` : verdict.reason
      return `${verdict.node.padEnd(width)}  ${words[verdict._tag].padEnd(7)}  ${why}`
    }),
    `${counted(verdicts.length, "node")}: ${count("Cached")} cached, ${count("Runs")} to run, `
    + `${count("Unknown")} unknown`
  ].join("\n")
}

const unusedDefault = "30 days"

const decodeDuration = Schema.decodeUnknownOption(Schema.DurationFromString)

/**
 * Removes results that no run has used for a time.
 *
 * @category operations
 */
export const prune = Effect.fn("CacheCommand.prune")(function*(settings: {
  readonly data: string
  readonly json: boolean
  readonly olderThan: Option.Option<string>
}) {
  const screen = yield* Screen
  const given = Option.getOrElse(settings.olderThan, () => unusedDefault)
  const age = decodeDuration(given)
  if (Option.isNone(age) || !(Duration.toMillis(age.value) >= 0)) {
    return yield* usage(`--older-than takes a duration like "7 days" or "12 hours", not "${given}"`)
  }
  const nowMs = yield* Clock.currentTimeMillis
  const pruned = yield* open(settings.data).pipe(
    Effect.flatMap((cache) => cache.prune(nowMs - Duration.toMillis(age.value), nowMs)),
    Effect.mapError((error) => storage(error.message, error))
  )
  yield* screen.result(
    settings.json
      ? `${JSON.stringify(pruned)}\n`
      : `removed ${counted(pruned.entries, "result")} that nobody has used for ${given}, and ${
        counted(pruned.files, "file")
      } of ${pruned.bytes} bytes\n`
  )
}, Effect.scoped)
