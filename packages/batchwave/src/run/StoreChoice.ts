/**
 * Where the files of a run are kept between its tasks: in a directory of this machine, or in a blob
 * container that the service can reach.
 *
 * L1 A container is used when it is asked for, or when the environment names one and the service is
 *    not on this machine.
 * L2 A run goes on with the store it was started with.
 * L3 A container that is only named, and neither read nor written, needs no signature.
 */
import * as StorageUrl from "@batchwave/client/StorageUrl"
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { isLoopback } from "./BackendChoice.ts"
import { storeVariable } from "./Settings.ts"

/**
 * The store of a run.
 *
 * @category models
 */
export type StoreChoice =
  | { readonly _tag: "Directory" }
  | {
    readonly _tag: "Blobs"
    /** With the signature. */
    readonly containerUrl: Redacted.Redacted
  }

/**
 * Reads the environment.
 *
 * @category constructors
 */
export const environment: Config.Config<Option.Option<Redacted.Redacted>> = Config.option(
  Config.Redacted(storeVariable)
)

/**
 * What decides.
 *
 * @category models
 */
export interface StoreQuestion {
  /** What was asked for. */
  readonly given: Option.Option<Redacted.Redacted>
  /** What the environment names. */
  readonly found: Option.Option<Redacted.Redacted>
  /** Whether the service is on this machine. */
  readonly isLocal: boolean
  /** Whether the run was started before, and the container it was started with. */
  readonly recorded: { readonly store?: string } | undefined
}

/**
 * Decides. Fails with a sentence when the container is no URL, or not the one of the run.
 *
 * @category operations
 */
export const choose = (
  { found, given, isLocal, recorded }: StoreQuestion
): Result.Result<StoreChoice, string> => {
  const isWanted = recorded === undefined ? !isLocal : recorded.store !== undefined
  const container = Option.orElse(given, () => isWanted ? found : Option.none())
  if (recorded !== undefined) {
    const problem = differenceOf(recorded.store, Option.map(container, shownOf))
    if (problem !== undefined) return Result.fail(problem)
  }
  if (Option.isNone(container)) return Result.succeed({ _tag: "Directory" })
  const url = Redacted.value(container.value)
  const problem = problemOf(url)
  return problem === undefined
    ? Result.succeed({ _tag: "Blobs", containerUrl: container.value })
    : Result.fail(problem)
}

/**
 * The container that was asked for, or else the one of the environment, without a signature. Fails with
 * a sentence when it is no URL.
 *
 * @category queries
 */
export const named = (
  { found, given }: Pick<StoreQuestion, "given" | "found">
): Result.Result<Option.Option<string>, string> => {
  const container = Option.orElse(given, () => found)
  const isWrong = Option.isSome(container) && !isContainer(Redacted.value(container.value))
  return isWrong
    ? Result.fail(
      `a store is the https URL of a blob container; check --store and ${storeVariable}`
    )
    : Result.succeed(Option.map(container, shownOf))
}

/**
 * A store without its signature, as the note of a run keeps it.
 *
 * @category rendering
 */
export const noteOf = (choice: StoreChoice): { readonly store?: string } =>
  choice._tag === "Directory" ? {} : { store: shownOf(choice.containerUrl) }

/**
 * The hosts an emulator has to reach for a store.
 *
 * @category queries
 */
export const hostsOf = (choice: StoreChoice): ReadonlyArray<string> =>
  choice._tag === "Directory" ? [] : [new URL(Redacted.value(choice.containerUrl)).hostname]

const shownOf = (url: Redacted.Redacted): string =>
  StorageUrl.shown(Redacted.value(url)).replace(/\/+$/, "")

const isContainer = (url: string): boolean => {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: "" }
  return protocol === "https:" || (protocol === "http:" && isLoopback(url))
}

const problemOf = (url: string): string | undefined => {
  if (!isContainer(url)) {
    return `a store needs the https URL of a blob container with its signature; check --store and ${storeVariable}`
  }
  return url.includes("?")
    ? undefined
    : `the store ${StorageUrl.shown(url)} has no signature; give a URL that allows to read, create `
      + `and write, by --store or ${storeVariable}`
}

const differenceOf = (
  recorded: string | undefined,
  container: Option.Option<string>
): string | undefined => {
  const now = Option.getOrUndefined(container)
  if (recorded === now) return undefined
  if (recorded === undefined) {
    return "the run keeps its files in a directory and goes on there; leave --store out"
  }
  return `the run keeps its files in ${recorded} and goes on there; give that container's URL with a `
    + `signature, by --store or ${storeVariable}`
}
