/**
 * The page of claims is what the claims say, and the claims leave no operation and no code out.
 */
import { texts } from "@batchwave/emulator/ErrorText"
import { statusOf } from "@batchwave/wire/ErrorCode"
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { facts } from "../wire/contractFacts.ts"
import type { Claim } from "./Claim.ts"
import * as Claims from "./Claims.ts"
import * as ConformancePage from "./ConformancePage.ts"
import * as Elsewhere from "./Elsewhere.ts"

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

const all = Claims.operations.flatMap(Claims.ofOperation)

describe("the claims", () => {
  it("docs/conformance.md is up to date", () => {
    const { normalised, page } = ConformancePage
    assert.deepStrictEqual(
      normalised(readFileSync(fileOf("docs/conformance.md"), "utf8")),
      normalised(page()),
      "run node test/conformance/operations/run.ts --write and npm run format"
    )
  })

  it("are about every operation of the contract", () => {
    assert.sameMembers([...Claims.operations], Object.keys(facts.operations))
  })

  it("are about every code the emulator has, or say where else it is tested", () => {
    const claimed = new Set(all.flatMap(codesOf))
    const elsewhere = Elsewhere.codes.map(({ code }) => code)
    assert.deepStrictEqual(elsewhere.filter((code) => claimed.has(code)), [])
    assert.sameMembers([...claimed, ...elsewhere], Object.keys(texts))
    for (const { code, test } of Elsewhere.codes) {
      assert.include(existsSync(fileOf(test)) ? readFileSync(fileOf(test), "utf8") : "", code)
    }
  })

  it("give every code its published status", () => {
    const odd = all.filter(({ reply: { code, status } }) =>
      code !== undefined && statusOf(code) !== status
    )
    assert.deepStrictEqual(odd, [])
  })

  it("are told apart by their situations", () => {
    const titles = all.map(({ operation, reply: { code, status }, when }) =>
      `${operation} ${status} ${code} ${when}`
    )
    assert.strictEqual(new Set(titles).size, titles.length)
  })
})

/** The codes of a claim: that of the reply, and those of items in it. */
const codesOf = ({ reply: { body = {}, code } }: Claim): ReadonlyArray<string> => {
  const inside = Object.entries(body).flatMap(([path, value]) =>
    path.endsWith(".error.code") && typeof value === "string" ? [value] : []
  )
  return code === undefined ? inside : [code, ...inside]
}
