/**
 * The name of a run: what its directory, its job and a resume command are called.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { createHash } from "node:crypto"

/** Longest id of a run, and of a job in the service. */
const charactersMax = 64
const slugCharactersMax = 40

/**
 * Whether a text can name a run: 1 to 64 of `a-z`, `0-9` and `-`, beginning with a letter or digit.
 *
 * @category guards
 */
export const isRunId = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,63}$/.test(text)

/**
 * What `isRunId` asks for, as advice.
 *
 * @category constants
 */
export const rule = "use 1 to 64 of the characters a-z, 0-9 and -, beginning with a letter or digit"

/**
 * A pipeline's name reduced to `a-z`, `0-9` and single `-`; `run` when nothing is left.
 *
 * @category operations
 */
export const slug = (name: string): string => {
  const plain = name.normalize("NFKD").toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-").slice(0, slugCharactersMax).replaceAll(/^-+|-+$/g, "")
  return plain === "" ? "run" : plain
}

/**
 * The id `<slug>-<yyyymmdd-hhmmss>-<4 hex>`, in universal time. `unit` is a uniform draw from
 * `[0, 1)`.
 *
 * @category constructors
 */
export const make = (pipeline: string, at: RunTime, unit: number): string => {
  const two = (value: number): string => String(value).padStart(2, "0")
  const day = `${at.year}${two(at.month)}${two(at.day)}`
  const time = `${two(at.hour)}${two(at.minute)}${two(at.second)}`
  const tail = Math.floor(unit * 0x1_0000).toString(16).padStart(4, "0")
  return `${slug(pipeline)}-${day}-${time}-${tail}`
}

/**
 * A new id for a run of the pipeline that begins now.
 *
 * @category constructors
 */
export const fresh: (pipeline: string) => Effect.Effect<string> = Effect.fnUntraced(
  function*(pipeline) {
    return make(pipeline, DateTime.toPartsUtc(yield* DateTime.now), yield* Random.next)
  }
)

/**
 * A point in time by its parts; months count from 1.
 *
 * @category models
 */
export interface RunTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/**
 * The id of a run's job: `bw-` and the run's id, shortened with a hash when it would be longer than
 * the service allows.
 *
 * @source Job_Add 2024-02-01.19.0 (64 characters)
 * @category operations
 */
export const jobIdOf = (runId: string): string => {
  const whole = `bw-${runId}`
  if (whole.length <= charactersMax) return whole
  const hash = createHash("sha256").update(runId).digest("hex").slice(0, 8)
  return `${whole.slice(0, charactersMax - hash.length - 1)}-${hash}`
}
