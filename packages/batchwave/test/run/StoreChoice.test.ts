/** Which store a run uses, and what is refused. */
import { assert, describe, it } from "@effect/vitest"
import * as StoreChoice from "batchwave/run/StoreChoice"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const one = "https://a.blob.core.windows.net/one?sv=1&sig=SECRET"
const two = "https://a.blob.core.windows.net/two?sv=1&sig=SECRET"

const redacted = (url: string | undefined) =>
  Option.map(Option.fromUndefinedOr(url), (text) => Redacted.make(text))

const ask = (more: {
  readonly given?: string
  readonly found?: string
  readonly isLocal?: boolean
  readonly recorded?: { readonly store?: string }
}) => {
  return StoreChoice.choose({
    given: redacted(more.given),
    found: redacted(more.found),
    isLocal: more.isLocal ?? false,
    recorded: more.recorded
  })
}

const containerOf = (result: ReturnType<typeof ask>): string => {
  if (Result.isFailure(result)) return result.failure
  return result.success._tag === "Directory"
    ? "directory"
    : Redacted.value(result.success.containerUrl)
}

describe("StoreChoice", () => {
  it("takes the environment's container only for a service elsewhere, the given one always", () => {
    assert.strictEqual(containerOf(ask({})), "directory")
    assert.strictEqual(containerOf(ask({ found: one })), one)
    assert.strictEqual(containerOf(ask({ found: one, isLocal: true })), "directory")
    assert.strictEqual(containerOf(ask({ found: one, given: two, isLocal: true })), two)
  })

  it("goes on with the store the run was started with", () => {
    const store = "https://a.blob.core.windows.net/one"
    const renewed = `${store}?sv=2&sig=NEW`
    assert.strictEqual(
      containerOf(ask({ found: renewed, isLocal: true, recorded: { store } })),
      renewed
    )
    assert.strictEqual(containerOf(ask({ given: renewed, recorded: { store } })), renewed)
    assert.strictEqual(containerOf(ask({ found: one, recorded: {} })), "directory")
    for (const wrong of [ask({ recorded: { store } }), ask({ given: two, recorded: { store } })]) {
      assert.include(containerOf(wrong), `${store} and goes on there`)
    }
    assert.include(containerOf(ask({ given: one, recorded: {} })), "leave --store out")
  })

  it("refuses what is no container with a signature, without showing one", () => {
    const refused = [
      "container",
      "http://a.blob.core.windows.net/c?sig=SECRET",
      "ftp://a/c?sig=SECRET",
      "https://a.blob.core.windows.net/c"
    ]
    for (const given of refused) {
      const result = ask({ given })
      assert.isTrue(Result.isFailure(result), given)
      assert.notInclude(containerOf(result), "SECRET")
    }
    assert.strictEqual(
      containerOf(ask({ given: "http://127.0.0.1:1/a/c?sig=1" })),
      "http://127.0.0.1:1/a/c?sig=1"
    )
  })

  it("takes a container that is only named without a signature, and shows none", () => {
    const bare = "https://a.blob.core.windows.net/one"
    const named = (given: string | undefined, found: string | undefined) =>
      StoreChoice.named({ given: redacted(given), found: redacted(found) })
    for (const [given, found] of [[bare], [one], [bare, two], [undefined, one]] as const) {
      assert.deepStrictEqual(named(given, found), Result.succeed(Option.some(bare)))
    }
    assert.deepStrictEqual(named(undefined, undefined), Result.succeed(Option.none()))
    const wrong = named("http://a.blob.core.windows.net/c?sig=SECRET", one)
    assert.isTrue(Result.isFailure(wrong))
    assert.notInclude(JSON.stringify(wrong), "SECRET")
  })

  it("notes the container without its signature", () => {
    const choice = Result.getOrThrow(ask({ given: one }))
    assert.deepStrictEqual(StoreChoice.noteOf(choice), {
      store: "https://a.blob.core.windows.net/one"
    })
    assert.deepStrictEqual(StoreChoice.hostsOf(choice), ["a.blob.core.windows.net"])
    assert.deepStrictEqual(StoreChoice.noteOf({ _tag: "Directory" }), {})
  })
})
